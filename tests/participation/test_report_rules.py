"""Sums, Mondays and words of reports. No app, no database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.localtime import from_local, local
from app.participation import report_rules as rules
from app.participation import report_wording as wording
from app.participation.report_rules import Figures, Line, Week

COUNTS = st.integers(0, 5_000)
MAYBE = st.none() | COUNTS
MOMENTS = st.integers(0, 400 * 24 * 60).map(
    lambda minutes: from_local(2024, 1, 1) + timedelta(minutes=minutes)
)


@st.composite
def line_lists(draw):
    names = draw(st.lists(st.sampled_from(("Xã A", "Xã B", "=1+1", "Phường <b>")), max_size=6))
    has_before, is_whole = draw(st.booleans()), draw(st.booleans())
    return [
        Line(
            name=name,
            people=(people := draw(COUNTS)),
            attempts=people + draw(COUNTS),
            newcomers=draw(st.integers(0, people)),
            people_all_correct=None if is_whole else draw(st.integers(0, people)),
            headcount=draw(MAYBE),
            target=draw(MAYBE),
            previous=draw(COUNTS) if has_before else None,
        )
        for name in names
    ]


@given(line_lists(), MAYBE, MAYBE)
def test_the_total_is_the_sum_of_the_lines(lines, headcount, target):
    total = rules.total_of("Tổng", lines, headcount=headcount, target=target)

    assert total.people == sum(line.people for line in lines)
    assert total.attempts == sum(line.attempts for line in lines)
    assert total.newcomers == sum(line.newcomers for line in lines)
    if lines and lines[0].previous is not None:
        assert total.change == sum(line.change for line in lines)
    else:
        assert total.change is None
    if lines and lines[0].people_all_correct is not None:
        assert total.people_all_correct == sum(line.people_all_correct for line in lines)
    assert (total.headcount, total.target) == (headcount, target)


def figures(lines, **values):
    defaults = {
        "contest": "Dân vận khéo",
        "place": "tỉnh Lạng Sơn",
        "label": "tuần",
        "unit": "Huyện Bắc Sơn",
        "round_number": 3,
        "opens_at": from_local(2024, 4, 8, 7),
        "closes_at": from_local(2024, 4, 14, 22),
        "as_of": from_local(2024, 4, 15, 7),
        "is_running": False,
        "predicts": True,
        "compared_with": 2,
        "lines": lines,
        "total": rules.total_of("Tổng", lines, headcount=1_000, target=500),
    }
    return Figures(**(defaults | values))


@given(line_lists())
def test_the_json_says_the_same(lines):
    content = rules.as_json(figures(lines))

    assert [line["people"] for line in content["lines"]] == [line.people for line in lines]
    assert content["total"]["people"] == sum(line["people"] for line in content["lines"])
    assert content["total"]["attempts"] == sum(line["attempts"] for line in content["lines"])
    assert content["opens_at"] == "2024-04-08T07:00:00+07:00"


@pytest.mark.parametrize(
    ("people", "headcount", "rate"),
    [(5, None, None), (5, 19, None), (5, 20, 0.25), (30, 20, 1.5), (0, 0, None)],
)
def test_rates_stand_above_the_minimum_only(people, headcount, rate):
    assert rules.rate_of(people, headcount) == rate


@given(MOMENTS)
def test_the_monday_due_is_the_newest_whose_seven_o_clock_has_come(now):
    monday = rules.last_monday(now)

    assert monday.weekday() == 0
    assert rules.due_at(monday) <= now < rules.due_at(monday + rules.WEEK)
    assert local(rules.due_at(monday)).hour == 7


def week(first, hours=24 * 7 - 2):
    opens_at = from_local(2024, 4, first, 8)
    return opens_at, opens_at + timedelta(hours=hours)


MONDAY = date(2024, 4, 15)


@pytest.mark.parametrize(
    ("windows", "reported"),
    [
        ([], None),
        ([week(8)], 0),  # closed at six that morning
        ([week(1), week(8, hours=24 * 7 + 2)], 1),  # still open
        ([week(8), week(15)], 0),  # the new one opens an hour after
        ([week(1, hours=24 * 6)], None),  # over for more than a week
        ([week(15)], None),
    ],
)
def test_a_monday_reports_on_the_week_that_ran_before_it(windows, reported):
    assert rules.find_reported(windows, MONDAY) == reported


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (105, "một trăm lẻ năm"),
        (111, "một trăm mười một"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm lẻ năm"),
        (1_234, "một nghìn hai trăm ba mươi tư"),
        (486_328, "bốn trăm tám mươi sáu nghìn ba trăm hai mươi tám"),
        (1_000_020, "một triệu không trăm hai mươi"),
        (3_000_000_001, "ba tỷ không trăm lẻ một"),
    ],
)
def test_numbers_in_words(number, words):
    assert wording.in_words(number) == words


def line(name, people, **values):
    defaults = {
        "attempts": people * 2,
        "newcomers": 0,
        "people_all_correct": 1,
        "headcount": 100,
        "target": None,
        "previous": 10,
    }
    return Line(name=name, people=people, **(defaults | values))


def test_the_sentences_name_people_and_attempts_apart():
    lines = [line("Xã A", 40), line("Xã B", 60)]

    assert wording.sentences_of(figures(lines)) == [
        "Số người dự thi: 100 người (bằng chữ: một trăm người), đạt 10,0% so với quân số 1.000 người, "
        "bằng 20,0% chỉ tiêu 500 người.",
        "Số lượt thi: 200 lượt (bằng chữ: hai trăm lượt), bình quân 2,0 lượt một người.",
        "Số người trả lời đúng tất cả câu hỏi: 2 người, bằng 2,0% số người dự thi.",
        "Số người lần đầu dự thi: 0 người.",
        "So với tuần 2: tăng 80 người.",
    ]
    assert wording.subject_of(figures(lines)).endswith("“Dân vận khéo” tỉnh Lạng Sơn, tuần 3")


def test_remarks_name_who_leads_who_is_behind_and_what_cannot_be():
    lines = [line("Xã A", 40, target=50), line("Xã B", 0, target=1), line("Xã C", 120, target=100)]

    assert wording.remarks_of(figures(lines)) == [
        "Đơn vị có tỷ lệ tham gia cao: Xã C (120,0%), Xã A (40,0%), Xã B (0,0%).",
        "Đơn vị chưa đạt chỉ tiêu (2): Xã A, Xã B.",
        "Đơn vị chưa có người dự thi (1): Xã B.",
        "Cần rà soát vì số người vượt quân số, có thể có người chọn nhầm đơn vị: Xã C.",
    ]


@pytest.mark.parametrize(("is_running", "predicts", "warns"), [(True, True, True), (False, True, False)])
def test_running_figures_that_would_tell_are_for_the_office_only(is_running, predicts, warns):
    notes = wording.notes_of(figures([line("Xã A", 1)], is_running=is_running, predicts=predicts))

    assert (wording.INTERNAL in notes) == warns


def test_the_whole_contest_has_no_week_in_its_words():
    lines = [line("Xã A", 40, people_all_correct=None, previous=None)]
    found = figures(lines, round_number=None, compared_with=None, weeks=(Week(1, 40, 80),))

    assert "tuần" not in wording.subject_of(found)
    assert len(wording.sentences_of(found)) == 2
    assert wording.opening_of(found).startswith("Cuộc thi đã diễn ra từ 07 giờ 00, ngày 08/04/2024")
