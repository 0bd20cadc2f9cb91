"""Word files (.docx, .docm): questions typed as text, in tables, with answers marked or listed."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.errors import BadInput
from app.questions.formats import package_rules, xml_reader
from app.questions.formats.encoding_rules import check_unicode
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.key_table_rules import key_table
from app.questions.formats.line_rules import Line, Mark
from app.questions.formats.picture_reader import Picture, pictures_in, read_pictures
from app.questions.formats.table_rules import read_rows
from app.questions.formats.template_rules import find_header
from app.questions.formats.text_rules import read_lines
from app.questions.formats.word_reader import (
    LETTER_FORMATS,
    Look,
    Numbering,
    Style,
    child,
    list_of,
    look_of,
    next_label,
    read_numbering,
    read_styles,
    value,
)

MAIN = "word/document.xml"
CONTAINERS = frozenset(
    ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "hyperlink", "fldSimple")
)
PICTURES = frozenset(("drawing", "pict", "object"))
PICTURE = "hình hoặc khung chữ không đọc được trong tệp Word"
IN_TABLE = "hình trong bảng câu hỏi"
FORMULA = "công thức toán trong tệp Word"
SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
SUBSCRIPTS = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
BLACK = "000000"


@dataclass
class Document:
    """A document while it is read; `colours` counts the characters in each colour."""

    file: ReadFile
    styles: dict[str, Style]
    numbering: Numbering
    pictures: dict[str, Picture]
    colours: Counter[str] = field(default_factory=Counter)
    table_count: int = 0
    paragraph_count: int = 0


@dataclass
class Paragraph:
    """Text and the stretches of it that look alike: (look, start, end)."""

    where: str
    text: str
    looks: list[tuple[Look, int, int]]
    numbering: str = ""
    is_heading: bool = False
    pictures: list[Picture] = field(default_factory=list)


def read(content: bytes) -> ReadFile:
    """The questions of the document's body; headers, notes, comments and macros are not looked at."""
    file = ReadFile("docx")
    try:
        with package_rules.open_package(content) as package:
            root = xml_reader.parse(package_rules.read_part(package, MAIN))
            styles = read_styles(_optional(package, "word/styles.xml"))
            numbering = read_numbering(_optional(package, "word/numbering.xml"))
            pictures = read_pictures(package)
        document = Document(file, styles, numbering, pictures)
        body = child(root, "body")
        found = [] if body is None else list(_blocks(document, body))
        check_unicode("\n".join(each.text for each in found))
        base = document.colours.most_common(1)[0][0] if document.colours else BLACK
        lines = [line for each in found for line in _lines(each, base)]
        if lines or not file.questions:
            read_lines(lines, file)
    except BadInput as error:
        file.refuse("cả tệp", str(error))
    file.unsupported = +file.unsupported
    return file


def _optional(package: zipfile.ZipFile, name: str) -> etree._Element | None:
    if name not in package.namelist():
        return None
    return xml_reader.parse(package_rules.read_part(package, name))


def _blocks(document: Document, parent: etree._Element, where: str = "") -> Iterator[Paragraph]:
    """The paragraphs of a body or cell, in their order; tables of questions go to the file at once."""
    for element in parent:
        if not isinstance(element.tag, str):
            continue
        name = xml_reader.name_of(element)
        if name == "p":
            document.paragraph_count += not where
            yield _paragraph(document, element, where or f"đoạn {document.paragraph_count}")
        elif name == "tbl":
            document.table_count += 1
            yield from _table(document, element, f"bảng {document.table_count}")
        elif name in CONTAINERS:
            yield from _blocks(document, element, where)


def _paragraph(document: Document, element: etree._Element, where: str) -> Paragraph:
    properties = child(element, "pPr")
    style = document.styles.get(value(child(properties, "pStyle")), Style())
    paragraph = Paragraph(where, "", [], is_heading=style.is_heading)
    numbers = list_of(properties) or style.numbering
    if numbers:
        label, form = next_label(document.numbering, *numbers)
        paragraph.text = f"{label} " if label else ""
        if label:
            paragraph.numbering = "letter" if form in LETTER_FORMATS else "item"
    start = len(paragraph.text)
    _add_runs(document, paragraph, element, style.look)
    if not paragraph.text[start:].strip():
        paragraph.text, paragraph.looks = "", []
    return paragraph


