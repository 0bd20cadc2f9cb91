"""Word files as people type them: marks, automatic numbers, tables; problems with the question's number."""

from io import BytesIO

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from PIL import Image

from app.questions.formats import docx_reader
from app.questions.formats.text_rules import NO_START
from tests.questions.formats.papers import problems_of, saved, summary_of, with_part, word, workbook

FIRST = ("Ai bàn?", ("Nhân dân", "Trưởng thôn", "Bí thư"), "B")
SECOND = ("Ai quyết?", ("Nhân dân", "Trưởng thôn", "Bí thư"), "AC")
RED, BLUE = RGBColor(0xFF, 0, 0), RGBColor(0, 0x33, 0x99)
MARKS = {
    "in đậm": {"bold": True},
    "gạch chân": {"underline": True},
    "đổi màu chữ": {"colour": RED},
    "tô nền": {"highlight_color": WD_COLOR_INDEX.YELLOW},
}


def question(stem, options, marked, look):
    """A question with these letters marked, the text of each option split over two runs."""
    yield (None, (stem[:6], {"bold": True}), stem[6:])
    for letter, option in zip("ABCDEF", options, strict=False):
        style = look if letter in marked else {}
        yield (None, (f"{letter}. ", style), (option[:3], style), (option[3:], style))


@pytest.mark.parametrize("look", MARKS.values(), ids=MARKS)
def test_right_options_that_stand_out(look):
    content = word(
        *question("Câu 1. Ai bàn?", FIRST[1], "B", look), *question("Câu 2. Ai quyết?", SECOND[1], "AC", look)
    )

    found = docx_reader.read(content)

    assert problems_of(found) == []
    assert summary_of(found) == [FIRST, SECOND]


@pytest.mark.parametrize("look", MARKS.values(), ids=MARKS)
def test_a_label_that_stands_out_is_enough(look):
    content = word("Câu 1. Ai bàn?", "A. Nhân dân", (None, ("B.", look), " Trưởng thôn"), "C. Bí thư")

    assert summary_of(docx_reader.read(content)) == [FIRST]


def test_labels_that_are_all_bold_say_nothing():
    bold = {"bold": True}
    content = word(
        (None, ("Câu 1. Ai bàn?", bold)),
        (None, ("A.", bold), " Nhân dân"),
        (None, ("B.", bold), (" Trưởng thôn", {"underline": True})),
        (None, ("C.", bold), " Bí thư của ", ("thôn", bold)),
    )

    assert [each.answer for each in docx_reader.read(content).questions] == ["B"]


def test_a_text_all_in_one_colour_says_nothing():
    content = word(
        (None, ("Câu 1. Ai bàn việc làng, việc nước?", {"colour": BLUE})),
        (None, ("A. Nhân dân", {"colour": BLUE})),
        (None, ("B. Trưởng thôn", {"colour": RED})),
        (None, ("C. Bí thư", {"colour": BLUE})),
    )

    assert [each.answer for each in docx_reader.read(content).questions] == ["B"]


def test_a_mark_and_a_key_that_disagree_are_both_named():
    content = word(*question("Câu 12. Ai bàn?", FIRST[1], "B", {"bold": True}), "Đáp án: C")

    assert problems_of(docx_reader.read(content)) == [
        ("câu 12 (đoạn 5)", "Đáp án không thống nhất: đáp án ghi là C, in đậm là B.")
    ]


def test_two_marks_that_disagree_are_both_named():
    content = word(
        "Câu 1. Ai?", (None, ("A. a", {"bold": True})), (None, ("B. b", {"underline": True})), "C. c"
    )

    assert problems_of(docx_reader.read(content)) == [
        ("câu 1 (đoạn 1)", "Đáp án không thống nhất: in đậm là A, gạch chân là B.")
    ]


def numbered(document, *levels):
    """A list of its own with these levels (form, text); → its id."""
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for index, (form, text) in enumerate(levels):
        level = OxmlElement("w:lvl")
        level.set(qn("w:ilvl"), str(index))
        for name, setting in (("start", "1"), ("numFmt", form), ("lvlText", text)):
            child = OxmlElement(f"w:{name}")
            child.set(qn("w:val"), setting)
            level.append(child)
        abstract.append(level)
    numbering.insert(0, abstract)
    return numbering.add_num(77).numId


