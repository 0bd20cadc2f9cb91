"""Parts of a Word document that tell how a paragraph looks: styles, and the numbers Word puts in front."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.questions.formats.xml_reader import name_of

OFF = frozenset(("0", "false", "off", "none", "nil"))
PLAIN_BACKGROUNDS = frozenset(("none", "white", "auto", "FFFFFF"))
LETTER_FORMATS = frozenset(("upperLetter", "lowerLetter"))
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_LEVEL = re.compile(r"%([1-9])")
MAX_CHAIN = 10


@dataclass(frozen=True)
class Look:
    """What a style or a run says about text; None where it says nothing. `colour` in upper-case hex."""

    is_bold: bool | None = None
    is_underlined: bool | None = None
    is_highlighted: bool | None = None
    colour: str | None = None

    def over(self, base: "Look") -> "Look":
        """This look, and the base's where this one says nothing."""
        return Look(
            base.is_bold if self.is_bold is None else self.is_bold,
            base.is_underlined if self.is_underlined is None else self.is_underlined,
            base.is_highlighted if self.is_highlighted is None else self.is_highlighted,
            base.colour if self.colour is None else self.colour,
        )


@dataclass(frozen=True)
class Style:
    look: Look = Look()
    is_heading: bool = False
    numbering: tuple[str, int] | None = None  # (list id, level from 0)


@dataclass(frozen=True)
class Level:
    form: str
    text: str
    start: int


@dataclass
class Numbering:
    """The lists of a document and how far each has been counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)  # by abstract list
    lists: dict[str, tuple[str, dict[int, int]]] = field(default_factory=dict)  # id → (abstract list, starts)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant along these local names, None when one is missing."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if _is(each, name)), None)
    return element


def value(element: etree._Element | None, name: str = "val") -> str:
    """An attribute by its local name, "" when it or the element is missing."""
    if element is None:
        return ""
    return next((str(text) for key, text in element.items() if key.rpartition("}")[2] == name), "")


def _is(element: etree._Element, name: str) -> bool:
    return isinstance(element.tag, str) and element.tag.rpartition("}")[2] == name


def look_of(properties: etree._Element | None) -> Look:
    """What run properties (w:rPr) say."""
    if properties is None:
        return Look()
    found = {name_of(each): each for each in properties if isinstance(each.tag, str)}
    colour = value(found.get("color"))
    background = value(found.get("highlight")) or value(found.get("shd"), "fill")
    return Look(
        is_bold=value(found["b"]) not in OFF if "b" in found else None,
        is_underlined=value(found["u"]) not in OFF if "u" in found else None,
        is_highlighted=background not in PLAIN_BACKGROUNDS if background else None,
        colour=("000000" if colour == "auto" else colour.upper()) if colour else None,
    )


def read_styles(root: etree._Element | None) -> dict[str, Style]:
    """Style id to style, with what it has from the styles it is based on."""
    elements = {value(each, "styleId"): each for each in _named(root, "style")}
    return {name: _style(elements, name) for name in elements}


def _named(root: etree._Element | None, name: str) -> Iterator[etree._Element]:
    return iter(()) if root is None else (each for each in root if _is(each, name))


def _style(elements: dict[str, etree._Element], name: str) -> Style:
    look, is_heading, numbering = Look(), False, None
    for _ in range(MAX_CHAIN):
        element = elements.get(name)
        if element is None:
            break
        look = look.over(look_of(child(element, "rPr")))
        numbering = numbering or list_of(child(element, "pPr"))
        title = value(child(element, "name")).lower()
        is_heading |= title.startswith("heading") or child(element, "pPr", "outlineLvl") is not None
        name = value(child(element, "basedOn"))
    return Style(look, is_heading, numbering)


def list_of(properties: etree._Element | None) -> tuple[str, int] | None:
    """(list id, level) of paragraph properties (w:pPr), None when they say nothing."""
    numbers = child(properties, "numPr")
    if numbers is None:
        return None
    level = value(child(numbers, "ilvl"))
    return value(child(numbers, "numId")), int(level) if level.isdecimal() and len(level) < 3 else 0


def read_numbering(root: etree._Element | None) -> Numbering:
    numbering = Numbering()
    for abstract in _named(root, "abstractNum"):
        numbering.levels[value(abstract, "abstractNumId")] = {
            _whole(value(level, "ilvl")): Level(
                value(child(level, "numFmt")) or "decimal",
                value(child(level, "lvlText")),
                _whole(value(child(level, "start")), 1),
            )
            for level in _named(abstract, "lvl")
        }
    for each in _named(root, "num"):
        starts = {
            _whole(value(override, "ilvl")): _whole(value(child(override, "startOverride")), 1)
            for override in _named(each, "lvlOverride")
            if child(override, "startOverride") is not None
        }
        numbering.lists[value(each, "numId")] = (value(child(each, "abstractNumId")), starts)
    return numbering


def _whole(text: str, other: int = 0) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else other


def next_label(numbering: Numbering, list_id: str, level: int) -> tuple[str, str]:
    """(what Word shows before the next paragraph of this list, its form); both "" for a list unknown."""
    abstract, starts = numbering.lists.get(list_id, ("", {}))
    levels = numbering.levels.get(abstract, {})
    if level not in levels:
        return "", ""
    counts = numbering.counts.setdefault(abstract, {})
    if list_id not in numbering.begun:
        numbering.begun.add(list_id)
        for at, start in starts.items():
            counts[at] = start - 1
    counts[level] = counts.get(level, levels[level].start - 1) + 1
    for deeper in [at for at in counts if at > level]:
        del counts[deeper]
    found = levels[level]
    if found.form == "bullet":
        return "•", found.form
    if found.form == "none":
        return "", ""

    def number(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        shown = levels.get(at, found)
        return _written(counts.get(at, shown.start), shown.form)

    return _LEVEL.sub(number, found.text).strip(), found.form


def _written(count: int, form: str) -> str:
    if form in LETTER_FORMATS and count > 0:
        letter = chr(ord("A") + (count - 1) % 26) * min(1 + (count - 1) // 26, 3)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < count < 400:
        roman, rest = "", count
        for size, sign in _ROMAN:
            times, rest = divmod(rest, size)
            roman += sign * times
        return roman if form == "upperRoman" else roman.lower()
    return str(count)
