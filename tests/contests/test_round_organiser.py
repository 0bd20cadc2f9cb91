"""Creating, editing and scheduling rounds with pages only."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import RoleGrant
from app.contests import queries, rules, services
from tests import world as people
from tests.contests.world import (
    DAY,
    LENGTH,
    NOW,
    OPENS,
    draft,
    make_contest,
    make_draft,
    make_people,
    rows,
    scheduled,
    sign_in,
)

CONTEST = "/ban-to-chuc/cuoc-thi/dan-van-kheo"
NEW = f"{CONTEST}/tuan-moi"
ROUND = {
    "title": " Chủ đề  mẫu ",
    "opens_at_day": "3",
    "opens_at_month": "3",
    "opens_at_year": "2026",
    "opens_at_time": "07:00",
    "closes_at_day": "09",
    "closes_at_month": "03",
    "closes_at_year": "2026",
    "closes_at_time": "22h",
    "last_start_at_day": "",
    "last_start_at_month": "",
    "last_start_at_year": "",
    "last_start_at_time": "",
    "time_limit": "15",
    "attempt_limit": "3",
    "minimum_answered": "1",
    "shuffles_questions": "y",
    "has_prediction": "y",
    "cells-1-level": "1",
    "cells-1-count": "6",
    "cells-1-topic-mau": "1",
    "cells-2-level": "1",
    "cells-2-count": "",
    "cells-3-level": "2",
    "cells-3-count": "4",
    "cells-3-topic-mau": "1",
}
STORED = [{"topics": ["mau"], "level": 1, "count": 6}, {"topics": ["mau"], "level": 2, "count": 4}]


@pytest.fixture(autouse=True)
def today(app, clock_at):
    clock_at(NOW)


@pytest.fixture
def contest(client, login, db):
    """A contest with a bank of 40 approved questions; its organiser is signed in."""
    author, approver = make_people()
    people.make_questions(author, approver, NOW - DAY)
    sign_in(login, client, author)
    return make_contest(author)


def test_a_round_is_created(client, contest, db):
    response = client.post(NEW, data=ROUND | {"action": "save"})

    assert (response.status_code, response.headers["Location"]) == (303, f"{CONTEST}/tuan/1")
    (found,) = queries.rounds_of(contest)
    assert (found.number, found.title) == (1, "Chủ đề mẫu")
    assert (found.opens_at, found.closes_at, found.last_start_at) == (OPENS, OPENS + LENGTH, None)
    assert (found.time_limit, found.attempt_limit, found.minimum_answered) == (900, 3, 1)
    assert (found.shuffles_questions, found.shuffles_options, found.has_prediction) == (True, False, True)
    assert found.blueprint == STORED
    assert queries.state_of(found, NOW) is rules.RoundState.DRAFT


def test_attempts_may_be_unlimited_and_the_last_start_earlier(client, contest, db):
    last_start = {
        "last_start_at_day": "9",
        "last_start_at_month": "3",
        "last_start_at_year": "2026",
        "last_start_at_time": "21:45",
    }

    client.post(NEW, data=ROUND | last_start | {"attempt_limit": ""})

    (found,) = queries.rounds_of(contest)
    assert found.attempt_limit is None
    assert found.last_start_at == datetime(2026, 3, 9, 14, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"opens_at_day": ""}, "Ngày giờ này không có thật."),
        (dict.fromkeys([name for name in ROUND if name.startswith("opens")], ""), "Bạn hãy ghi giờ mở."),
        ({"opens_at_month": "13"}, "Ngày giờ này không có thật."),
        ({"closes_at_time": "25:00"}, "Ngày giờ này không có thật."),
        ({"closes_at_day": "3", "closes_at_time": "7:00"}, "Giờ đóng phải sau giờ mở."),
        (
            {
                "last_start_at_day": "3",
                "last_start_at_month": "3",
                "last_start_at_year": "2026",
                "last_start_at_time": "7:00",
            },
            "Giờ này phải sau giờ mở và không sau giờ đóng.",
        ),
        ({"time_limit": ""}, "Bạn hãy ghi một số."),
        ({"time_limit": "241"}, "Bạn hãy ghi một số từ 1 đến 240."),
        ({"attempt_limit": "0"}, "Bạn hãy ghi một số từ 1 đến 100."),
        ({"minimum_answered": "61"}, "Bạn hãy ghi một số từ 1 đến 60."),
        ({"title": "a" * 121}, "Bạn viết dài quá: tối đa 120 ký tự."),
        ({"cells-1-topic-mau": ""}, "Dòng 1: Bạn hãy chọn ít nhất một chủ đề."),
        ({"cells-3-level": "4"}, "Dòng 3: Bạn hãy ghi một số từ 1 đến 3."),
        ({"cells-3-count": "0"}, "Dòng 3: Bạn hãy ghi một số từ 1 đến 60."),
        ({"cells-3-count": "bốn"}, "Dòng 3: Bạn hãy ghi một số từ 1 đến 60."),
    ],
)
def test_a_wrong_box_is_told_and_nothing_typed_is_lost(client, contest, db, change, message):
    before = rows()

    page = client.post(NEW, data=ROUND | {"shuffles_options": "y"} | change)

    assert page.status_code == 422
    assert message in page.text
    if "cells-3-count" not in change:
        assert 'name="cells-3-count" id="cells-3-count" value="4"' in page.text
    if "closes_at_time" not in change:
        assert 'value="22h"' in page.text
    assert rows() == before


def test_a_topic_that_is_not_in_the_bank_is_refused(client, contest, db):
    before = rows()

    assert client.post(NEW, data=ROUND | {"cells-1-topic-khac": "1"}).status_code == 400
    assert rows() == before


def test_questions_are_counted_before_the_round_is_saved(client, contest, db):
    before = rows()

    page = client.post(NEW, data=ROUND | {"cells-3-count": "5", "action": "count"})

    assert page.status_code == 200
    assert "Có 24 câu dùng được, cần 24." in page.text
    assert "Có 16 câu dùng được, cần 20." in page.text
    assert "Một đề có <strong>11 câu</strong>" in page.text
    assert rows() == before


def test_questions_are_counted_once_the_window_is_known(client, contest, db):
    page = client.post(NEW, data=ROUND | {"opens_at_day": "", "action": "count"})

    assert page.status_code == 200
    assert "Ghi giờ mở và giờ đóng để đếm câu hỏi." in page.text
    assert "câu dùng được" not in page.text


def test_a_line_is_added_to_the_blueprint(client, contest, db):
    before = rows()

    page = client.post(NEW, data=ROUND | {"cells-1-topic-mau": "", "action": "row"})

    assert page.status_code == 200
    assert 'name="cells-4-count"' in page.text
    assert 'name="cells-5-count"' not in page.text
    assert "field-error" not in page.text
    assert rows() == before


def test_the_copied_round_proposes_the_next_window(client, contest, db):
    first = make_draft(contest, contest.created_by, title="Chủ đề một", time_limit=600)

    page = client.get(f"{NEW}?chep=1").text

    assert boxes(page, "opens_at") == ["10", "3", "2026", "07:00"]
    assert boxes(page, "closes_at") == ["16", "3", "2026", "22:00"]
    assert boxes(page, "last_start_at") == ["", "", "", ""]
    assert page.split('name="time_limit"')[1].split(">")[0].strip().endswith('value="10"')
    assert "Chủ đề một" not in page
    assert 'name="cells-2-count" id="cells-2-count" value="4"' in page
    assert [found.id for found in queries.rounds_of(contest)] == [first.id]


def boxes(page, name):
    """What stands in the four boxes of a moment."""
    return [
        page.split(f'name="{name}_{part}"')[1].split('value="')[1].split('"')[0]
        for part in ("day", "month", "year", "time")
    ]


def test_a_copy_keeps_the_distance_of_the_last_two_rounds_and_of_the_last_start(client, contest, db):
    make_draft(contest, contest.created_by)
    make_draft(
        contest, contest.created_by, days=10, last_start_at=OPENS + DAY * 10 + LENGTH - timedelta(minutes=15)
    )

    page = client.get(f"{NEW}?chep=2").text

    assert boxes(page, "opens_at") == ["23", "3", "2026", "07:00"]
    assert boxes(page, "last_start_at") == ["29", "3", "2026", "21:45"]


@pytest.mark.parametrize("number", ["2", "0", "x", "9" * 40])
def test_a_round_that_is_not_there_is_not_copied(client, contest, db, number):
    make_draft(contest, contest.created_by)

    assert client.get(f"{NEW}?chep={number}").status_code == 404


def test_a_draft_is_changed(client, contest, db):
    found = make_draft(contest, contest.created_by)
    page = client.get(f"{CONTEST}/tuan/1/sua").text
    assert boxes(page, "closes_at") == ["9", "3", "2026", "22:00"]
    assert "Có 24 câu dùng được, cần 24." in page

    response = client.post(f"{CONTEST}/tuan/1/sua", data=ROUND | {"time_limit": "20"})

    assert (response.status_code, response.headers["Location"]) == (303, f"{CONTEST}/tuan/1")
    assert (found.time_limit, found.title) == (1200, "Chủ đề mẫu")


def test_a_scheduled_round_is_not_changed(client, login, db):
    _found, author = scheduled()
    sign_in(login, client, author)
    before = rows()

    for response in (client.get(f"{CONTEST}/tuan/1/sua"), client.post(f"{CONTEST}/tuan/1/sua", data=ROUND)):
        assert response.status_code == 409
        assert "Đã lên lịch nên không sửa được nữa." in response.text
    assert rows() == before


def test_scheduling_waits_for_the_checklist(client, contest, db):
    make_draft(contest, contest.created_by, minimum_answered=11, has_prediction=False)
    before = rows()

    page = client.get(CONTEST).text

    assert "Xong 5/7" in page
    assert "Còn 2 việc: cách rút đề, câu hỏi phụ." in page
    assert "disabled>" in page.split("len-lich")[1]
    response = client.post(f"{CONTEST}/tuan/1/len-lich")
    assert response.status_code == 409
    assert (
        "Chưa thể lên lịch. Cách rút đề: Đề chỉ có 10 câu mà yêu cầu trả lời ít nhất 11 câu." in response.text
    )
    assert rows() == before


def test_scheduling_publishes_the_commitment(client, contest, db):
    found = make_draft(contest, contest.created_by)
    page = client.get(CONTEST).text
    assert "Xong 7/7" in page
    assert "disabled" not in page.split("len-lich")[1].split("</form>")[0]

    response = client.post(f"{CONTEST}/tuan/1/len-lich")

    assert (response.status_code, response.headers["Location"]) == (303, f"{CONTEST}/tuan/1")
    package = queries.get_package(found.id)
    assert (found.scheduled_by, package.round_id) == (contest.created_by, found.id)
    page = client.get(f"{CONTEST}/tuan/1").text
    assert package.commitment in page
    assert package.seed not in page
    assert client.post(f"{CONTEST}/tuan/1/len-lich").status_code == 409


def test_the_list_shows_where_every_round_stands(client, login, clock_at, db):
    first, author = scheduled(levels=(48, 32))
    second = make_draft(first.contest, author, days=7)
    services.schedule_round(second, actor_id=author, now=NOW)
    make_draft(first.contest, author, days=14, blueprint=[])

    def shown_at(moment):
        clock_at(moment)
        sign_in(login, client, author)
        return badges(client.get(CONTEST).text)

    assert shown_at(NOW) == ["Đã lên lịch", "Đã lên lịch", "Còn 2 việc"]
    assert shown_at(first.opens_at) == ["Đang mở", "Đã lên lịch", "Còn 2 việc"]
    first.frozen_at = second.opens_at
    assert shown_at(second.opens_at) == ["Đã chốt, chờ duyệt", "Đang mở", "Còn 2 việc"]
    first.published_revision = 2
    assert shown_at(second.closes_at) == ["Chính thức, bản 2", "Đã đóng", "Còn 2 việc"]


def badges(page):
    listed = page.split('class="list-links"')[1].split("</ul>")[0]
    return [part.split("</svg>")[1].split("<")[0] for part in listed.split('class="badge ')[1:]]


@pytest.mark.parametrize(
    ("after", "shown"),
    [(-timedelta(hours=1), None), (timedelta(0), "Theo dõi và kéo dài"), (LENGTH, "Chốt và công bố kết quả")],
)
def test_an_open_or_closed_round_leads_to_its_desk(client, login, clock_at, db, after, shown):
    found, author = scheduled()
    clock_at(found.opens_at + after)
    sign_in(login, client, author)

    page = client.get(f"{CONTEST}/tuan/1").text

    assert f'href="{CONTEST}/tuan/1/ket-qua"' in page
    assert ("Theo dõi và kéo dài" in page or "Chốt và công bố kết quả" in page) is (shown is not None)
    assert shown is None or shown in page


def test_what_comes_next_names_what_is_not_scheduled(client, login, db):
    first, author = scheduled(levels=(48, 32))
    make_draft(first.contest, author, days=7)
    sign_in(login, client, author)

    events = client.get(CONTEST).text.split("Việc sắp tới")[1].split("</section>")[0]

    assert [" ".join(part.split("</li>")[0].split()) for part in events.split('<li class="row">')[1:]] == [
        '<strong class="num">03/03, 07:00</strong> <span>Tuần 1 mở</span>',
        '<strong class="num">09/03, 22:00</strong> <span>Tuần 1 đóng</span>',
        '<strong class="num">10/03, 07:00</strong> <span>Tuần 2 mở, <strong class="text-warn">'
        "chưa lên lịch</strong></span>",
    ]


def test_a_contest_without_rounds_says_so(client, contest, db):
    assert "Chưa có tuần thi nào." in client.get(CONTEST).text


def test_another_organiser_schedules_what_one_prepared(client, login, db):
    found, author = draft()
    (other,) = db.session.scalars(select(RoleGrant.account_id).where(RoleGrant.account_id != author))
    sign_in(login, client, other)

    client.post(f"{CONTEST}/tuan/1/len-lich")

    assert (found.scheduled_by, queries.get_latest_key(found.id).proposed_by) == (other, other)


def test_the_blueprint_is_proved_for_this_round_and_those_after_it(client, contest, db):
    first = make_draft(contest, contest.created_by)
    make_draft(contest, contest.created_by, days=7)
    db.session.commit()
    typed = ROUND | {"action": "count"}

    enough = client.post(f"{CONTEST}/tuan/{first.number}/sua", data=typed | {"cells-1-count": "1"}).text
    new = client.post(NEW, data=typed | {"opens_at_day": "20", "closes_at_day": "26"}).text

    assert "Có 24 câu dùng được, cần 4." in enough
    assert "Các tuần sau sẽ thiếu câu:" in enough
    assert "Mỗi câu trong gói có mặt ở khoảng 25,0% số đề" in enough
    assert "trùng nhau trung bình 1,2 câu" in enough
    assert "Các tuần nháp trước cũng rút từ những câu này:" in new
    assert "thiếu 48 câu" in new


def test_a_later_round_that_stays_fed_is_said_so(client, contest, db):
    first = make_draft(contest, contest.created_by)
    make_draft(contest, contest.created_by, days=7, blueprint=[{"topics": ["mau"], "level": 2, "count": 1}])
    db.session.commit()

    page = client.post(
        f"{CONTEST}/tuan/{first.number}/sua", data=ROUND | {"action": "count", "cells-3-count": "3"}
    ).text

    assert "1 tuần nháp sau vẫn đủ câu." in page
