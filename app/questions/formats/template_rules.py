"""The columns of a question table: those of our template, and the wordings that people use for them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.questions.rules import LETTERS
from app.text import fold

SHEET = "Câu hỏi"
HELP_SHEET = "Hướng dẫn"
TOPIC_SHEET = "Danh mục"
EXAMPLE = "VÍ DỤ"
# Field of a question, or the letter of an option, to its header in the template.
TEMPLATE = {
    "key": "Mã câu",
    "topic": "Chủ đề",
    "level": "Mức độ",
    "asks": "Loại",
    "stem": "Câu hỏi",
    **{letter: f"Phương án {letter}" for letter in LETTERS},
    "answer": "Đáp án đúng",
    "explanation": "Giải thích",
    "source": "Nguồn",
    "valid_from": "Đúng từ ngày",
    "valid_until": "Đúng đến ngày",
    "pinned": "Giữ nguyên chỗ",
}
MAX_TITLE_ROWS = 30

# Wordings without marks, parentheses and punctuation.
_WORDINGS = {
    "number": "stt|tt|so tt|so thu tu|no|cau|cau so|so cau",
    "key": "ma cau|ma cau hoi|ma|ma so|id|key|ma dinh danh",
    "topic": "chu de|linh vuc|chuyen de|nhom|nhom cau hoi|chuong|phan|mang noi dung|ma chu de|ten chu de",
    "level": "muc do|muc|do kho|cap do|muc do nhan thuc|muc do cau hoi",
    "asks": "loai|loai cau hoi|dang|dang cau hoi",
    "stem": "cau hoi|noi dung cau hoi|noi dung|de bai|cau hoi trac nghiem|cau dan|phan dan|question"
    "|noi dung cau hoi trac nghiem|noi dung cau|cau hoi thi",
    "options": "phuong an|cac phuong an|phuong an tra loi|cac phuong an tra loi|lua chon|cac lua chon"
    "|cac dap an|cau tra loi|cac cau tra loi|phuong an lua chon|cac phuong an lua chon|dap an lua chon",
    "answer": "dap an dung|dap an|ket qua|phuong an dung|cau tra loi dung|tra loi dung|da dung|da|dung"
    "|dap an chinh xac|lua chon dung|answer|correct answer|key dung|phuong an tra loi dung",
    "explanation": "giai thich|loi giai|huong dan giai|giai thich dap an|dien giai|ly giai",
    "source": "nguon|can cu|can cu phap ly|trich dan|nguon trich dan|nguon can cu|tai lieu tham khao"
    "|can cu dap an|tai lieu|van ban|nguon tai lieu|can cu nguon|trich nguon|dieu khoan",
    "valid_from": "dung tu ngay|hieu luc tu|co hieu luc tu|ngay hieu luc|hieu luc tu ngay|ngay co hieu luc",
    "valid_until": "dung den ngay|hieu luc den|het hieu luc|ngay het hieu luc|hieu luc den ngay",
    "pinned": "giu nguyen cho|giu cho|khong dao|khong tron|co dinh",
}
_FIELDS = {wording: name for name, wordings in _WORDINGS.items() for wording in wordings.split("|")}
_OPTION = re.compile(
    r"(?:(?:phuong an|dap an|lua chon|cau tra loi|tra loi|pa|da|option|answer|y)"
    r"(?: tra loi| lua chon)? ?)?([a-f]|[1-6])"
)
_MARK = re.compile(r"(?:(?:dap an|phuong an|lua chon|cau tra loi) )?(?:dung|chon) ([a-f]|[1-6])")


@dataclass(frozen=True)
class Header:
    """`columns` from column index (0 is the first) to a field, a letter A–F, or "=A" for a mark on option A.

    "number" is the running number, "options" all options in one cell; `others` are headers not known.
    """

    columns: dict[int, str]
    others: dict[int, str]
    row_count: int = 1
    stem_title: str = ""  # as `fold` makes it

    def column(self, name: str) -> int | None:
        return next((column for column, found in self.columns.items() if found == name), None)

    @property
    def letters(self) -> list[str]:
        return sorted(name for name in self.columns.values() if name in LETTERS)


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, Header] | None:
    """Where the header stands among the first rows of a table, and what it says; None without one.

    A header of two rows has the lower ones under merged cells: "Phương án" over A, B, C, D.
    """
    best: tuple[int, Header] | None = None
    best_score = (0, False)
    for index, row in enumerate(rows[:MAX_TITLE_ROWS]):
        under = rows[index + 1] if index + 1 < len(rows) else []
        for header in (_header([row]), _header([row, under])):
            if header is None:
                continue
            score = (len(header.columns), header.row_count == 2 and _stands_over(row, under))
            if score > best_score or (score == best_score and score[1]):
                best, best_score = (index, header), score
    return best


def _stands_over(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Is the upper row of a header one that the lower explains: "Phương án" over A, B, C?"""
    fields = {_field_of(_plain(cell)) for cell in upper}
    return bool(fields & {"stem", "options"}) and not fields & set(LETTERS) and names_columns(lower)


