"""Questions of the bank as a file that other programs read."""

from collections.abc import Sequence
from importlib import import_module

from app.errors import BadInput
from app.files.services import get_file_body
from app.questions.queries import all_topics
from app.questions.rules import BankQuestion

# By name, so that the web process loads what writes spreadsheets only when somebody asks for one.
WRITERS = {
    "xlsx": "app.questions.formats.xlsx_writer",
    "gift": "app.questions.formats.gift_writer",
    "moodle": "app.questions.formats.moodle_writer",
}
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
    more: dict[str, tuple[object, ...]] = {
        "gift": (),
        "xlsx": (names,),
        "moodle": (names, _pictures(questions)),
    }
    content: bytes = write(questions, *more[format_name])
    return content


def _pictures(questions: Sequence[BankQuestion]) -> dict[str, bytes]:
    """Bodies of the pictures that the questions show, by digest."""
    digests = {question.image_sha256 for question in questions} - {""}
    return {digest: get_file_body(digest) for digest in sorted(digests)}
