"""QTI 1.2 as Canvas and Blackboard export it: choice items; what else there is, is counted."""

from dataclasses import dataclass

from lxml import etree

from app.errors import BadInput
from app.questions.formats import markup_rules, qti_package_reader, xml_reader
from app.questions.formats.encoding_rules import tidy
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.formats.markup_rules import PlainText
from app.questions.formats.qti_package_reader import PackageFile
from app.questions.formats.xml_reader import Unsupported, name_of
from app.questions.rules import LETTERS

KIND_NAMES = {
    "calculated_question": "câu tính toán",
    "essay_question": "câu tự luận",
    "file_upload_question": "câu nộp tệp",
    "fill_in_multiple_blanks_question": "câu điền nhiều chỗ trống",
    "matching_question": "câu ghép đôi",
    "multiple_dropdowns_question": "câu chọn từ điền chỗ trống",
    "numerical_question": "câu điền số",
    "short_answer_question": "câu trả lời ngắn",
    "text_only_question": "đoạn giới thiệu",
}
# Blackboard has an element of its own for text.
TEXTS = ("mattext", "mat_formattedtext")
OTHER_RESPONSES = {
    "response_str": "câu trả lời ngắn hoặc tự luận",
    "response_num": "câu điền số",
    "response_xy": "câu trên hình",
    "response_grp": "câu ghép đôi",
    "response_extension": "câu kiểu riêng của phần mềm khác",
}


@dataclass(frozen=True)
class _Award:
    """Points for choosing these options and none of the others named."""

    chosen: tuple[str, ...]
    points: float


def read(content: bytes) -> ReadFile:
    """Never raises: what is wrong is in `problems`."""
    found = ReadFile("qti12")
    has_items = False
    for file in qti_package_reader.read_files(content, found):
        kind = name_of(file.root)
        if kind == "assessmentItem":
            found.unsupported["câu QTI 2 trong gói QTI 1.2"] += 1
            has_items = True
        elif kind == "questestinterop":
            has_items = True
            for item in xml_reader.named(file.root, "item"):
                _take(found, file, item)
    if not has_items and not found.problems:
        found.refuse("cả tệp", "Không thấy câu hỏi QTI 1.2 nào (questestinterop) trong tệp.")
    return found


def _take(found: ReadFile, file: PackageFile, item: etree._Element) -> None:
    try:
        found.questions.append(_read_item(file, item))
    except Unsupported as error:
        found.unsupported[str(error)] += 1
    except BadInput as error:
        found.refuse(file.where(item), str(error))


def _read_item(file: PackageFile, item: etree._Element) -> ReadQuestion:
    response = _only_response(item)
    labels = xml_reader.named(response, "response_label")
    qti_package_reader.refuse_too_many(len(labels))
    stem = _material(_stem_materials(item, response))
    options = tuple(
        qti_package_reader.option_text(_material(xml_reader.named(label, *TEXTS), label)) for label in labels
    )
    is_single = response.get("rcardinality", "Single") == "Single"
    identifiers = [label.get("ident", "") for label in labels]
    right = _right(item, response.get("ident", ""), identifiers, is_single=is_single)
    render = xml_reader.first_named(response, "render_choice")
    # Who says nothing about order does not mean to keep it.
    is_fixed = render is not None and render.get("shuffle", "").lower() == "no"
    return ReadQuestion(
        where=file.where(item),
        stem=stem.text,
        options=qti_package_reader.in_vietnamese(options),
        answer=markup_rules.letters_of((each in right for each in identifiers), LETTERS),
        key=tidy(item.get("ident", "")),
        explanation=_explanation(item),
        pinned=markup_rules.letters_of(
            (is_fixed or label.get("rshuffle", "").lower() == "no" for label in labels), LETTERS
        ),
        images=file.pictures(stem),
    )


