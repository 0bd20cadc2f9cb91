"""Word files for tests, and what stands in one."""

import io
import zipfile

from docx import Document


def make_word(*paragraphs, rows=(), title=""):
    """A file with these paragraphs and, under them, a table of one column."""
    document = Document()
    document.core_properties.title = title
    for text in paragraphs:
        document.add_paragraph(text)
    if rows:
        table = document.add_table(rows=0, cols=1)
        for text in rows:
            table.add_row().cells[0].text = text
    return saved(document)


def saved(document):
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def changed(content, **parts):
    """The package with parts replaced or added; a dot and a slash in names are written as in `parts`."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body(old.read(name)) if callable(body) else body)
    return target.getvalue()


def words_of(content):
    """Every paragraph and every cell, in no other order than Word keeps them."""
    document = Document(io.BytesIO(content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        texts += [cell.text for row in table.rows for cell in row.cells]
    return texts


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}
