"""Questions in Aiken: a line of text, lines "A. …" or "A) …", and "ANSWER: B"."""

import re

from app.errors import BadInput
from app.questions.formats.draft_rules import Draft, finish
from app.questions.formats.encoding_rules import decode
from app.questions.formats.file_rules import ReadFile

OPTION = re.compile(r"([A-Z])[.)]\s+(\S.*)")
OUT_OF_PLACE = "Dòng này không phải phương án (“A. …”) hay “ANSWER: A”; câu hỏi phải nằm trên một dòng."
ANSWER = re.compile(r"ANSWER:\s*([A-Z])\s*")


def read(content: bytes) -> ReadFile:
    """Every question of the file; a line out of its place is a problem, and the question it stands in."""
    file = ReadFile("aiken")
    try:
        _read_lines(decode(content).split("\n"), file)
    except BadInput as error:
        file.refuse("cả tệp", str(error))
    if not file.questions and not file.problems:
        file.refuse("cả tệp", "Không thấy câu hỏi Aiken nào.")
    return file


def _read_lines(lines: list[str], file: ReadFile) -> None:
    draft: Draft | None = None
    is_sound = True
    for number, line in enumerate(lines, start=1):
        text, where = line.strip(), f"dòng {number}"
        if not text:
            continue
        if draft is None:
            draft, is_sound = Draft(where, fields={"stem": (text, where)}), True
            continue
        message = _add(draft, text, where)
        if message:
            file.refuse(where, message)
            is_sound = False
        if ANSWER.fullmatch(text):
            if is_sound:
                finish(draft, file)
            draft = None
    if draft:
        file.refuse(draft.where, "Câu này không có dòng ANSWER.")


def _add(draft: Draft, text: str, where: str) -> str:
    """Add a line to the question; what is wrong with it, "" when nothing is."""
    option, answer = OPTION.fullmatch(text), ANSWER.fullmatch(text)
    if answer:
        draft.fields["answer"] = (answer[1], where)
        return "" if len(draft.options) > 1 else "Dòng ANSWER đứng trước khi có đủ hai phương án."
    if option is None:
        return OUT_OF_PLACE
    expected = chr(ord("A") + len(draft.options))
    draft.options.append((option[2], where))
    return "" if option[1] == expected else f"Đây phải là phương án {expected}."
