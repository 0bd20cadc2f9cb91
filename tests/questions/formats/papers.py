"""Question files as people make them, and questions of every kind, for the tests of the formats."""

import io
import unicodedata
import zipfile
from datetime import date

import docx
import xlsxwriter
from hypothesis import strategies as st

from app.questions.formats.encoding_rules import tidy
from app.questions.formats.file_rules import ReadQuestion
from app.questions.rules import ASKS_NAMES, LETTERS, BankQuestion
from app.text import collapse

SHEET = "Bộ câu hỏi"
CODES = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
DAYS = st.dates(date(1945, 9, 2), date(2099, 12, 31))
# Letters and signs of texts from before Unicode (a whole file of them is refused), and of broken ones.
WESTERN = "".join(map(chr, range(0xA1, 0x100))) + "\ufffd"
SIGNS = st.sampled_from(
    ["%50%", "[html]", "//", "\\n", "->", "<b>", "&amp;", "=1+1", "A.", "_x000D_", "{", "####"]
)


def texts(longest):
    """Tidy texts in NFC, with signs that mean something in one of the formats."""
    characters = st.characters(exclude_categories=("Cc", "Cf", "Cn", "Co", "Cs"), exclude_characters=WESTERN)
    pieces = st.lists(st.one_of(st.text(characters, max_size=longest), SIGNS), min_size=1, max_size=3)
    return pieces.map(lambda parts: collapse(unicodedata.normalize("NFC", " ".join(parts)))).filter(is_stable)


def is_stable(text):
    return bool(text) and tidy(text) == text


@st.composite
def questions(draw):
    """A question of a bank: any texts, one or several right options."""
    options = draw(st.lists(texts(20), min_size=2, max_size=6, unique_by=str.casefold))
    letters = LETTERS[: len(options)]
    right = draw(st.sets(st.sampled_from(letters), min_size=1, max_size=len(options) - 1))
    pinned = draw(st.sets(st.sampled_from(letters)))
    valid_from = draw(DAYS)
    return BankQuestion(
        key=draw(CODES),
        topic=draw(CODES),
        level=draw(st.integers(1, 3)),
        asks=draw(st.sampled_from(sorted(ASKS_NAMES))),
        stem=draw(texts(60)),
        options=tuple(options),
        answer="".join(sorted(right)),
        explanation=draw(texts(60)),
        source=draw(texts(30)),
        valid_from=valid_from,
        valid_until=draw(st.none() | DAYS.filter(lambda day: day >= valid_from)),
        pinned="".join(sorted(pinned)),
    )


def fields_of(question):
    """What a bank's question and one that was read have in common."""
    shared = BankQuestion.__dataclass_fields__.keys() & ReadQuestion.__dataclass_fields__.keys()
    return {name: getattr(question, name) for name in shared}


def workbook(*rows, merged=(), sheets=None):
    """An .xlsx of these rows; "=…" is a formula, (formula, value) one with its value.

    `merged` are (first row, first column, last row, last column, text) from 0; `sheets` other sheets by name.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, content in ({SHEET: rows} | (sheets or {})).items():
            sheet = book.add_worksheet(name)
            for place in merged if name == SHEET else ():
                sheet.merge_range(*place)
            for index, row in enumerate(content):
                for column, value in enumerate(row):
                    write_cell(sheet, index, column, value, day)
    return target.getvalue()


def write_cell(sheet, row, column, value, day):
    if isinstance(value, tuple):
        sheet.write_formula(row, column, value[0], None, value[1])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif value is not None:
        sheet.write(row, column, value)


def word(*paragraphs):
    """A .docx of these paragraphs, see `add_paragraph`, and tables, given as lists of rows."""
    document = docx.Document()
    for paragraph in paragraphs:
        if isinstance(paragraph, list):
            add_table(document, paragraph)
        else:
            add_paragraph(document, paragraph)
    return saved(document)


def saved(document):
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def add_paragraph(document, paragraph):
    """A text, or (style, run …); a run is a text or (text, {property of its font: value})."""
    style, *runs = (None, paragraph) if isinstance(paragraph, str) else paragraph
    added = document.add_paragraph(style=style)
    for run in runs:
        text, look = (run, {}) if isinstance(run, str) else run
        font = added.add_run(text).font
        for name, value in look.items():
            if name == "colour":
                font.color.rgb = value
            else:
                setattr(font, name, value)
    return added


def add_table(document, rows):
    table = document.add_table(len(rows), max(map(len, rows)))
    for index, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(index, column).text = text


def with_part(content, name, change):
    """The same package with one part changed by `change(bytes)`."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            part = old.read(entry)
            new.writestr(entry.filename, change(part) if entry.filename == name else part)
    return target.getvalue()


def problems_of(file):
    return [(problem.where, problem.message) for problem in file.problems]


def summary_of(file):
    """(stem, options, answer) of every question."""
    return [(each.stem, each.options, each.answer) for each in file.questions]
