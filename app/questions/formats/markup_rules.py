"""Texts of other programs, written in HTML, to the plain text of the bank; pictures are told by name."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser

from app.questions.formats.encoding_rules import tidy

# Beside these, tags stand inside a line.
BLOCK = re.compile(
    "address|article|blockquote|br|d[dlt]|div|fieldset|figcaption|figure|footer|h[1-6]|header|hr|li|ol|p|pre|"
    "section|table|tbody|t[dhr]|tfoot|thead|ul"
)
SILENT = frozenset({"head", "iframe", "noscript", "object", "script", "style", "template", "title"})
MEDIA = frozenset({"audio", "embed", "iframe", "math", "object", "svg", "video"})
SOURCE_CLASS = "kheo-source"
_SOURCE_PART = re.compile(rf'<p class="{SOURCE_CLASS}">(.*?)</p>\s*\Z', re.DOTALL)
_SOURCE_WORDS = re.compile(r"(?P<before>.*?)\s*\b(?:Nguồn|Căn cứ)\s*:\s*(?P<source>[^:]+)\Z", re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """A picture in a text: the address it is shown from, and the words that stand for it."""

    address: str
    alt: str


@dataclass(frozen=True)
class PlainText:
    """`media` names what is neither text nor picture ("video")."""

    text: str
    pictures: tuple[Picture, ...] = ()
    media: tuple[str, ...] = ()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.pictures: list[Picture] = []
        self.media: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag, values = tag.rpartition(":")[2], dict(attrs)
        if tag in MEDIA:
            self.media.append(tag)
        if tag in SILENT:
            self.silent.append(tag)
        elif tag == "img":
            self.pictures.append(Picture(values.get("src") or "", values.get("alt") or ""))
        elif BLOCK.fullmatch(tag):
            self.pieces.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in self.silent:
            del self.silent[self.silent.index(tag) :]
        elif BLOCK.fullmatch(tag):
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(data)


def read_markup(markup: str) -> PlainText:
    """HTML as plain text: tags and scripts gone, blocks apart by a space. Raises BadInput (characters)."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return PlainText(tidy("".join(reader.pieces)), tuple(reader.pictures), tuple(reader.media))


def read_plain(text: str) -> PlainText:
    """Text that is no HTML. Raises BadInput (characters)."""
    return PlainText(tidy(text))


def as_markup(text: str) -> str:
    """Plain text as HTML that `read_markup` reads back."""
    return html.escape(text, quote=False)


def write_feedback(explanation: str, source: str) -> str:
    """Explanation and source as the HTML of one comment."""
    return f'<p>{as_markup(explanation)}</p>\n<p class="{SOURCE_CLASS}">Nguồn: {as_markup(source)}</p>'


def read_feedback(markup: str) -> tuple[str, str]:
    """(explanation, source) of a comment: ours, or one that ends "Nguồn: …". Raises BadInput (characters)."""
    ours = _SOURCE_PART.search(markup)
    if ours:
        source = read_markup(ours[1]).text.removeprefix("Nguồn:").strip()
        return read_markup(markup[: ours.start()]).text, source
    text = read_markup(markup).text
    found = _SOURCE_WORDS.match(text)
    return (found["before"], found["source"]) if found else (text, "")


def letters_of(are_right: Iterable[bool], letters: str) -> str:
    """(False, True, True) → "BC"."""
    return "".join(letter for letter, is_right in zip(letters, are_right, strict=False) if is_right)