def add_numbered(document, list_id, level, text, *, is_bold=False):
    paragraph = document.add_paragraph()
    paragraph.add_run(text).bold = is_bold
    numbers = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    numbers.get_or_add_ilvl().val = level
    numbers.get_or_add_numId().val = list_id


@pytest.mark.parametrize(
    "levels", [(("decimal", "Câu %1."), ("upperLetter", "%2.")), (("decimal", "%1)"), ("lowerLetter", "%2)"))]
)
def test_automatic_numbers(levels):
    document = docx.Document()
    list_id = numbered(document, *levels)
    for stem, options, right in (FIRST, SECOND):
        add_numbered(document, list_id, 0, stem)
        for letter, option in zip("ABC", options, strict=True):
            add_numbered(document, list_id, 1, option, is_bold=letter in right)
    add_numbered(document, list_id, 0, "Gì?")

    found = docx_reader.read(saved(document))

    assert summary_of(found) == [FIRST, SECOND]
    assert [where for where, _ in problems_of(found)] == ["câu 3 (đoạn 9)"]


def test_options_as_items_of_a_list():
    content = word(
        "Câu 1. Ai bàn?",
        ("List Bullet", "Nhân dân"),
        ("List Bullet", ("Trưởng thôn", {"bold": True})),
        ("List Bullet", "Bí thư"),
        "Câu 2. Ai quyết?",
        ("List Number", "Nhân dân"),
        ("List Number", "Trưởng thôn"),
        ("List Number", "Bí thư"),
        "Đáp án: 1 và C",
    )

    found = docx_reader.read(content)

    assert summary_of(found) == [FIRST]
    assert problems_of(found)[0][0] == "câu 2 (đoạn 9)"


def test_line_breaks_and_tabs():
    content = word("Câu 1. Ai bàn?\nA. Nhân dân\tB. Trưởng thôn\nC. Bí thư\nĐáp án: B")

    assert summary_of(docx_reader.read(content)) == [FIRST]


def test_headings_are_topics_and_the_title_is_none():
    content = word(
        ("Heading 1", "NGÂN HÀNG CÂU HỎI"),
        ("Heading 2", "Dân chủ ở cơ sở"),
        "Câu 1. Ai bàn?\nA. Nhân dân B. Trưởng thôn C. Bí thư\nĐáp án: B",
        ("Heading 2", "Biên giới"),
        "Câu 2. Ai quyết?\nA. Nhân dân B. Trưởng thôn C. Bí thư\nĐáp án: AC",
    )

    found = docx_reader.read(content)

    assert [each.topic for each in found.questions] == ["Dân chủ ở cơ sở", "Biên giới"]
    assert summary_of(found) == [FIRST, SECOND]


TYPED = [
    "Câu 1. Ai bàn?",
    "A. Nhân dân",
    "B. Trưởng thôn",
    "C. Bí thư",
    "Câu 2. Ai quyết?",
    "A. Nhân dân",
    "B. Trưởng thôn",
    "C. Bí thư",
]


@pytest.mark.parametrize(
    "table",
    [
        [["Câu", "1", "2"], ["Đáp án", "B", "AC"]],
        [["Câu", "Đáp án"], ["1", "B"], ["2", "A, C"]],
        [["1.B", "2.AC"]],
        [["STT", "Đáp án", "STT", "Đáp án"], ["Câu 1", "B", "Câu 2", "AC"]],
    ],
    ids=["across", "down", "in cells", "in pairs"],
)
def test_tables_of_answers(table):
    assert summary_of(docx_reader.read(word(*TYPED, "BẢNG ĐÁP ÁN", table))) == [FIRST, SECOND]


def test_a_table_of_questions():
    content = word(
        "BỘ CÂU HỎI",
        [
            ["STT", "Câu hỏi", "A", "B", "C", "Đáp án"],
            ["1", *FIRST[:1], *FIRST[1], "B"],
            ["2", *SECOND[:1], *SECOND[1], "A, C"],
            ["3", "Gì?", "a", "b", "c", "E"],
        ],
    )

    found = docx_reader.read(content)

    assert summary_of(found) == [FIRST, SECOND]
    assert ("bảng 1, hàng 4", "Đáp án là E nhưng câu chỉ có 3 phương án.") in problems_of(found)


