"""Questions of the bank as a file that other programs read."""

from collections.abc import Sequence
from importlib import import_module

from app.errors import BadInput
from app.questions.queries import all_topics
from app.questions.rules import BankQuestion

# By name, so that the web process loads what writes spreadsheets only when somebody asks for one.
WRITERS = {
    "xlsx": "app.questions.formats.xlsx_writer",
    "gift": "app.questions.formats.gift_writer",
    "moodle": "app.questions.formats.moodle_writer",
}
# GIFT has one word for a category: the topic's code.
WITHOUT_NAMES = {"gift"}
ENDINGS = {"xlsx": "xlsx", "gift": "txt", "moodle": "xml"}
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gift": "text/plain; charset=utf-8",
    "moodle": "application/xml",
}
NAMES = {"xlsx": "Excel (.xlsx)", "gift": "GIFT của Moodle (.txt)", "moodle": "Moodle XML (.xml)"}
FORMAT_OF_ENDING = {"xlsx": "xlsx", "xml": "moodle", "txt": "gift", "gift": "gift"}


def format_of(file_name: str) -> str:
    """The format that a file's name asks for; a spreadsheet when it asks for none."""
    return FORMAT_OF_ENDING.get(file_name.rpartition(".")[2].lower(), "xlsx")


def write_file(questions: Sequence[BankQuestion], format_name: str) -> bytes:
    """The questions as a file. Raises BadInput on a format that cannot be written."""
    if format_name not in WRITERS:
        raise BadInput(f"Không xuất được định dạng “{format_name[:40]}”. Chọn: {', '.join(WRITERS)}.")
    write = import_module(WRITERS[format_name]).write
    names = {topic.code: topic.name for topic in all_topics()}
    content: bytes = write(questions) if format_name in WITHOUT_NAMES else write(questions, names)
    return content
