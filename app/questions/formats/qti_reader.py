"""QTI 2.1 and 2.2: packages and single items, choice interactions; what else there is, is counted."""

from collections.abc import Iterable

from lxml import etree

from app.errors import BadInput
from app.questions.formats import markup_rules, qti_package_reader, xml_reader
from app.questions.formats.encoding_rules import tidy
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.formats.qti_package_reader import PackageFile
from app.questions.formats.xml_reader import Unsupported, name_of
from app.questions.rules import LETTERS

INTERACTION_NAMES = {
    "associateInteraction": "câu ghép đôi",
    "customInteraction": "câu kiểu riêng của phần mềm khác",
    "drawingInteraction": "câu vẽ hình",
    "endAttemptInteraction": "câu có nút gợi ý",
    "extendedTextInteraction": "câu tự luận",
    "gapMatchInteraction": "câu kéo thả",
    "graphicAssociateInteraction": "câu trên hình",
    "graphicGapMatchInteraction": "câu trên hình",
    "graphicOrderInteraction": "câu trên hình",
    "hotspotInteraction": "câu trên hình",
    "hottextInteraction": "câu chọn từ trong đoạn",
    "inlineChoiceInteraction": "câu chọn từ điền chỗ trống",
    "matchInteraction": "câu ghép đôi",
    "mediaInteraction": "câu có âm thanh hoặc phim",
    "orderInteraction": "câu sắp thứ tự",
    "positionObjectInteraction": "câu trên hình",
    "selectPointInteraction": "câu trên hình",
    "sliderInteraction": "câu điền số",
    "textEntryInteraction": "câu trả lời ngắn",
    "uploadInteraction": "câu nộp tệp",
}
ASIDE = ("choiceInteraction", "rubricBlock", "feedbackBlock", "feedbackInline", "stylesheet")


def read(content: bytes) -> ReadFile:
    """Never raises: what is wrong is in `problems`."""
    found = ReadFile("qti")
    is_item = False
    for file in qti_package_reader.read_files(content, found):
        kind = name_of(file.root)
        if kind == "questestinterop":
            found.unsupported["tệp QTI 1.2 trong gói QTI 2"] += 1
        is_item = is_item or kind in ("assessmentItem", "questestinterop")
        if kind == "assessmentItem":
            _take(found, file)
    if not is_item and not found.problems:
        found.refuse("cả tệp", "Không thấy câu hỏi QTI 2.1 hoặc 2.2 nào (assessmentItem) trong tệp.")
    return found


def _take(found: ReadFile, file: PackageFile) -> None:
    try:
        found.questions.append(_read_item(file))
    except Unsupported as error:
        found.unsupported[str(error)] += 1
    except BadInput as error:
        found.refuse(file.where(file.root), str(error))


def _read_item(file: PackageFile) -> ReadQuestion:
    body = xml_reader.first_named(file.root, "itemBody")
    if body is None:
        raise BadInput("Câu không có nội dung (itemBody).")
    interaction = _only_choice(body)
    prompt = xml_reader.first_named(interaction, "prompt")
    before = qti_package_reader.markup_of(body, without=ASIDE)
    asked = None if prompt is None else qti_package_reader.markup_of(prompt)
    choices = xml_reader.named(interaction, "simpleChoice")
    qti_package_reader.refuse_too_many(len(choices))
    options = tuple(
        qti_package_reader.option_text(qti_package_reader.markup_of(choice, without=ASIDE))
        for choice in choices
    )
    right = _right(file.root, interaction.get("responseIdentifier", "RESPONSE"))
    feedback = xml_reader.first_named(file.root, "modalFeedback")
    explanation = "" if feedback is None else qti_package_reader.markup_of(feedback).text
    explanation, source = markup_rules.read_feedback(markup_rules.as_markup(explanation))
    # Who says nothing about order does not mean to keep it.
    is_fixed = interaction.get("shuffle", "true") not in ("true", "1")
    return ReadQuestion(
        where=file.where(file.root),
        stem=" ".join(filter(None, [before.text, asked.text if asked else ""])),
        options=qti_package_reader.in_vietnamese(options),
        answer=_letters(choices, right),
        key=tidy(file.root.get("identifier", "")),
        explanation=explanation,
        source=source,
        pinned=markup_rules.letters_of(
            (is_fixed or choice.get("fixed") in ("true", "1") for choice in choices), LETTERS
        ),
        images=(*file.pictures(before), *(file.pictures(asked) if asked else ())),
    )


def _only_choice(body: etree._Element) -> etree._Element:
    """The one choice interaction of an item. Raises Unsupported."""
    kinds = [
        each
        for each in body.iterdescendants()
        if isinstance(each.tag, str) and name_of(each).endswith("Interaction")
    ]
    for each in kinds:
        if name_of(each) != "choiceInteraction":
            raise Unsupported(INTERACTION_NAMES.get(name_of(each), "câu kiểu lạ"))
    if not kinds:
        raise Unsupported("đoạn không có câu hỏi")
    if len(kinds) > 1:
        raise Unsupported("câu gồm nhiều câu nhỏ")
    return kinds[0]


def _right(root: etree._Element, identifier: str) -> set[str]:
    """Identifiers of the right choices: the correct response, else what the mapping gives points for.

    Raises Unsupported, BadInput.
    """
    for declaration in xml_reader.named(root, "responseDeclaration"):
        if declaration.get("identifier") != identifier:
            continue
        if declaration.get("cardinality") not in ("single", "multiple"):
            raise Unsupported("câu sắp thứ tự")
        correct = xml_reader.first_named(declaration, "correctResponse")
        values = set() if correct is None else {_value(each) for each in xml_reader.named(correct, "value")}
        if values:
            return values
        return _mapped(xml_reader.named(declaration, "mapEntry"), declaration.get("cardinality") == "single")
    raise BadInput("Câu không ghi đáp án (responseDeclaration).")


def _mapped(entries: Iterable[etree._Element], is_single: bool) -> set[str]:
    points = {entry.get("mapKey", ""): _number(entry.get("mappedValue", "")) for entry in entries}
    given = {key: number for key, number in points.items() if number > 0}
    if is_single and len(given) > 1:
        most = max(given.values())
        if any(number < most for number in given.values()):
            raise Unsupported("câu một đáp án có phương án được một phần điểm")
    return set(given)


def _letters(choices: list[etree._Element], right: set[str]) -> str:
    identifiers = [choice.get("identifier", "") for choice in choices]
    if len(set(identifiers)) != len(identifiers):
        raise BadInput("Hai phương án có cùng mã (identifier).")
    if not right:
        raise BadInput("Câu không ghi đáp án.")
    if not right <= set(identifiers):
        raise BadInput("Đáp án chỉ đến một phương án không có trong câu.")
    return markup_rules.letters_of((identifier in right for identifier in identifiers), LETTERS)


def _value(element: etree._Element) -> str:
    return xml_reader.all_text(element).strip()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadInput("Điểm của một phương án không phải là số.") from error
