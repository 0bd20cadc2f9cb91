"""Questions as Moodle XML that Moodle imports, and that reads back with nothing lost."""

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from lxml import etree

from app.questions.formats import markup_rules, moodle_rules
from app.questions.rules import LETTERS, BankQuestion


def write(
    questions: Sequence[BankQuestion],
    topics: Mapping[str, str] | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The file in UTF-8; `topics` gives names to topic codes, `pictures` bodies to their SHA-256."""
    root = etree.Element("quiz")
    for code, group in groupby(questions, key=lambda question: question.topic):
        _add_category(root, code, topics or {})
        for question in group:
            _add_question(root, question, (pictures or {}).get(question.image_sha256))
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return content


def _add_category(root: etree._Element, code: str, topics: Mapping[str, str]) -> None:
    element = etree.SubElement(root, "question", type="category")
    _add_text(element, "category", moodle_rules.category_path(code, topics))
    etree.SubElement(element, "idnumber").text = code


def _add_question(root: etree._Element, question: BankQuestion, picture: bytes | None) -> None:
    element = etree.SubElement(root, "question", type="multichoice")
    _add_text(element, "name", question.key)
    _add_stem(element, question, picture)
    feedback = markup_rules.write_feedback(question.explanation, question.source)
    _add_text(element, "generalfeedback", feedback, form="html")
    is_fixed = question.pinned == LETTERS[: len(question.options)]
    _add_values(
        element,
        {
            "defaultgrade": "1",
            "penalty": "0",
            "hidden": "0",
            "idnumber": question.key,
            "single": "true" if len(question.answer) == 1 else "false",
            "shuffleanswers": "false" if is_fixed else "true",
            "answernumbering": "ABCD",
        },
    )
    right = moodle_rules.FRACTIONS.get(len(question.answer), "100")
    wrong = "0" if len(question.answer) == 1 else "-100"
    for letter, option in zip(LETTERS, question.options, strict=False):
        answer = _add_text(element, "answer", markup_rules.as_markup(option), form="html")
        answer.set("fraction", right if letter in question.answer else wrong)
    _add_tags(element, moodle_rules.tags_of(question))


def _add_stem(element: etree._Element, question: BankQuestion, picture: bytes | None) -> None:
    markup = markup_rules.as_markup(question.stem)
    if picture is None:
        _add_text(element, "questiontext", markup, form="html")
        return
    ending = "png" if picture.startswith(b"\x89PNG") else "webp"
    name = f"{question.image_sha256[:16]}.{ending}"
    shown = f'<img src="@@PLUGINFILE@@/{name}" alt="{html.escape(question.image_alt)}">'
    stem = _add_text(element, "questiontext", f"<p>{markup}</p><p>{shown}</p>", form="html")
    file = etree.SubElement(stem, "file", name=name, path="/", encoding="base64")
    file.text = base64.b64encode(picture).decode()


def _add_text(parent: etree._Element, name: str, text: str, form: str = "") -> etree._Element:
    element = etree.SubElement(parent, name)
    if form:
        element.set("format", form)
    etree.SubElement(element, "text").text = text
    return element


def _add_values(parent: etree._Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        etree.SubElement(parent, name).text = value


def _add_tags(parent: etree._Element, tags: Iterable[str]) -> None:
    element = etree.SubElement(parent, "tags")
    for tag in tags:
        _add_text(element, "tag", tag)