def names_columns(row: Sequence[str]) -> bool:
    """Does every cell that says something name a column?"""
    filled = [_plain(cell) for cell in row if cell.strip()]
    return bool(filled) and all(map(_field_of, filled))


def _header(rows: Sequence[Sequence[str]]) -> Header | None:
    """What the rows say as a header, None when no questions can stand under it."""
    width = max(map(len, rows))
    texts = [[row[column] if column < len(row) else "" for row in rows] for column in range(width)]
    columns: dict[int, str] = {}
    others: dict[int, str] = {}
    repeated = _repeated_options(texts)
    for column, parts in enumerate(texts):
        name = repeated.get(column) or _field(parts)
        if name in LETTERS and name in columns.values():
            name = f"={name}"
        if name and name not in columns.values():
            columns[column] = name
        elif any(part.strip() for part in parts):
            others[column] = parts[-1].strip() or parts[0].strip()
    names = set(columns.values())
    if "stem" not in names and len(names & set(LETTERS)) >= 2:
        columns = {column: _stem_if_cau(name, texts[column]) for column, name in columns.items()}
        names = set(columns.values())
    can_hold = "stem" in names and ("answer" in names or "options" in names or len(names & set(LETTERS)) >= 2)
    if not can_hold:
        return None
    stem = next(texts[column] for column, name in columns.items() if name == "stem")
    return Header(columns, others, len(rows), fold(stem[-1] or stem[0]))


def _repeated_options(texts: Sequence[Sequence[str]]) -> dict[int, str]:
    """Columns under one wide "Phương án" without letters of their own: the options in their order."""
    found = [column for column, parts in enumerate(texts) if _field(parts) == "options"]
    return dict(zip(found, LETTERS, strict=False)) if len(found) > 1 else {}


def _stem_if_cau(name: str, parts: Sequence[str]) -> str:
    """ "Câu" is a running number beside "Câu hỏi", and the question where there is no other."""
    return "stem" if name == "number" and _plain(parts[-1] or parts[0]) == "cau" else name


def _field(parts: Sequence[str]) -> str:
    """The field of a column from its header cells, the upper one first; "" when it is not known."""
    upper, lower = _plain(parts[0]), _plain(parts[-1])
    if len(parts) == 1 or not lower:
        return _field_of(upper)
    return _field_of(f"{upper} {lower}".strip()) or _field_of(lower)


def _field_of(wording: str) -> str:
    if wording in _FIELDS:
        return _FIELDS[wording]
    option, mark = _OPTION.fullmatch(wording), _MARK.fullmatch(wording)
    if option:
        return _letter(option[1])
    return f"={_letter(mark[1])}" if mark else ""


def _letter(sign: str) -> str:
    return LETTERS[int(sign) - 1] if sign.isdigit() else sign.upper()


def _plain(text: str) -> str:
    folded = re.sub(r"\([^)]*\)", " ", fold(text))
    return " ".join(re.findall(r"[a-z0-9]+", folded))


def unknown_columns(header: Header, row: Sequence[str]) -> Iterable[str]:
    """Headers not known whose cell in this row says something."""
    return (name for column, name in header.others.items() if column < len(row) and row[column].strip())
