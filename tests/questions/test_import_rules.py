"""What an import would do, before anything is written."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions import rules
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.import_plan_rules import (
    Defaults,
    Known,
    Outcome,
    UnknownTopics,
    bank_of,
    code_of,
    defaults_from_json,
    identity,
)
from app.questions.import_rules import make_plan
from tests.questions.world import TOPICS, question

TODAY = date(2026, 3, 2)
DEFAULTS = Defaults(valid_from=TODAY)
EMPTY = bank_of({}, [])


def read_of(each, where="dòng 1", **changes):
    """What a reader gives for a question that says everything."""
    values = {name: getattr(each, name) for name in ReadQuestion.__dataclass_fields__ if hasattr(each, name)}
    return ReadQuestion(**({"where": where} | values | changes))


def bare(number=1, where="dòng 1", **changes):
    """A question that says nothing but itself."""
    each = question(number)
    return replace(
        ReadQuestion(where=where, stem=each.stem, options=each.options, answer=each.answer), **changes
    )


def bank(*questions, retired=()):
    known = [*map(Known, questions), *(Known(each, is_retired=True) for each in retired)]
    return bank_of(TOPICS, known)


def plan_of(*reads, defaults=DEFAULTS, known=None, form="xlsx"):
    return make_plan(ReadFile(form, list(reads)), defaults, bank() if known is None else known)


def outcomes(plan):
    return [line.outcome for line in plan.lines]


def messages(plan):
    return [problem.message for problem in plan.problems]


def test_questions_are_new_changed_or_the_same():
    changed = replace(question(2), explanation="Điều 4 nêu rõ việc này.")
    plan = plan_of(
        read_of(question(1), "dòng 1"),
        read_of(changed, "dòng 2"),
        read_of(question(3), "dòng 3"),
        known=bank(question(1), question(2)),
    )

    assert outcomes(plan) == [Outcome.SAME, Outcome.CHANGED, Outcome.NEW]
    assert [line.question.key for line in plan.brought] == ["dc-002", "dc-003"]
    assert plan.brought[0].differences == [("Giải thích", question(2).explanation, "Điều 4 nêu rõ việc này.")]
    assert plan.report() == {
        "format": "xlsx",
        **{"questions": 3, "new": 1, "changed": 1, "same": 1, "unsupported": 0, "errors": []},
    }


def test_a_question_without_key_is_known_by_what_it_asks():
    plan = plan_of(bare(1), bare(2, "dòng 2"), known=bank(question(1)))

    assert outcomes(plan) == [Outcome.SAME, Outcome.NEW]
    assert plan.lines[0].question == question(1)
    assert plan.lines[1].question.key == f"nhap-{identity(question(2))[:12]}"


def test_a_question_with_another_key_is_known_by_what_it_asks():
    assert outcomes(plan_of(bare(1, key="khac-1"), known=bank(question(1)))) == [Outcome.SAME]


@given(st.booleans(), st.sampled_from([1, 2, 3]), st.sampled_from(["date", "content"]))
def test_what_was_brought_in_is_the_same_the_next_time(has_key, level, asks):
    first = plan_of(*(bare(n, f"dòng {n}", key=f"K {n}" if has_key else "") for n in (1, 2, 3)))
    stored = bank_of(TOPICS | first.new_topics, [Known(rules.in_nfc(line.question)) for line in first.lines])
    other = Defaults(valid_from=date(2020, 1, 1), level=level, asks=asks, source="Nguồn khác hẳn")

    again = plan_of(
        *(bare(n, f"dòng {n}", key=f"K {n}" if has_key else "") for n in (1, 2, 3)),
        defaults=other,
        known=stored,
    )

    assert (outcomes(first), outcomes(again)) == ([Outcome.NEW] * 3, [Outcome.SAME] * 3)


def test_content_that_was_reworded_since_stays_reworded():
    (line,) = plan_of(bare(1)).lines
    reworded = replace(line.question, stem="Việc này nay hỏi bằng lời khác?")
    stored = bank_of(TOPICS | {line.question.topic: "Chưa xếp"}, [Known(reworded)])

    assert outcomes(plan_of(bare(1), known=stored)) == [Outcome.SAME]


def test_a_retired_question_stays_out():
    assert (
        outcomes(plan_of(read_of(question(1)), bare(1), known=bank(retired=[question(1)])))[0]
        is Outcome.RETIRED
    )


def test_defaults_stand_for_what_the_file_does_not_say():
    defaults = Defaults(
        valid_from=date(2022, 11, 10), topic="dan-chu", level=3, asks="date", source="Văn bản mẫu"
    )
    (line,) = plan_of(bare(1), defaults=defaults).lines

    assert (line.question.topic, line.question.level, line.question.asks) == ("dan-chu", 3, "date")
    assert (line.question.source, line.question.valid_from) == ("Văn bản mẫu", date(2022, 11, 10))


def test_several_right_options_are_said_in_the_stem():
    (line,) = plan_of(bare(1, answer="AB")).lines

    assert line.question.stem == f"{question(1).stem} {rules.SEVERAL_NOTE}"


def test_every_problem_is_told_in_the_order_of_the_file():
    read = ReadFile(
        "xlsx", [bare(1, "dòng 12", answer="F"), bare(2, "dòng 3", options=("Có", "có"), answer="A")]
    )
    read.refuse("dòng 5", "Thiếu đáp án.")

    plan = make_plan(read, DEFAULTS, bank())

    assert [problem.where for problem in plan.problems] == ["dòng 3", "dòng 5", "dòng 12"]
    assert messages(plan)[0] == "Phương án B trùng với phương án A."
    assert messages(plan)[2].startswith("Đáp án “F” không thể có")


def test_twins_in_a_file_are_told():
    by_key = plan_of(bare(1, "dòng 1", key="A-1"), bare(2, "dòng 2", key="a_1"))
    by_content = plan_of(bare(1, "dòng 1"), bare(1, "dòng 2"))

    assert messages(by_key) == ["Mã “a_1” đã dùng ở dòng 1."]
    assert messages(by_content) == ["Câu này trùng với câu ở dòng 1."]


@pytest.mark.parametrize("name", ["dan-chu", "Dân chủ ở cơ sở", "DAN CHU O CO SO", "Dân chủ ở cơ sở "])
def test_topics_are_found_by_code_or_by_name_without_marks(name):
    assert plan_of(bare(1, topic=name)).lines[0].question.topic == "dan-chu"


def test_an_unknown_topic_is_one_problem_with_those_there_are():
    plan = plan_of(*(bare(n, f"dòng {n}", topic="Thể thao") for n in range(1, 6)))

    assert [(problem.where, problem.message) for problem in plan.problems] == [
        (
            "dòng 1; dòng 2; dòng 3 và 2 chỗ nữa",
            "Ngân hàng chưa có chủ đề “Thể thao” (5 câu). Các chủ đề đang có: Biên giới; Dân chủ ở cơ sở.",
        )
    ]


def test_an_unknown_topic_may_be_made_or_left_aside():
    make = plan_of(bare(1, topic="Thể thao"), defaults=replace(DEFAULTS, unknown_topics=UnknownTopics.CREATE))
    leave = plan_of(
        bare(1, topic="Thể thao"),
        defaults=replace(DEFAULTS, topic="bien-gioi", unknown_topics=UnknownTopics.DEFAULT),
    )

    assert (make.lines[0].question.topic, make.new_topics) == ("the-thao", {"the-thao": "Thể thao"})
    assert "Chủ đề mới sẽ được lập: Thể thao." in make.notes
    assert (leave.lines[0].question.topic, leave.new_topics) == ("bien-gioi", {})
    assert leave.notes[0] == "“Thể thao” không phải chủ đề của ngân hàng: 1 câu vào chủ đề “Biên giới”."


def test_folders_of_other_programs_are_not_taken_for_topics():
    plan = plan_of(bare(1, topic="Đề cương"), form="moodle")

    assert (plan.problems, plan.new_topics) == ([], {"chua-xep": "Chưa xếp chủ đề"})


def test_an_empty_bank_takes_the_topics_of_the_file():
    read = ReadFile("moodle", [bare(1, topic="dan-chu"), bare(2, "dòng 2", topic="Biên giới")])
    read.topic_names["dan-chu"] = "Dân chủ ở cơ sở"

    assert make_plan(read, DEFAULTS, EMPTY).new_topics == {
        "dan-chu": "Dân chủ ở cơ sở",
        "bien-gioi": "Biên giới",
    }


def test_a_key_of_another_topic_is_refused():
    plan = plan_of(read_of(question(1), topic="bien-gioi"), known=bank(question(1)))

    assert messages(plan) == ["Câu dc-001 đang thuộc chủ đề “Dân chủ ở cơ sở”: hãy dùng mã khác."]


def test_a_key_that_names_quite_another_question_is_pointed_out():
    plan = plan_of(bare(2, key="dc-001"), known=bank(question(1)))

    assert outcomes(plan) == [Outcome.CHANGED]
    assert any("trùng mã với câu khác hẳn" in note and "dc-001" in note for note in plan.notes)


def test_another_outcome_has_another_digest():
    plans = [
        plan_of(bare(1)),
        plan_of(bare(2)),
        plan_of(bare(1), defaults=replace(DEFAULTS, level=2)),
        plan_of(bare(1), known=bank(question(1))),
        plan_of(bare(1, explanation="Vì vậy."), known=bank(question(1))),
        plan_of(bare(1, explanation="Vì vậy."), known=bank(replace(question(1), explanation="Vì thế."))),
    ]

    assert len({plan.digest for plan in plans}) == len(plans)
    assert plan_of(bare(1)).digest == plans[0].digest


@given(st.text(max_size=100))
def test_any_name_becomes_a_code_or_nothing(text):
    code = code_of(text)

    assert code == "" or (rules.CODE.match(code) and len(code) <= rules.MAX_CODE_LENGTH)


@given(
    st.builds(
        Defaults,
        valid_from=st.dates(),
        topic=st.sampled_from(["", "dan-chu"]),
        level=st.sampled_from([1, 2, 3]),
        source=st.text(max_size=20),
        unknown_topics=st.sampled_from(list(UnknownTopics)),
    )
)
def test_defaults_are_kept_as_json(defaults):
    assert defaults_from_json(defaults.as_json()) == defaults
