"""Plain text files of questions as people type them."""

from app.errors import BadInput
from app.questions.formats.encoding_rules import decode
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.line_rules import Line
from app.questions.formats.text_rules import read_lines


def read(content: bytes) -> ReadFile:
    """The questions of a text file in UTF-8 or UTF-16, numbered "Câu 1.", "1)" or "Bài 1"."""
    file = ReadFile("text")
    try:
        lines = decode(content).split("\n")
        read_lines([Line(f"dòng {number}", text) for number, text in enumerate(lines, start=1)], file)
    except BadInput as error:
        file.refuse("cả tệp", str(error))
    return file
