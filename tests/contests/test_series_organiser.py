"""A whole series with pages only: propose, correct, create, schedule all."""

import itertools
from datetime import date, timedelta

import pytest

from app.contests import queries, rules
from app.localtime import local
from tests import world as people
from tests.contests.world import DAY, NOW, make_contest, make_draft, make_people, rows, sign_in

CONTEST = "/ban-to-chuc/cuoc-thi/dan-van-kheo"
SERIES = f"{CONTEST}/lap-lich"
PLAN = {
    "action": "plan",
    "planned": "",
    "count": "3",
    "first_opens_at_day": "9",
    "first_opens_at_month": "3",
    "first_opens_at_year": "2026",
    "first_opens_at_time": "10:00",
    "gap_hours": "1",
    "closing_time": "",
    "weekday": "",
    "opening_time": "",
    "avoids_holidays": "y",
    "other_holidays": "",
    "time_limit": "15",
    "attempt_limit": "",
    "level_1": "3",
    "level_2": "1",
    "level_3": "",
    "topic-mau": "y",
}


@pytest.fixture(autouse=True)
def today(app, clock_at):
    clock_at(NOW)


@pytest.fixture
def contest(client, login, db):
    """A contest with enough questions for three such rounds; its organiser is signed in."""
    author, approver = make_people()
    people.make_questions(author, approver, NOW - DAY, per_level=(36, 12))
    sign_in(login, client, author)
    return make_contest(author)


def boxes_of(page):
    """Everything the table of a page would post."""
    found = {}
    for part in page.split("<input")[1:]:
        tag = part.split(">")[0]
        attributes = dict(pair.split('="', 1) for pair in tag.strip().split('" ') if '="' in pair)
        name = attributes.get("name", "")
        if name == "planned" or name.startswith("rounds-"):
            found[name] = attributes.get("value", "").rstrip('"')
    return found


def propose(client, **changes):
    page = client.post(SERIES, data=PLAN | changes)
    assert page.status_code == 200, page.text
    return PLAN | changes | boxes_of(page.text) | {"action": "save"}


def test_the_page_proposes_a_series_at_once(client, contest, db):
    before = rows()

    page = client.get(SERIES)

    assert page.status_code == 200
    table = boxes_of(page.text)
    assert [table[f"rounds-{n}-opens_on"] for n in range(1, 6)] == [
        "09/03/2026",
        "16/03/2026",
        "23/03/2026",
        "30/03/2026",
        "06/04/2026",
    ]
    assert (table["rounds-1-closes_on"], table["rounds-1-closes_time"]) == ("16/03/2026", "06:00")
    assert rows() == before


def test_the_table_becomes_drafts(client, contest, db):
    data = propose(client) | {"rounds-2-title": " Chủ đề  hai "}

    response = client.post(SERIES, data=data)

    assert (response.status_code, response.headers["Location"]) == (303, CONTEST)
    found = queries.rounds_of(contest)
    assert [each.number for each in found] == [1, 2, 3]
    assert [each.title for each in found] == ["", "Chủ đề hai", ""]
    assert [f"{local(each.opens_at):%d/%m %H:%M}" for each in found] == [
        "09/03 10:00",
        "16/03 10:00",
        "23/03 10:00",
    ]
    assert {each.opens_at - before.closes_at for before, each in itertools.pairwise(found)} == {
        timedelta(hours=1)
    }
    assert {(each.time_limit, each.attempt_limit, each.minimum_answered) for each in found} == {
        (900, None, 1)
    }
    assert found[0].blueprint == [
        {"topics": ["mau"], "level": 1, "count": 3},
        {"topics": ["mau"], "level": 2, "count": 1},
    ]
    assert {queries.state_of(each, NOW) for each in found} == {rules.RoundState.DRAFT}


def test_a_corrected_line_is_kept_and_a_blank_one_left_out(client, contest, db):
    data = propose(client) | {"rounds-3-opens_on": "25/3/2026"}
    data |= dict.fromkeys(
        [f"rounds-2-{part}" for part in ("opens_on", "opens_time", "closes_on", "closes_time")], ""
    )

    client.post(SERIES, data=data)

    assert [local(each.opens_at).date() for each in queries.rounds_of(contest)] == [
        date(2026, 3, 9),
        date(2026, 3, 25),
    ]


def test_a_changed_plan_is_computed_again_before_anything_is_created(client, contest, db):
    page = client.post(SERIES, data=propose(client) | {"count": "2"})

    assert page.status_code == 200
    assert "rounds-3-opens_on" not in page.text
    assert queries.rounds_of(contest) == []