def _only_response(item: etree._Element) -> etree._Element:
    """The one list of choices. Raises Unsupported."""
    kind = _metadata(item).get("question_type", "")
    if kind in KIND_NAMES:
        raise Unsupported(KIND_NAMES[kind])
    for name, words in OTHER_RESPONSES.items():
        if xml_reader.first_named(item, name) is not None:
            raise Unsupported(words)
    responses = xml_reader.named(item, "response_lid")
    if not responses:
        raise Unsupported("đoạn không có câu hỏi")
    if len(responses) > 1:
        raise Unsupported("câu ghép đôi")
    if responses[0].get("rcardinality") == "Ordered":
        raise Unsupported("câu sắp thứ tự")
    return responses[0]


def _metadata(item: etree._Element) -> dict[str, str]:
    """Label → entry of the fields that an item carries about itself."""
    return {
        xml_reader.all_text(xml_reader.first_named(field, "fieldlabel")).strip(): xml_reader.all_text(
            xml_reader.first_named(field, "fieldentry")
        ).strip()
        for field in xml_reader.named(item, "qtimetadatafield")
    }


def _stem_materials(item: etree._Element, response: etree._Element) -> list[etree._Element]:
    """The texts that are shown above the choices."""
    presentation = xml_reader.first_named(item, "presentation")
    if presentation is None:
        return []
    inside = set(xml_reader.named(response, "response_label"))
    return [
        each
        for each in xml_reader.named(presentation, *TEXTS)
        if not any(parent in inside for parent in each.iterancestors())
    ]


def _material(texts: list[etree._Element], holder: etree._Element | None = None) -> PlainText:
    """Pieces of text as one. Raises BadInput, Unsupported."""
    pieces = [_piece(each) for each in texts]
    if holder is not None and xml_reader.first_named(holder, "matimage") is not None:
        raise Unsupported("câu có hình trong phương án")
    return PlainText(
        " ".join(filter(None, (piece.text for piece in pieces))),
        tuple(picture for piece in pieces for picture in piece.pictures),
    )


def _piece(element: etree._Element) -> PlainText:
    text = xml_reader.all_text(element)
    if element.get("texttype", "text/html") == "text/plain":
        return markup_rules.read_plain(text)
    return qti_package_reader.readable(text)


def _right(item: etree._Element, response: str, identifiers: list[str], *, is_single: bool) -> set[str]:
    """Identifiers of the right options. Raises BadInput, Unsupported."""
    awards = [
        award for each in xml_reader.named(item, "respcondition") if (award := _award(each, response)).chosen
    ]
    given = [award for award in awards if award.points > 0]
    right = {identifier for award in given for identifier in award.chosen}
    if is_single and len(right) > 1:
        most = max(award.points for award in given)
        if any(award.points < most for award in given):
            raise Unsupported("câu một đáp án có phương án được một phần điểm")
        raise BadInput("Câu một đáp án có hơn một phương án được điểm.")
    if not right:
        raise BadInput("Câu không ghi đáp án.")
    if not right <= set(identifiers):
        raise BadInput("Đáp án chỉ đến một phương án không có trong câu.")
    return right


def _award(condition: etree._Element, response: str) -> _Award:
    chosen = tuple(
        xml_reader.all_text(each).strip()
        for each in xml_reader.named(condition, "varequal")
        if each.get("respident", response) == response
        and not any(name_of(parent) == "not" for parent in each.iterancestors())
    )
    points = [_points(each) for each in xml_reader.named(condition, "setvar")]
    return _Award(chosen, sum(points))


def _points(setvar: etree._Element) -> float:
    """Blackboard writes the name of the highest score where others write a number."""
    text = xml_reader.all_text(setvar).strip()
    if text.endswith(".max"):
        return 1.0
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return -number if setvar.get("action") == "Subtract" else number


def _explanation(item: etree._Element) -> str:
    """The feedback that everybody gets, whatever they answered."""
    for feedback in xml_reader.named(item, "itemfeedback"):
        if feedback.get("ident") in ("general_fb", "general"):
            return _material(xml_reader.named(feedback, *TEXTS)).text
    return ""
