"""The XML files of a QTI package, or one alone, with the pictures that lie beside them."""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from app.errors import BadInput
from app.questions.formats import markup_rules, package_rules, xml_reader
from app.questions.formats.encoding_rules import tidy
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.markup_rules import PlainText
from app.questions.formats.xml_reader import Unsupported
from app.questions.rules import LETTERS

MANIFEST = "imsmanifest.xml"
ITEM_SUFFIXES = (".xml", ".qti", ".dat")
# Canvas writes every quiz twice into a cartridge; its own copy says more.
OWN_COPIES = "non_cc_assessments/"
CANVAS_FILES = "$IMS-CC-FILEBASE$/"
MISSING_PICTURE = "Hình của câu không nằm trong gói: hãy xuất lại gói kèm hình."
TRUE_FALSE = {"true": "Đúng", "false": "Sai"}


@dataclass(frozen=True)
class PackageFile:
    """One XML file; `name` is empty for a file that came alone."""

    root: etree._Element
    name: str = ""
    package: zipfile.ZipFile | None = None

    def where(self, element: etree._Element) -> str:
        return xml_reader.where_is(element, self.name)

    def picture(self, address: str) -> bytes:
        """The bytes of a picture that a text shows. Raises BadInput."""
        if self.package is None:
            raise BadInput(MISSING_PICTURE)
        path = unquote(address.replace(CANVAS_FILES, "web_resources/")).partition("?")[0]
        names = self.package.namelist()
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path))
        for candidate in (beside, posixpath.normpath(path)):
            if candidate in names:
                return package_rules.read_part(self.package, candidate)
        raise BadInput(MISSING_PICTURE)

    def pictures(self, text: PlainText) -> tuple[tuple[str, bytes], ...]:
        """What a text shows, as (words for it or file name, bytes). Raises BadInput."""
        return tuple(
            (tidy(each.alt) or tidy(posixpath.basename(unquote(each.address))), self.picture(each.address))
            for each in text.pictures
        )


def read_files(content: bytes, found: ReadFile) -> Iterator[PackageFile]:
    """Every XML file that may hold questions; what cannot be read is among the problems of `found`."""
    try:
        if not package_rules.is_package(content):
            yield PackageFile(xml_reader.parse(content))
            return
        package = package_rules.open_package(content)
    except BadInput as error:
        found.refuse("cả tệp", str(error))
        return
    for name in _item_names(package.namelist()):
        try:
            yield PackageFile(xml_reader.parse(package_rules.read_part(package, name)), name, package)
        except BadInput as error:
            found.refuse(name, str(error))


def _item_names(names: list[str]) -> list[str]:
    items = [
        name
        for name in names
        if name.lower().endswith(ITEM_SUFFIXES) and posixpath.basename(name) != MANIFEST
    ]
    own = [name for name in items if OWN_COPIES in name]
    return sorted(own or items)


def markup_of(element: etree._Element, *, without: tuple[str, ...] = ()) -> PlainText:
    """The text in an element, the elements named `without` left out. Raises BadInput, Unsupported."""
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    for name in without:
        for each in xml_reader.named(copy, name):
            parent = each.getparent()
            if parent is not None:
                each.tail, tail = None, each.tail
                each.addprevious(_words(tail))
                parent.remove(each)
    return readable(etree.tostring(copy, encoding="unicode"))


def _words(text: str | None) -> etree._Element:
    element = etree.Element("span")
    element.text = f" {text or ''}"
    return element


def readable(markup: str) -> PlainText:
    """HTML as text and pictures. Raises BadInput, Unsupported (sound, film, formulas)."""
    text = markup_rules.read_markup(markup)
    if text.media:
        raise Unsupported("câu có âm thanh, phim hoặc công thức")
    return text


def option_text(text: PlainText) -> str:
    """Raises Unsupported for a picture."""
    if text.pictures:
        raise Unsupported("câu có hình trong phương án")
    return text.text


def in_vietnamese(options: tuple[str, ...]) -> tuple[str, ...]:
    """True and False as people here read them; other options as they are."""
    folded = [option.lower() for option in options]
    if sorted(folded) != ["false", "true"]:
        return options
    return tuple(TRUE_FALSE[option] for option in folded)


def refuse_too_many(count: int) -> None:
    """Raises BadInput."""
    if count > len(LETTERS):
        raise BadInput(f"Câu có {count} phương án, ngân hàng nhận nhiều nhất {len(LETTERS)}.")
