"""What stands where in Moodle XML: kinds of questions, categories, and the tags that carry our own fields."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.questions.rules import BankQuestion

KIND_NAMES = {
    "calculated": "câu tính toán",
    "calculatedmulti": "câu tính toán",
    "calculatedsimple": "câu tính toán",
    "cloze": "câu điền nhiều chỗ trống",
    "coderunner": "câu lập trình",
    "ddimageortext": "câu kéo thả",
    "ddmarker": "câu kéo thả",
    "ddwtos": "câu kéo thả",
    "description": "đoạn giới thiệu",
    "essay": "câu tự luận",
    "gapselect": "câu chọn từ điền chỗ trống",
    "matching": "câu ghép đôi",
    "numerical": "câu điền số",
    "ordering": "câu sắp thứ tự",
    "randomsamatch": "câu ghép đôi",
    "shortanswer": "câu trả lời ngắn",
}
FRACTIONS = {1: "100", 2: "50", 3: "33.33333", 4: "25"}
TRUE_FALSE = {"true": "Đúng", "false": "Sai"}
NO_CATEGORY = re.compile(r"(?:top|default for\b.*|mặc định (?:cho|của)\b.*)\Z", re.IGNORECASE)
_TAG = re.compile(r"kheo-(level|asks|from|until|fixed)-([0-9A-Za-z-]+)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class OwnFields:
    """Fields of ours that Moodle has no place for."""

    level: int | None = None
    asks: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    pinned: str | None = None


def tags_of(question: BankQuestion) -> list[str]:
    tags = [
        f"kheo-level-{question.level}",
        f"kheo-asks-{question.asks}",
        f"kheo-from-{question.valid_from.isoformat()}",
    ]
    if question.valid_until:
        tags.append(f"kheo-until-{question.valid_until.isoformat()}")
    return [*tags, f"kheo-fixed-{question.pinned or 'none'}"]


def read_tags(tags: Iterable[str]) -> OwnFields:
    """What the tags that are ours say; other tags, and values that cannot be, are passed over."""
    found: dict[str, str] = {}
    for tag in tags:
        match = _TAG.match(tag.strip())
        if match:
            found[match[1].lower()] = match[2]
    fixed = found.get("fixed", "")
    return OwnFields(
        level=int(found["level"]) if found.get("level") in ("1", "2", "3") else None,
        asks=found.get("asks", "").lower(),
        valid_from=_date(found.get("from", "")),
        valid_until=_date(found.get("until", "")),
        pinned=None if not fixed else "" if fixed == "none" else fixed.upper(),
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def category_path(code: str, topics: Mapping[str, str]) -> str:
    name = topics.get(code, code).replace("/", "//")
    return f"top/{name}"


def topic_of(path: str) -> str:
    """The topic that a category stands for: the last part of its path."""
    last = re.split(r"(?<!/)/(?!/)", path)[-1].replace("//", "/").strip()
    return "" if NO_CATEGORY.match(last) or last.startswith("$") else last