def _add_runs(document: Document, paragraph: Paragraph, parent: etree._Element, base: Look) -> None:
    for element in parent:
        if not isinstance(element.tag, str):
            continue
        name = xml_reader.name_of(element)
        if name == "r":
            _add_run(document, paragraph, element, base)
        elif name in ("oMath", "oMathPara"):
            document.file.unsupported[FORMULA] += 1
        elif name in CONTAINERS:
            _add_runs(document, paragraph, element, base)


def _add_run(document: Document, paragraph: Paragraph, run: etree._Element, base: Look) -> None:
    properties = child(run, "rPr")
    if child(properties, "vanish") is not None:
        return
    style = document.styles.get(value(child(properties, "rStyle")), Style())
    look = look_of(properties).over(style.look).over(base)
    text = _run_text(document, paragraph, run)
    height = value(child(properties, "vertAlign"))
    if height in ("superscript", "subscript"):
        text = text.translate(SUPERSCRIPTS if height == "superscript" else SUBSCRIPTS)
    start = len(paragraph.text)
    paragraph.text += text
    paragraph.looks.append((look, start, start + len(text)))
    document.colours[_shade(look)] += len(text)


def _run_text(document: Document, paragraph: Paragraph, run: etree._Element) -> str:
    """The text of a run; its pictures go to the paragraph."""
    pieces = []
    for element in run:
        if not isinstance(element.tag, str):
            continue
        name = xml_reader.name_of(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name in ("tab", "ptab"):
            pieces.append("\t")
        elif name in ("br", "cr"):
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name in PICTURES or name == "AlternateContent":
            found = pictures_in(element, document.pictures)
            paragraph.pictures += found
            document.file.unsupported[PICTURE] += not found
    return "".join(pieces)


def _table(document: Document, table: etree._Element, where: str) -> Iterator[Paragraph]:
    """A table of answers or of questions as such; any other as the paragraphs of its cells."""
    rows: list[list[list[Paragraph]]] = []
    for index, row in enumerate(_inside(table, "tr"), start=1):
        rows.append([])
        for cell in _inside(row, "tc"):
            span = value(child(cell, "tcPr", "gridSpan"))
            rows[-1].append(list(_blocks(document, cell, f"{where}, hàng {index}")))
            rows[-1].extend([[]] * (min(int(span), 60) - 1 if span.isdecimal() and len(span) < 4 else 0))
    texts = [["\n".join(each.text for each in cell).strip() for cell in row] for row in rows]
    answers = key_table(texts)
    if answers:
        listed = " ".join(f"{number}{letters}" for number, letters in answers.items())
        yield Paragraph(where, f"Đáp án {listed}", [])
        return
    found = find_header(texts)
    if found is None:
        for row in rows:
            for cell in row:
                yield from (each for each in cell if each.text or each.pictures)
        return
    start, header = found
    check_unicode("\n".join(text for row in texts for text in row))
    document.file.unsupported[IN_TABLE] += sum(
        len(each.pictures) for row in rows for cell in row for each in cell
    )
    below = list(enumerate(texts, start=1))[start + header.row_count :]
    read_rows(header, below, lambda row, _column: f"{where}, hàng {row}", document.file)


def _inside(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of that name, also of those in content controls."""
    for element in parent:
        if isinstance(element.tag, str):
            found = xml_reader.name_of(element)
            if found == name:
                yield element
            elif found in CONTAINERS:
                yield from _inside(element, name)


def _lines(paragraph: Paragraph, base_colour: str) -> Iterator[Line]:
    """A line for each that the paragraph is broken into; only the first has its number."""
    start = 0
    for text in paragraph.text.split("\n"):
        end = start + len(text)
        marks = [
            Mark(kind, max(begin, start) - start, min(finish, end) - start)
            for look, begin, finish in paragraph.looks
            if begin < end and finish > start
            for kind in _kinds(look, base_colour)
        ]
        numbering = "" if start else paragraph.numbering
        pictures = () if start else tuple(paragraph.pictures)
        yield Line(paragraph.where, text, tuple(marks), numbering, paragraph.is_heading, pictures)
        start = end + 1


def _kinds(look: Look, base_colour: str) -> Iterator[str]:
    if look.is_bold:
        yield "in đậm"
    if look.is_underlined:
        yield "gạch chân"
    if look.is_highlighted:
        yield "tô nền"
    if _shade(look) != base_colour:
        yield "đổi màu chữ"


def _shade(look: Look) -> str:
    """The colour of the text, BLACK for all that is nearly black."""
    colour = look.colour or BLACK
    return BLACK if len(colour) == 6 and all(colour[at] in "0123" for at in (0, 2, 4)) else colour
