"""What reading a question file gives, whatever its format: questions as their author wrote them, problems."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class ReadProblem:
    """What is wrong and where, as the person's own program shows it: "dòng 12", "trang Câu hỏi, ô C7"."""

    where: str
    message: str


@dataclass(frozen=True)
class ReadQuestion:
    """One question; texts in NFC, one space between words. What the file does not say is empty or None.

    `key` is the author's own id, `answer` and `pinned` letters A–F of `options` in their order, `topic`
    a topic's code or name. `images` are pictures that stood with the question, as (name, bytes); once one
    is kept, `image_sha256` names it and `image_alt` says what it shows.
    """

    where: str
    stem: str
    options: tuple[str, ...]
    answer: str
    key: str = ""
    topic: str = ""
    level: int | None = None
    asks: str = ""
    explanation: str = ""
    source: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    pinned: str = ""
    images: tuple[tuple[str, bytes], ...] = ()
    image_sha256: str = ""
    image_alt: str = ""


@dataclass
class ReadFile:
    """Everything a file holds. `unsupported` counts items left out, by what they are ("câu ghép đôi": 3).

    `topic_names` are names of topics that the file calls by codes.

    A question with a problem is not in `questions`; its problem is in `problems`.
    """

    format: str
    questions: list[ReadQuestion] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)
    unsupported: Counter[str] = field(default_factory=Counter)
    topic_names: dict[str, str] = field(default_factory=dict)

    def refuse(self, where: str, message: str) -> None:
        self.problems.append(ReadProblem(where, message))
