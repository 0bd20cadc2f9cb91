"""The page of a round in every state, for visitors, for who may start, and for who may not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.models import Consent
from app.attempts.models import Attempt
from app.contests.models import Contest, Round
from app.enrolments.models import Enrolment
from app.extensions import db as extension
from tests import factories
from tests import world as worlds
from tests.portal.weeks import FIRST, WEEK, closing, opening, page_of

SECOND = timedelta(seconds=1)
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
IN_WEEK_3 = opening(3) + timedelta(days=2)
START = "BẮT ĐẦU LÀM BÀI"


@pytest.fixture
def in_week_3(world, clock_at):
    clock_at(IN_WEEK_3)
    return world


@pytest.mark.parametrize("number", [6, 0, 10_000, 99999999999999999999])
def test_a_round_that_is_not_there_is_not_found(in_week_3, client, number):
    assert client.get(page_of(number)).status_code == 404


def test_a_draft_is_not_found(in_week_3, client):
    extension.session.execute(update(Round).where(Round.number == 4).values(scheduled_at=None))

    assert client.get(page_of(4)).status_code == 404
    assert client.get(page_of(5)).status_code == 200


def test_another_contest_is_not_found(in_week_3, client):
    assert client.get("/cuoc-thi/khong-co/tuan/3").status_code == 404


def test_before_it_opens_it_counts_down(in_week_3, read, signed_in):
    signed_in()

    words = read(page_of(4))

    assert "Chưa mở" in words
    assert "Mở sau 4 ngày 23 giờ 59 phút lúc 08:00 thứ Hai, 29/04/2024" in words
    assert START not in words


def test_a_visitor_is_asked_to_come_in_and_comes_back_here(in_week_3, client, read):
    words, html = read(page_of(3)), client.get(page_of(3)).text

    assert "Mời bạn dự thi" in words
    assert "Đóng sau 4 ngày 13 giờ 59 phút" in words
    assert f"/dang-nhap?next={page_of(3)}" in html
    assert START not in words


def test_the_rules_stand_in_four_sentences(in_week_3, read, signed_in):
    signed_in()

    words = read(page_of(3))

    assert "2 câu ; câu có nhiều phương án đúng thì đề ghi rõ; và 1 câu hỏi phụ ." in words
    assert "15 phút. Hết giờ máy tự nộp những câu đã lưu." in words
    assert "Mỗi câu được lưu ngay . Mất mạng hay tải lại trang thì vào làm tiếp" in words
    assert "Bài tốt nhất trong tuần được tính." in words


def test_a_start_uses_a_turn_and_its_true_hour_is_told(in_week_3, client, read, signed_in):
    signed_in()

    words, html = read(page_of(3)), client.get(page_of(3)).text

    assert "Nếu bắt đầu bây giờ, bài tự nộp lúc 08:15:0" in words
    assert "hôm nay, theo giờ máy chủ. Bấm bắt đầu là dùng 1 lượt." in words
    assert 'aria-label="Còn 3 trên 3 lượt"' in html
    assert f'action="{page_of(3)}/luot-thi"' in html
    assert START in words


def test_close_to_the_end_the_paper_hands_itself_in_at_the_closing(world, read, clock_at, signed_in):
    clock_at(closing(3) - 5 * MINUTE)
    signed_in()

    assert "bài tự nộp lúc 22:00:00 hôm nay, theo giờ máy chủ, vì tuần 3 đóng lúc đó." in read(page_of(3))


def test_unlimited_turns_are_called_so(in_week_3, read, signed_in):
    extension.session.execute(update(Round).values(attempt_limit=None))
    signed_in()

    words = read(page_of(3))

    assert "Lượt thi còn lại Không giới hạn" in words
    assert START in words


def test_the_button_starts_and_the_page_then_goes_on(in_week_3, client, read, signed_in):
    signed_in()
    attempt = client.post(f"{page_of(3)}/luot-thi").location

    words, html = read(page_of(3)), client.get(page_of(3)).text

    assert "TIẾP TỤC LÀM BÀI" in words
    assert f'href="{attempt}"' in html
    assert START not in words


def test_in_the_grace_seconds_nothing_is_offered_twice(in_week_3, client, read, clock_at, signed_in):
    signed_in()
    client.post(f"{page_of(3)}/luot-thi")
    clock_at(IN_WEEK_3 + 15 * MINUTE + 10 * SECOND)

    words = read(page_of(3))

    assert "Lượt 1 vừa hết giờ" in words
    assert START not in words


def test_grace_at_the_closing_of_the_round_is_told_too(world, client, read, clock_at, signed_in):
    clock_at(closing(3) - MINUTE)
    signed_in()
    client.post(f"{page_of(3)}/luot-thi")
    clock_at(closing(3) + 10 * SECOND)

    assert "Lượt 1 vừa hết giờ" in read(page_of(3))


def test_an_overdue_attempt_reads_as_finished_and_the_next_is_offered(
    in_week_3, client, read, clock_at, signed_in
):
    signed_in()
    attempt = client.post(f"{page_of(3)}/luot-thi").location
    clock_at(IN_WEEK_3 + HOUR)

    words, html = read(page_of(3)), client.get(page_of(3)).text

    assert START in words
    assert "Lượt 1 Hết giờ lúc 08:15:0" in words
    assert f'href="{attempt}/ket-qua"' in html


def test_used_up_turns_end_it(in_week_3, read, signed_in, person, enrolled, sit):
    enrolment = enrolled(person)
    for turn in (1, 2, 3):
        sit(enrolment, 3, turn=turn, after=3600 * turn)
    signed_in()

    words = read(page_of(3))

    assert "Bạn đã dùng hết 3 lượt" in words
    assert START not in words


def test_after_the_last_start_only_running_papers_go_on(world, read, clock_at, signed_in):
    last_start = closing(3) - HOUR
    extension.session.execute(update(Round).where(Round.number == 3).values(last_start_at=last_start))
    clock_at(last_start)
    signed_in()

    words = read(page_of(3))

    assert "Tuần 3 nhận vào thi đến 21:00 Chủ nhật, 28/04/2024." in words
    assert START not in words


@pytest.mark.parametrize(
    ("born", "consents", "reason"),
    [
        (date(2009, 1, 1), ("participation", "guardian"), "Bạn chưa đủ 16 tuổi để dự thi."),
        (date(1990, 1, 1), (), "Bạn cần đồng ý việc xử lý dữ liệu cá nhân để dự thi."),
    ],
    ids=["too young", "no consent"],
)
def test_who_may_not_start_reads_why(in_week_3, client, login, read, born, consents, reason):
    account = worlds.make_person(in_week_3.unit_id, FIRST - WEEK, consents=consents, born=born)
    login(client, account)

    words = read(page_of(3))

    assert "Bạn chưa vào thi được" in words
    assert reason in words
    assert START not in words
    assert client.post(f"{page_of(3)}/luot-thi").status_code == 409


def test_without_the_guardian_a_minor_reads_whose_word_is_missing(in_week_3, client, login, read):
    extension.session.execute(update(Contest).values(minimum_age=10))
    minor = {"consents": ("participation",), "born": date(2010, 1, 1)}
    account = worlds.make_person(in_week_3.unit_id, FIRST - WEEK, **minor)
    login(client, account)

    words = read(page_of(3))

    assert "Người dưới 16 tuổi cần cha, mẹ hoặc người giám hộ đồng ý." in words
    assert START not in words


@pytest.mark.parametrize(("birthday", "may_start"), [(date(2008, 4, 22), True), (date(2008, 4, 23), False)])
def test_age_counts_on_the_day_the_round_opens(in_week_3, client, login, read, birthday, may_start):
    login(client, worlds.make_person(in_week_3.unit_id, FIRST - WEEK, born=birthday))

    words = read(page_of(3))

    assert (START in words) is may_start
    assert ("Bạn chưa đủ 16 tuổi" in words) is not may_start


def test_once_enrolled_nothing_is_asked_again(in_week_3, client, login, read, enrolled):
    account = worlds.make_person(in_week_3.unit_id, FIRST - WEEK)
    enrolled(account)
    extension.session.add(
        Consent(account_id=account.id, purpose="participation", text_version="1", is_given=False, at=FIRST)
    )
    login(client, account)

    assert START in read(page_of(3))
    assert client.post(f"{page_of(3)}/luot-thi").status_code == 303


def test_people_of_other_units_read_that_it_is_not_for_them(in_week_3, client, login, read):
    elsewhere = factories.make_unit(kind="xã", name="Nơi khác", series_code="vn-2024")
    login(client, worlds.make_person(elsewhere.id, FIRST - WEEK))

    words = read(page_of(3))

    assert "Cuộc thi này dành cho người của các đơn vị trong phạm vi tổ chức." in words
    assert START not in words


@pytest.fixture
def newcomer(in_week_3, client, login):
    """Somebody registered under the units of 2025, in a contest on those of 2024."""
    _province, commune, _other = factories.make_province()
    account = worlds.make_person(commune.id, FIRST - WEEK)
    login(client, account)
    return account


def test_an_account_of_another_series_chooses_its_unit(newcomer, client, read):
    words, html = read(page_of(3)), client.get(page_of(3)).text

    assert "Xã, phường của bạn trong cuộc thi này" in words
    assert 'data-series="vn-2024" data-root="20"' in html
    assert START in words


def test_without_script_the_unit_is_searched_by_asking_the_page(newcomer, client):
    form = client.get(page_of(3)).text.partition('id="tim-don-vi"')[2].partition("</form>")[0]
    page = client.get(f"{page_of(3)}?unit_search=quynh").text

    assert "csrf_token" not in form
    assert 'name="unit_search" id="unit" form="tim-don-vi" value="quynh"' in page
    assert '<input type="radio" name="unit" value="06325">' in page


def test_the_chosen_unit_is_that_of_the_contest_from_then_on(newcomer, in_week_3, client):
    started = client.post(f"{page_of(3)}/luot-thi", data={"unit": "06325"})

    assert started.status_code == 303
    enrolment = extension.session.scalars(select(Enrolment).filter_by(account_id=newcomer.id)).one()
    assert enrolment.unit_id == in_week_3.unit_id


def test_a_search_that_finds_nothing_says_so(newcomer, read):
    assert "Không có đơn vị nào khớp." in read(f"{page_of(3)}?unit_search=khong%20co")


def test_a_start_without_the_choice_is_refused(newcomer, client):
    refused = client.post(f"{page_of(3)}/luot-thi", data={"unit": ""})

    assert refused.status_code == 409
    assert "Bạn cần chọn xã, phường theo danh mục của cuộc thi này." in refused.text
    assert extension.session.scalar(select(func.count()).select_from(Attempt)) == 0


@pytest.mark.parametrize("search", ["a" * 81, "%00", "%E2%80%8B"])
def test_a_search_out_of_bounds_is_refused(newcomer, client, search):
    assert client.get(f"{page_of(3)}?unit_search={search}").status_code == 400


def test_a_closed_round_waits_for_its_result(world, read, clock_at, signed_in):
    clock_at(closing(2) + HOUR)
    signed_in()

    words = read(page_of(2))

    assert "Đã đóng Chờ kết quả" in words
    assert "kết quả chính thức sẽ được công bố tại đây" in words
    assert "Trước khi bắt đầu" not in words


def test_frozen_looks_to_the_public_like_closed(world, read, clock_at, person, enrolled, sit, freeze):
    sit(enrolled(person), 2)
    clock_at(closing(2) + 10 * MINUTE)
    before = read(page_of(2))
    freeze(2)
    clock_at(closing(2) + 10 * MINUTE)

    assert read(page_of(2)) == before
    assert "Chờ kết quả" in before


def test_a_published_round_leads_to_its_result(world, client, read, person, enrolled, sit, publish):
    sit(enrolled(person), 2)
    publish(2)

    words, html = read(page_of(2)), client.get(page_of(2)).text

    assert "Đã có kết quả Chính thức" in words
    assert f'href="{page_of(2)}/ket-qua"' in html


def test_ones_official_place_stands_with_its_reason(world, read, signed_in, person, enrolled, sit, publish):
    sit(enrolled(person), 2, prediction=3)
    publish(2)
    signed_in()

    words = read(page_of(2))

    assert "Chính thức Hạng của bạn 1" in words
    assert "bạn lệch 2 so với 1" in words


@pytest.mark.parametrize("preset", ["vcnet", "cao-bang"])
def test_while_people_are_predicted_ones_place_is_not_told(in_week_3, read, signed_in, person, enrolled, sit):
    sit(enrolled(person), 3)
    signed_in()

    assert "Hạng của bạn" not in read(page_of(3))


def test_ones_attempts_are_listed_with_their_score(in_week_3, client, read, signed_in, person, enrolled, sit):
    enrolment = enrolled(person)
    first = sit(enrolment, 3, turn=1, score=1)
    sit(enrolment, 3, turn=2, score=2, after=3600)
    signed_in()

    words = read(page_of(3))

    assert "Lượt 2 Nộp 09:01:00, 23/04/2024 2/2 Lượt 1 Nộp 08:01:00, 23/04/2024 1/2" in words
    assert f'href="/luot-thi/{first.public_id}/ket-qua"' in client.get(page_of(3)).text


def test_scores_wait_where_the_contest_says_so(world, read, clock_at, signed_in, person, enrolled, sit):
    extension.session.execute(update(Contest).values(shows_own_score=False))
    sit(enrolled(person), 3, score=1)
    clock_at(IN_WEEK_3)
    signed_in()

    words = read(page_of(3))

    assert "1/2" not in words
    assert "Số câu đúng được cho biết sau khi tuần 3 đóng." in words
    clock_at(closing(3) + 31 * SECOND)
    assert "1/2" in read(page_of(3))


def test_nobody_sees_anothers_attempts(in_week_3, client, login, read, person, enrolled, sit):
    attempt = sit(enrolled(person), 3)
    login(client, worlds.make_person(in_week_3.unit_id, FIRST - WEEK))

    assert "Các lượt thi của bạn" not in read(page_of(3))
    assert attempt.public_id not in client.get(page_of(3)).text


def test_an_ended_session_is_a_visitor(in_week_3, client, read, signed_in, person):
    signed_in()
    worlds.db.session.execute(delete(worlds.Session).where(worlds.Session.account_id == person.id))

    assert "Mời bạn dự thi" in read(page_of(3))


@pytest.mark.parametrize("number", [2, 3, 4])
def test_reading_changes_nothing(in_week_3, client, signed_in, person, enrolled, sit, unchanged, number):
    sit(enrolled(person), 3)
    signed_in()
    client.post(f"{page_of(3)}/luot-thi")
    unchanged()

    assert client.get(page_of(number)).status_code == 200