def test_options_laid_out_in_a_table():
    content = word(
        "Câu 1. Ai bàn?",
        [["A. Nhân dân", "B. Trưởng thôn"], ["C. Bí thư", ""]],
        "Đáp án: B",
        *TYPED[4:],
        "Đáp án: AC",
    )

    assert summary_of(docx_reader.read(content)) == [FIRST, SECOND]


def test_heights_become_signs_and_hidden_text_is_left_out():
    content = word(
        (
            None,
            "Câu 1. Một km",
            ("2", {"superscript": True}),
            " có ",
            ("xx", {"hidden": True}),
            "H",
            ("2", {"subscript": True}),
            "O?",
        ),
        "A. a B. b\nĐáp án: A",
    )

    assert [each.stem for each in docx_reader.read(content).questions] == ["Một km² có H₂O?"]


def test_text_taken_out_while_changes_are_tracked_is_not_read():
    content = word("Câu 1. Ai?", "A. một", "B. hai", "Đáp án: A")
    gone = b'<w:del w:id="1" w:author="a"><w:r><w:delText>KHONG</w:delText></w:r></w:del>'
    added = b'<w:ins w:id="2" w:author="a"><w:r><w:t> hai</w:t></w:r></w:ins>'

    changed = with_part(
        content,
        "word/document.xml",
        lambda part: part.replace(b"Ai?</w:t></w:r>", b"Ai?</w:t></w:r>" + gone + added),
    )

    assert [each.stem for each in docx_reader.read(changed).questions] == ["Ai? hai"]


def png(colour):
    target = BytesIO()
    Image.new("RGB", (4, 4), colour).save(target, "PNG")
    return target.getvalue()


def test_pictures_go_with_their_question():
    document = docx.Document()
    document.add_picture(BytesIO(png("white")))
    document.add_paragraph("Câu 1. Ai?")
    document.add_picture(BytesIO(png("red")))
    for text in ("A. một", "B. hai", "Đáp án: A", "Câu 2. Gì?", "A. ba", "B. bốn", "Đáp án: B"):
        document.add_paragraph(text)
    drawn = document.paragraphs[-4].add_run().add_picture(BytesIO(png("blue")))
    drawn._inline.docPr.set("descr", "Cờ của xã")

    found = docx_reader.read(saved(document))

    assert [(each.stem, each.images) for each in found.questions] == [
        ("Ai?", (("image2.png", png("red")),)),
        ("Gì?", (("Cờ của xã", png("blue")),)),
    ]
    assert found.unsupported == {"hình ngoài câu hỏi": 1}


def test_a_picture_that_is_only_linked_to_is_not_fetched():
    document = docx.Document()
    document.add_paragraph("Câu 1. Ai?")
    document.add_picture(BytesIO(png("red")))
    for text in ("A. một", "B. hai", "Đáp án: A"):
        document.add_paragraph(text)
    content = with_part(
        saved(document),
        "word/_rels/document.xml.rels",
        lambda part: part.replace(
            b'Target="media/image1.png"', b'Target="http://mau.vn/a.png" TargetMode="External"'
        ),
    )

    found = docx_reader.read(content)

    assert [each.images for each in found.questions] == [()]
    assert found.unsupported == {docx_reader.PICTURE: 1}


def test_old_fonts_are_refused():
    content = word("C©u 1. C«ng t¸c d©n vËn lµ nhiÖm vô cña ai?", "A. C¶ hÖ thèng", "B. Ban D©n vËn")

    assert problems_of(docx_reader.read(content))[0][1].startswith("Chữ không phải Unicode mà có vẻ là TCVN3")


def test_entities_are_refused():
    content = with_part(
        word("Câu 1."),
        "word/document.xml",
        lambda part: part.replace(
            b"<w:document", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><w:document', 1
        ),
    )

    assert "DOCTYPE" in problems_of(docx_reader.read(content))[0][1]


@pytest.mark.parametrize("content", [b"", b"abc", b"PK\x03\x04", workbook(("Câu hỏi",))])
def test_what_is_no_document_is_refused(content):
    found = docx_reader.read(content)

    assert (found.questions, len(found.problems)) == ([], 1)


def test_a_document_without_questions_says_what_is_wanted():
    assert problems_of(docx_reader.read(word("Xin chào"))) == [("đoạn 1", NO_START)]
    assert problems_of(docx_reader.read(word())) == [("cả tệp", NO_START)]
