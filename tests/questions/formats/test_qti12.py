"""QTI 1.2 as Canvas and as Blackboard write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.formats import qti12_reader
from tests.questions.formats.packages import MANIFEST_12, package

PICTURE = b"GIF89a not really"


def canvas_item(kind="multiple_choice_question", *, cardinality="Single", condition=None, stem="Ai làm chủ?"):
    condition = condition or '<varequal respident="response1">20</varequal>'
    labels = "".join(
        f'<response_label ident="{ident}"><material><mattext texttype="text/plain">{text}</mattext>'
        "</material></response_label>"
        for ident, text in ((10, "Quan"), (20, "Dân"), (30, "Vua"))
    )
    return f"""<item ident="i1" title="Question">
<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>
<fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material>
<mattext texttype="text/html">&lt;div&gt;&lt;p&gt;{stem}&lt;/p&gt;&lt;/div&gt;</mattext></material>
<response_lid ident="response1" rcardinality="{cardinality}">
<render_choice>{labels}</render_choice></response_lid>
</presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
<respcondition continue="Yes"><conditionvar><other/></conditionvar>
<displayfeedback feedbacktype="Response" linkrefid="general_fb"/></respcondition>
<respcondition continue="No"><conditionvar>{condition}</conditionvar>
<setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing>
<itemfeedback ident="general_fb"><flow_mat><material>
<mattext texttype="text/html">&lt;p&gt;Dân là gốc.&lt;/p&gt;</mattext>
</material></flow_mat></itemfeedback></item>"""


def quiz(*items):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        f'<assessment ident="a" title="t"><section ident="root_section">{"".join(items)}</section>'
        "</assessment></questestinterop>"
    ).encode()


BLACKBOARD = """<?xml version="1.0" encoding="UTF-8"?>
<questestinterop><assessment title="Pool"><section><item title="" maxattempts="0">
<itemmetadata><bbmd_questiontype>Multiple Choice</bbmd_questiontype></itemmetadata>
<presentation><flow class="Block"><flow class="QUESTION_BLOCK"><flow class="FORMATTED_TEXT_BLOCK">
<material><mat_extension><mat_formattedtext type="HTML">&lt;p&gt;Ai làm chủ?&lt;/p&gt;</mat_formattedtext>
</mat_extension></material></flow></flow>
<flow class="RESPONSE_BLOCK"><response_lid ident="response" rcardinality="Single" rtiming="No">
<render_choice shuffle="No" minnumber="0" maxnumber="0">
<flow_label class="Block"><response_label ident="aa" shuffle="Yes"><flow_mat><material>
<mat_extension><mat_formattedtext type="HTML">Quan</mat_formattedtext></mat_extension></material>
</flow_mat></response_label></flow_label>
<flow_label class="Block"><response_label ident="bb"><flow_mat><material>
<mattext>Dân</mattext></material></flow_mat>
</response_label></flow_label></render_choice></response_lid></flow></flow></presentation>
<resprocessing scoremodel="SumOfScores"><outcomes>
<decvar varname="SCORE" vartype="Decimal" defaultval="0"/></outcomes>
<respcondition title="correct"><conditionvar>
<varequal respident="response" case="No">bb</varequal></conditionvar>
<setvar variablename="SCORE" action="Set">SCORE.max</setvar></respcondition>
<respcondition title="incorrect"><conditionvar><other/></conditionvar>
<setvar variablename="SCORE" action="Set">0.0</setvar></respcondition></resprocessing>
</item></section></assessment></questestinterop>"""


def read_one(content):
    found = qti12_reader.read(content)
    assert (found.problems, len(found.questions)) == ([], 1)
    return found.questions[0]


def test_an_item_of_canvas_is_read():
    found = read_one(quiz(canvas_item()))

    assert (found.key, found.stem, found.options, found.answer, found.explanation, found.where) == (
        *("i1", "Ai làm chủ?", ("Quan", "Dân", "Vua"), "B", "Dân là gốc.", "dòng 2"),
    )


def test_an_item_of_blackboard_is_read():
    content = package({"imsmanifest.xml": MANIFEST_12, "res00001.dat": BLACKBOARD})

    found = read_one(content)

    assert (found.stem, found.options, found.answer, found.pinned) == (
        "Ai làm chủ?",
        ("Quan", "Dân"),
        "B",
        "AB",
    )
    assert found.where == "res00001.dat, dòng 2"


def test_several_right_choices_are_several_letters():
    condition = (
        '<and><varequal respident="response1">10</varequal>'
        '<not><varequal respident="response1">20</varequal></not>'
        '<varequal respident="response1">30</varequal></and>'
    )

    found = read_one(
        quiz(canvas_item("multiple_answers_question", cardinality="Multiple", condition=condition))
    )

    assert found.answer == "AC"


def test_a_cartridge_of_canvas_is_not_read_twice():
    content = package(
        {
            "imsmanifest.xml": MANIFEST_12,
            "g1/assessment_qti.xml": quiz(canvas_item()),
            "non_cc_assessments/g1.xml.qti": quiz(canvas_item()),
        }
    )

    assert read_one(content).where == "non_cc_assessments/g1.xml.qti, dòng 2"


def test_a_picture_of_canvas_comes_from_the_package():
    stem = "Cờ nào? &lt;img src=&quot;$IMS-CC-FILEBASE$/co.gif?x=1&quot; alt=&quot;Lá cờ&quot;&gt;"
    files = {
        "imsmanifest.xml": MANIFEST_12,
        "g1/g1.xml": quiz(canvas_item(stem=stem)),
        "web_resources/co.gif": PICTURE,
    }

    assert read_one(package(files)).images == (("Lá cờ", PICTURE),)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (canvas_item("essay_question"), "câu tự luận"),
        (canvas_item("matching_question"), "câu ghép đôi"),
        (
            "<item ident='x'><presentation><response_str ident='r'/></presentation></item>",
            "câu trả lời ngắn hoặc tự luận",
        ),
        ("<item ident='x'><presentation/></item>", "đoạn không có câu hỏi"),
    ],
)
def test_what_the_bank_cannot_hold_is_counted(written, kind):
    found = qti12_reader.read(quiz(canvas_item(), written))

    assert (len(found.questions), dict(found.unsupported), found.problems) == (1, {kind: 1}, [])


def test_a_question_without_answer_is_a_problem_at_its_line():
    written = canvas_item().replace('<setvar action="Set" varname="SCORE">100</setvar>', "")

    (problem,) = qti12_reader.read(quiz(written)).problems

    assert (problem.where, problem.message) == ("dòng 2", "Câu không ghi đáp án.")


def test_a_doctype_is_refused_with_the_reason():
    content = quiz(canvas_item()).replace(
        b"?>\n", b'?>\n<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2.dtd">\n', 1
    )

    (problem,) = qti12_reader.read(content).problems

    assert problem.message.startswith("Tệp XML có phần DOCTYPE")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(noise):
    for content in (noise, b"PK\x03\x04" + noise, package({"imsmanifest.xml": MANIFEST_12, "a.xml": noise})):
        assert qti12_reader.read(content).problems
