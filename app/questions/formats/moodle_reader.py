"""Moodle XML: multiple choice and true/false; what else there is, is counted."""

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from app.errors import BadInput
from app.questions.formats import markup_rules, moodle_rules, xml_reader
from app.questions.formats.encoding_rules import tidy
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.formats.markup_rules import Picture, PlainText
from app.questions.formats.xml_reader import Unsupported, where_is
from app.questions.rules import LETTERS

PLUGIN_FILE = "@@PLUGINFILE@@/"
NO = ("0", "false")
WHOLE = 99.9


def read(content: bytes) -> ReadFile:
    """Never raises: what is wrong is in `problems`."""
    found = ReadFile("moodle")
    try:
        root = xml_reader.parse(content)
    except BadInput as error:
        found.refuse("cả tệp", str(error))
        return found
    if xml_reader.name_of(root) != "quiz":
        found.refuse(where_is(root), "Đây không phải tệp Moodle XML: phần tử ngoài cùng phải là <quiz>.")
        return found
    topic = ""
    for element in root.iterchildren("question"):
        try:
            if element.get("type") == "category":
                topic = _topic(element, found)
            else:
                found.questions.append(_read_question(element, topic, found))
        except Unsupported as error:
            found.unsupported[str(error)] += 1
        except BadInput as error:
            found.refuse(where_is(element), str(error))
    return found


def _topic(element: etree._Element, found: ReadFile) -> str:
    """The code of a category, else its name."""
    code = tidy(_value(element, "idnumber"))
    name = moodle_rules.topic_of(tidy(xml_reader.all_text(element.find("category"))))
    if code and name:
        found.topic_names[code] = name
    return code or name


def _read_question(element: etree._Element, topic: str, found: ReadFile) -> ReadQuestion:
    kind = element.get("type", "")
    if kind not in ("multichoice", "truefalse"):
        raise Unsupported(moodle_rules.KIND_NAMES.get(kind, f"câu kiểu “{kind[:40]}” của Moodle"))
    stem = _text(element.find("questiontext"))
    answers = [(_option(each, kind), each) for each in element.iterchildren("answer")]
    answers = [(text, each) for text, each in answers if text]
    if len(answers) > len(LETTERS):
        raise BadInput(f"Câu có {len(answers)} phương án, ngân hàng nhận nhiều nhất {len(LETTERS)}.")
    options = tuple(text for text, _ in answers)
    fractions = [_fraction(each) for _, each in answers]
    own = moodle_rules.read_tags(tidy(xml_reader.all_text(tag)) for tag in element.iterfind("tags/tag"))
    explanation, source = _feedback(element, found)
    fixed = own.pinned
    if fixed is None:
        is_fixed = kind == "multichoice" and _value(element, "shuffleanswers") in NO
        fixed = LETTERS[: len(options)] if is_fixed else ""
    return ReadQuestion(
        where=where_is(element),
        stem=stem.text,
        options=options,
        answer=_answer(fractions, is_single=kind == "truefalse" or _value(element, "single") not in NO),
        key=tidy(_value(element, "idnumber")),
        topic=topic,
        level=own.level,
        asks=own.asks,
        explanation=explanation,
        source=source,
        valid_from=own.valid_from,
        valid_until=own.valid_until,
        pinned=fixed,
        images=tuple(_pictures(stem, element.find("questiontext"))),
    )


def _answer(fractions: list[float], *, is_single: bool) -> str:
    """The letters of the right options. Raises BadInput, Unsupported."""
    if is_single:
        if any(0 < fraction < WHOLE for fraction in fractions):
            raise Unsupported("câu một đáp án có phương án được một phần điểm")
        are_right = [fraction >= WHOLE for fraction in fractions]
        if sum(are_right) > 1:
            raise BadInput("Câu một đáp án có hơn một phương án được 100% điểm.")
    else:
        are_right = [fraction > 0 for fraction in fractions]
    answer = markup_rules.letters_of(are_right, LETTERS)
    if not answer:
        raise BadInput("Câu không có phương án nào được điểm.")
    return answer


def _fraction(answer: etree._Element) -> float:
    try:
        return float(answer.get("fraction", ""))
    except ValueError as error:
        raise BadInput("Một phương án không ghi phần trăm điểm (fraction).") from error


def _option(answer: etree._Element, kind: str) -> str:
    text = _text(answer)
    if text.pictures:
        raise Unsupported("câu có hình trong phương án")
    return moodle_rules.TRUE_FALSE.get(text.text.lower(), text.text) if kind == "truefalse" else text.text


def _feedback(element: etree._Element, found: ReadFile) -> tuple[str, str]:
    feedback = element.find("generalfeedback")
    if feedback is None:
        return "", ""
    markup = xml_reader.all_text(feedback.find("text"))
    left_out = len(markup_rules.read_markup(markup).pictures)
    if left_out:
        found.unsupported["hình trong phần giải thích"] += left_out
    return markup_rules.read_feedback(markup)


def _text(element: etree._Element | None) -> PlainText:
    """The text of a part in the form that it says. Raises BadInput, Unsupported."""
    if element is None:
        return PlainText("")
    text = xml_reader.all_text(element.find("text"))
    if element.get("format") == "plain_text":
        return markup_rules.read_plain(text)
    found = markup_rules.read_markup(text)
    if found.media:
        raise Unsupported("câu có âm thanh, phim hoặc công thức")
    return found


def _pictures(text: PlainText, element: etree._Element | None) -> Iterator[tuple[str, bytes]]:
    """The pictures that a text shows, from the files beside it. Raises BadInput."""
    files = {} if element is None else {file.get("name", ""): file for file in element.iterchildren("file")}
    for picture in text.pictures:
        name = unquote(picture.address.removeprefix(PLUGIN_FILE)).partition("?")[0].rpartition("/")[2]
        if picture.address.startswith("data:"):
            yield _name(picture, "hình"), _decoded(picture.address.partition(",")[2])
        elif picture.address.startswith(PLUGIN_FILE) and name in files:
            yield _name(picture, name), _decoded(xml_reader.all_text(files[name]))
        else:
            raise BadInput("Hình của câu không nằm trong tệp: hãy chèn hình vào câu rồi xuất lại.")


def _name(picture: Picture, otherwise: str) -> str:
    return tidy(picture.alt) or tidy(otherwise)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("Hình của câu bị hỏng: hãy chèn lại hình rồi xuất lại.") from error


def _value(element: etree._Element, name: str) -> str:
    return xml_reader.all_text(element.find(name)).strip()
