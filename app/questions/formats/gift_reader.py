"""Questions in GIFT, as Moodle writes it and as `gift_writer` does."""

import re

from app.errors import BadInput
from app.questions.formats.draft_rules import Draft, finish
from app.questions.formats.encoding_rules import decode
from app.questions.formats.file_rules import ReadFile
from app.questions.formats.gift_rules import (
    FORMATS,
    Block,
    Choice,
    blocks,
    category_of,
    choices,
    hide_escapes,
    own_fields,
    show,
)
from app.questions.formats.markup_rules import read_markup
from app.questions.rules import CODE, LETTERS

TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
ID_COMMENT = re.compile(r"\[id:\s*([^\]]+?)\s*\]")
TRUE_FALSE = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(?:#(.*))?", re.IGNORECASE | re.DOTALL)
MARKUP = re.compile(r"</?[a-z][^<>]*>|&(?:[a-z]+|#\d+);", re.IGNORECASE)
SIGN = "dấu ="
PICTURE = "hình trong câu hỏi GIFT"
TWO_IN_ONE = "Có hai cặp ngoặc { } trong một câu: giữa hai câu hỏi phải có một dòng trống."


def read(content: bytes) -> ReadFile:
    """The multiple-choice and true/false questions; other kinds are counted."""
    file = ReadFile("gift")
    try:
        topic = ""
        for block in blocks(decode(content)):
            if block.text.startswith("$CATEGORY:"):
                topic = category_of(block.text)
            else:
                _read_block(block, topic, file)
    except BadInput as error:
        file.refuse("cả tệp", str(error))
    if not file.questions and not file.problems and not file.unsupported:
        file.refuse("cả tệp", "Không thấy câu hỏi GIFT nào.")
    return file


def _read_block(block: Block, topic: str, file: ReadFile) -> None:
    where = f"dòng {block.line}"
    try:
        text = hide_escapes(block.text)
    except BadInput as error:
        file.refuse(where, str(error))
        return
    opening, closing = text.find("{"), text.find("}")
    if opening < 0 and closing < 0:
        file.unsupported["đoạn mô tả"] += 1
    elif opening < 0 or closing < opening:
        file.refuse(where, "Thiếu ngoặc { mở hoặc } đóng phần trả lời.")
    elif "{" in text[closing:] or "{" in text[opening + 1 : closing]:
        file.refuse(where, TWO_IN_ONE)
    elif text[closing + 1 :].strip():
        file.unsupported["câu điền vào chỗ trống"] += 1
    else:
        _read_question(block, text, opening, closing, topic, file)


def _read_question(block: Block, text: str, opening: int, closing: int, topic: str, file: ReadFile) -> None:
    """A question whose answers stand between these braces."""
    answers, _, general = text[opening + 1 : closing].partition("####")
    kind = _unsupported_kind(answers, choices(answers))
    if kind:
        file.unsupported[kind] += 1
        return
    draft = _draft(block, text[:opening], topic)
    _add_answers(draft, answers, block.line + text.count("\n", 0, opening))
    if general.strip():
        draft.fields["explanation"] = (general, draft.where)
    _finish(draft, file)


def _unsupported_kind(answers: str, found: list[Choice]) -> str:
    """What kind of question these answers are for when it is not multiple choice, "" when it is."""
    if not answers.strip():
        return "câu tự luận"
    if answers.lstrip().startswith("#"):
        return "câu điền số"
    if TRUE_FALSE.fullmatch(answers):
        return ""
    signs = {choice.sign for choice in found}
    if signs == {"="}:
        is_pairs = all("->" in choice.text for choice in found)
        return "câu ghép đôi" if is_pairs else "câu trả lời ngắn"
    if "=" in signs and any(choice.sign == "~" and (choice.weight or 0) > 0 for choice in found):
        return "câu cho điểm từng phần"
    return ""


def _draft(block: Block, head: str, topic: str) -> Draft:
    where = f"dòng {block.line}"
    draft = Draft(where)
    title = TITLE.match(head)
    ids = [match[1] for comment in block.comments for match in ID_COMMENT.finditer(comment)]
    key = ids[-1] if ids else show(title[1]).strip() if title else ""
    draft.fields = {name: (text, where) for name, text in own_fields(block).items()}
    draft.fields["key"] = (key if CODE.match(key) else "", where)
    draft.fields["topic"] = (topic, where)
    draft.fields["stem"] = (head[title.end() :] if title else head, where)
    return draft


def _add_answers(draft: Draft, answers: str, first_line: int) -> None:
    found = choices(answers)
    true_false = TRUE_FALSE.fullmatch(answers)
    if true_false:
        draft.fields["answer"] = ("đúng" if true_false[1].upper().startswith("T") else "sai", draft.where)
        draft.fields["explanation"] = ((true_false[2] or "").rpartition("#")[2], draft.where)
        return
    right = [
        (letter, choice)
        for letter, choice in zip(LETTERS, found, strict=False)
        if choice.sign == "=" or (choice.weight or 0) > 0
    ]
    draft.options = [(choice.text, f"dòng {first_line + choice.line}") for choice in found]
    if right:
        draft.marks[SIGN] = "".join(letter for letter, _ in right)
    if right and right[0][1].feedback.strip():
        draft.fields["explanation"] = (right[0][1].feedback, draft.where)


def _finish(draft: Draft, file: ReadFile) -> None:
    """Texts out of their markup and escapes; the answers' is the question's unless they say their own."""
    stem = draft.text("stem")
    own = FORMATS.match(stem)
    form = own[1].lower() if own else "moodle"
    try:
        for name in ("stem", "explanation"):
            if name in draft.fields:
                draft.fields[name] = (_plain(draft.text(name), form, file), draft.place(name))
        draft.options = [(_plain(text, form, file), where) for text, where in draft.options]
    except BadInput as error:
        file.refuse(draft.where, str(error))
        return
    finish(draft, file)


def _plain(text: str, form: str, file: ReadFile) -> str:
    own = FORMATS.match(text)
    if own:
        form, text = own[1].lower(), text[own.end() :]
    shown = show(text)
    if form == "html" or (form == "moodle" and MARKUP.search(shown)):
        markup = read_markup(shown)
        if markup.pictures or markup.media:
            file.unsupported[PICTURE] += len(markup.pictures) + len(markup.media)
        return markup.text
    return shown
