"""Topics by what files call them: by code, or by name with or without marks."""

from collections.abc import Mapping, Sequence

from app.questions.formats.file_rules import ReadProblem, ReadQuestion
from app.questions.import_plan_rules import Defaults, UnknownTopics, code_of
from app.text import fold

UNSORTED = ("chua-xep", "Chưa xếp chủ đề")
SHOWN_PLACES = 3


class Topics:
    """Topic codes for what a file calls topics, and what is to be said about those nobody knows."""

    def __init__(
        self, known: Mapping[str, str], defaults: Defaults, names: Mapping[str, str], *, is_folder: bool
    ) -> None:
        self.known, self.names, self.is_folder = known, names, is_folder
        self.policy = defaults.unknown_topics
        if not known and self.policy is UnknownTopics.REFUSE:
            self.policy = UnknownTopics.CREATE
        elif is_folder and self.policy is UnknownTopics.REFUSE:
            self.policy = UnknownTopics.DEFAULT
        self.codes = {fold(name): code for code, name in known.items()} | {code: code for code in known}
        self.found: dict[str, str] = {}
        self.made: dict[str, str] = {}
        self.unknown: dict[str, list[str]] = {}
        self.default = defaults.topic or UNSORTED[0]
        if self.default not in known:
            self.made[self.default] = UNSORTED[1]

    def find(self, name: str) -> str:
        """The code of a topic that the bank has, "" when it has none of that name."""
        if name not in self.found:
            code = code_of(name)
            self.found[name] = self.codes.get(fold(name)) or (code if code in self.known else "")
        return self.found[name]

    def is_other(self, read: ReadQuestion, code: str) -> bool:
        """Does the file name a topic of its author's choice that is not this one?"""
        found = self.find(read.topic)
        return bool(found) and found != code and not self.is_folder

    def of(self, read: ReadQuestion) -> str:
        """The code that a new question gets."""
        if not read.topic:
            return self.default
        name = self.names.get(read.topic, read.topic)
        found = self.find(read.topic) or self.find(name)
        if found:
            return found
        self.unknown.setdefault(name, []).append(read.where)
        code = code_of(read.topic)
        if self.policy is UnknownTopics.CREATE and code:
            self.made.setdefault(code, name)
            return code
        return self.default

    def problems(self) -> list[ReadProblem]:
        if self.policy is not UnknownTopics.REFUSE:
            return []
        names = "; ".join(sorted(self.known.values(), key=fold))
        return [
            ReadProblem(
                _places(places),
                f"Ngân hàng chưa có chủ đề “{name}” ({len(places)} câu). Các chủ đề đang có: {names}.",
            )
            for name, places in self.unknown.items()
        ]

    def notes(self) -> list[str]:
        if self.policy is not UnknownTopics.DEFAULT:
            return []
        target = self.known.get(self.default, UNSORTED[1])
        return [
            f"“{name}” không phải chủ đề của ngân hàng: {len(places)} câu vào chủ đề “{target}”."
            for name, places in self.unknown.items()
        ]


def _places(places: Sequence[str]) -> str:
    more = len(places) - SHOWN_PLACES
    return "; ".join(places[:SHOWN_PLACES]) + (f" và {more} chỗ nữa" if more > 0 else "")
