"""QTI 2.1 and 2.2 in packages and alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.formats import qti_reader
from tests.questions.formats.packages import MANIFEST_2, package

V2P1 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
V2P2 = "http://www.imsglobal.org/xsd/imsqti_v2p2"
PICTURE = b"GIF89a not really"


def choices(*texts, fixed=()):
    return "".join(
        f"<simpleChoice identifier='C{n}' fixed='{str(n in fixed).lower()}'>{text}</simpleChoice>"
        for n, text in enumerate(texts)
    )


def correct(*identifiers):
    return f"<correctResponse>{''.join(f'<value>{each}</value>' for each in identifiers)}</correctResponse>"


def item(
    body=None,
    declared=None,
    *,
    identifier="cau-1",
    cardinality="single",
    namespace=V2P1,
    shuffle='shuffle="true"',
    offered=None,
    after="",
):
    declared = correct("C1") if declared is None else declared
    offered = choices("Quan", "Dân", "Vua") if offered is None else offered
    body = (
        f"<p>Ai làm chủ?</p><choiceInteraction responseIdentifier='RESPONSE' {shuffle} maxChoices='1'>"
        f"{offered}</choiceInteraction>"
        if body is None
        else body
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<assessmentItem xmlns="{namespace}" identifier="{identifier}" title="t" adaptive="false">'
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="identifier">'
        f"{declared}</responseDeclaration><itemBody>{body}</itemBody>"
        '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
        f"{after}</assessmentItem>"
    ).encode()


def read_one(content):
    found = qti_reader.read(content)
    assert (found.problems, len(found.questions)) == ([], 1)
    return found.questions[0]


@pytest.mark.parametrize("namespace", [V2P1, V2P2])
def test_a_single_item_is_read(namespace):
    found = read_one(item(namespace=namespace))

    assert (found.key, found.stem, found.options, found.answer, found.pinned, found.where) == (
        *("cau-1", "Ai làm chủ?", ("Quan", "Dân", "Vua"), "B", "", "dòng 2"),
    )


def test_a_package_is_read_in_the_order_of_names():
    content = package(
        {
            "imsmanifest.xml": MANIFEST_2,
            "items/b.xml": item(identifier="b"),
            "items/a.xml": item(identifier="a"),
            "test.xml": '<assessmentTest xmlns="x"/>',
        }
    )

    found = qti_reader.read(content)

    assert [(each.key, each.where) for each in found.questions] == [
        ("a", "items/a.xml, dòng 2"),
        ("b", "items/b.xml, dòng 2"),
    ]
    assert found.problems == []


def test_several_right_choices_are_several_letters():
    assert read_one(item(None, correct("C2", "C0"), cardinality="multiple")).answer == "AC"


def test_a_mapping_tells_the_right_choices_where_nothing_else_does():
    mapping = (
        '<mapping defaultValue="0"><mapEntry mapKey="C0" mappedValue="1"/>'
        '<mapEntry mapKey="C1" mappedValue="-1"/><mapEntry mapKey="C2" mappedValue="0.5"/></mapping>'
    )

    assert read_one(item(None, mapping, cardinality="multiple")).answer == "AC"


@pytest.mark.parametrize(
    ("shuffle", "fixed", "pinned"),
    [
        ('shuffle="true"', (2,), "C"),
        ('shuffle="false"', (), "ABC"),
        ("", (), ""),
        ('shuffle="true"', (0, 2), "AC"),
    ],
)
def test_fixed_choices_keep_their_places(shuffle, fixed, pinned):
    offered = choices("Quan", "Dân", "Vua", fixed=fixed)

    assert read_one(item(shuffle=shuffle, offered=offered)).pinned == pinned


def test_prompt_and_text_around_make_the_stem():
    wrong = "Quan<feedbackInline outcomeIdentifier='F' identifier='x' showHide='show'>Sai</feedbackInline>"
    body = (
        "<p>Đọc <strong>kỹ</strong>.</p><rubricBlock view='scorer'><p>Cho giám khảo</p></rubricBlock>"
        "<choiceInteraction responseIdentifier='RESPONSE' shuffle='true'><prompt>Ai làm chủ?</prompt>"
        f"{choices(wrong, 'Dân')}"
        "</choiceInteraction>"
    )

    found = read_one(item(body))

    assert (found.stem, found.options) == ("Đọc kỹ. Ai làm chủ?", ("Quan", "Dân"))


def test_feedback_is_the_explanation_and_may_end_with_the_source():
    after = (
        "<modalFeedback outcomeIdentifier='F' identifier='x' showHide='show'>"
        "<p>Dân là gốc.</p><p>Nguồn: Hiến pháp</p></modalFeedback>"
    )

    found = read_one(item(after=after))

    assert (found.explanation, found.source) == ("Dân là gốc.", "Hiến pháp")


def test_a_picture_comes_from_the_package():
    body = (
        "<p>Cờ nào?<img src='../hinh/c%E1%BB%9D.gif' alt='Lá cờ'/></p>"
        "<choiceInteraction responseIdentifier='RESPONSE' shuffle='true'>"
        f"{choices('Quan', 'Dân')}</choiceInteraction>"
    )
    files = {"imsmanifest.xml": MANIFEST_2, "items/a.xml": item(body), "hinh/cờ.gif": PICTURE}

    assert read_one(package(files)).images == (("Lá cờ", PICTURE),)
    (problem,) = qti_reader.read(item(body)).problems
    assert problem.message.startswith("Hình của câu không nằm trong gói")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>Viết.</p><extendedTextInteraction responseIdentifier='RESPONSE'/>", "câu tự luận"),
        ("<matchInteraction responseIdentifier='RESPONSE'/>", "câu ghép đôi"),
        ("<p>Không có gì.</p>", "đoạn không có câu hỏi"),
        ("<choiceInteraction/><choiceInteraction/>", "câu gồm nhiều câu nhỏ"),
    ],
)
def test_what_the_bank_cannot_hold_is_counted(body, kind):
    found = qti_reader.read(item(body))

    assert (found.questions, dict(found.unsupported), found.problems) == ([], {kind: 1}, [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (item(None, ""), "Câu không ghi đáp án."),
        (item(None, correct("C9")), "Đáp án chỉ đến một phương án không có trong câu."),
        (item(offered=choices(*"ABCDEFG")), "Câu có 7 phương án"),
        (
            item(
                offered="<simpleChoice identifier='C1'>A</simpleChoice>"
                "<simpleChoice identifier='C1'>B</simpleChoice>"
            ),
            "Hai phương án có cùng mã",
        ),
    ],
)
def test_a_fault_is_told_where_it_is(content, message):
    (problem,) = qti_reader.read(content).problems

    assert (problem.where, problem.message[: len(message)]) == ("dòng 2", message)


def test_one_broken_file_does_not_hide_the_others():
    content = package(
        {
            "imsmanifest.xml": MANIFEST_2,
            "a.xml": b"<assessmentItem>",
            "b.xml": b'<!DOCTYPE a SYSTEM "http://x/y.dtd"><assessmentItem/>',
            "c.xml": item(),
        }
    )

    found = qti_reader.read(content)

    assert [problem.where for problem in found.problems] == ["a.xml", "b.xml"]
    assert len(found.questions) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(noise):
    for content in (noise, b"PK\x03\x04" + noise, package({"imsmanifest.xml": MANIFEST_2, "a.xml": noise})):
        assert qti_reader.read(content).problems