def test_a_holiday_moves_a_round_and_the_page_says_so(client, contest, db):
    page = client.post(SERIES, data=PLAN | {"other_holidays": "16/3/2026, 17/3/2026"})

    assert "Đã dời từ thứ Hai 16/03/2026 vì ngày nghỉ." in page.text
    assert boxes_of(page.text)["rounds-2-opens_on"] == "18/03/2026"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": ""}, "Bạn hãy ghi một số."),
        ({"count": "31"}, "Bạn hãy ghi một số từ 1 đến 30."),
        ({"first_opens_at_month": "13"}, "Ngày giờ này không có thật."),
        ({"gap_hours": "49"}, "Bạn hãy ghi một số từ 0 đến 48."),
        ({"closing_time": "10 giờ"}, "Bạn ghi giờ như 07:00 hoặc 22h30."),
        ({"weekday": "7"}, "Bạn hãy chọn một mục trong danh sách."),
        ({"other_holidays": "mai"}, "Bạn ghi từng ngày như 24/02/2026"),
        ({"level_1": "", "level_2": ""}, "Đề phải có ít nhất một câu."),
        ({"level_1": "60"}, "Một đề có nhiều nhất 60 câu."),
        ({"level_1": "x"}, "Bạn hãy ghi một số từ 0 đến 60."),
        ({"topic-mau": ""}, "Bạn hãy chọn ít nhất một chủ đề."),
    ],
)
def test_a_wrong_plan_is_told_and_nothing_typed_is_lost(client, contest, db, change, message):
    data = PLAN | {"rounds-1-title": "Vòng rất riêng"} | change
    if not data["topic-mau"]:
        del data["topic-mau"]

    page = client.post(SERIES, data=data)

    assert page.status_code == 422
    assert message in page.text
    assert "Vòng rất riêng" in page.text
    assert queries.rounds_of(contest) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rounds-1-opens_on": "32/3/2026"}, "Bạn ghi ngày như 05/03/2026."),
        ({"rounds-1-closes_time": "25:00"}, "Bạn ghi giờ như 07:00 hoặc 22h30."),
        ({"rounds-1-opens_on": "1/3/2026"}, "Giờ mở đã qua."),
        ({"rounds-2-opens_on": "15/3/2026"}, "Vòng này mở khi vòng trước chưa đóng."),
        ({"rounds-2-closes_on": "16/3/2026"}, "Giờ đóng phải sau giờ mở."),
        ({"rounds-2-title": "a" * 121}, "Bạn viết dài quá: tối đa 120 ký tự."),
    ],
)
def test_a_wrong_line_is_told_beside_its_box(client, contest, db, change, message):
    page = client.post(SERIES, data=propose(client) | change)

    assert page.status_code == 422
    assert message in page.text
    assert next(iter(change.values())) in page.text
    assert queries.rounds_of(contest) == []


def test_the_bank_is_proved_for_all_rounds_at_once(client, contest, db):
    enough = client.post(SERIES, data=PLAN).text
    short = client.post(SERIES, data=PLAN | {"count": "4"}).text

    assert enough.count("đủ câu") == 2
    assert "25,0% số đề; hai đề bất kỳ trùng nhau trung bình 1,0 câu" in enough
    assert "thiếu 12 câu" in short
    assert "thiếu 4 câu" in short


def test_a_second_series_follows_the_rounds_that_exist(client, contest, db):
    make_draft(contest, contest.created_by, time_limit=1200, attempt_limit=2)
    db.session.commit()

    page = client.get(SERIES).text

    assert boxes_of(page)["rounds-1-opens_on"] == "10/03/2026"
    assert 'value="20"' in page


def test_all_drafts_that_are_ready_are_scheduled_in_one_act(client, contest, db):
    client.post(SERIES, data=propose(client))
    assert "Lên lịch cả 3 tuần" in client.get(CONTEST).text

    response = client.post(f"{CONTEST}/len-lich")

    assert response.status_code == 303
    db.session.expire_all()
    found = queries.rounds_of(contest)
    assert {queries.state_of(each, NOW) for each in found} == {rules.RoundState.SCHEDULED}
    pools = [{entry["id"] for entry in queries.get_package(each.id).pool} for each in found]
    assert [len(pool) for pool in pools] == [16, 16, 16]
    assert len(set().union(*pools)) == 48
    assert "Đã lên lịch tuần 1, 2, 3." in client.get(CONTEST).text


def test_a_draft_that_is_not_ready_stays_and_its_reason_is_told(client, contest, db):
    client.post(SERIES, data=propose(client, count="4"))

    client.post(f"{CONTEST}/len-lich")

    db.session.expire_all()
    states = [queries.state_of(each, NOW) for each in queries.rounds_of(contest)]
    assert states == [rules.RoundState.SCHEDULED] * 3 + [rules.RoundState.DRAFT]
    assert "Tuần 4 chưa lên lịch được, còn: ngân hàng đủ câu đã duyệt." in client.get(CONTEST).text
