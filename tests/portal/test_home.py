"""The home page: what to do now, one's weeks, the last official result, no figure that must not be told."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.accounts.models import Consent
from app.contests import policy as policies
from app.contests.models import Contest, Round
from app.extensions import db as extension
from app.ranking.live_services import tally
from tests import world as worlds
from tests.portal.weeks import FIRST, WEEK, closing, opening, page_of

HOUR = timedelta(hours=1)
IN_WEEK_3 = opening(3) + timedelta(days=2)
MOST_STATEMENTS = 12


def test_without_a_contest_it_says_what_will_be_there(app, client, read, clock_at):
    clock_at(FIRST)

    words = read()

    assert "Chưa có cuộc thi nào" in words
    assert "Đăng ký dự thi" in words


def test_a_draft_is_no_contest_yet(world, read, clock_at):
    extension.session.execute(update(Round).values(scheduled_at=None))
    clock_at(IN_WEEK_3)

    assert "Chưa có cuộc thi nào" in read()


def test_a_visitor_is_asked_to_register_for_the_open_week(world, client, read, clock_at):
    clock_at(IN_WEEK_3)

    words = read()
    html = client.get("/").text

    assert "Dân vận khéo tỉnh Lạng Sơn" in words
    assert "Đóng sau 4 ngày 13 giờ 59 phút lúc 22:00 Chủ nhật, 28/04/2024" in words
    assert "Miễn phí, từ 16 tuổi trở lên. Mỗi lượt 15 phút." in words
    assert "/dang-ky?next=" in html
    assert "series=vn-2024&amp;root=20" in html
    assert "VÀO THI" not in words


def test_a_person_goes_in_with_one_button(world, read, clock_at, signed_in):
    clock_at(IN_WEEK_3)
    client = signed_in()

    words = read()

    assert "VÀO THI TUẦN 3" in words
    assert "Bạn chưa thi tuần này, còn 3 lượt. 15 phút cho 2 câu và 1 câu hỏi phụ." in words
    assert f'href="{page_of(3)}"' in client.get("/").text
    assert "Đăng ký dự thi" not in words


def test_the_weave_tells_what_each_week_was(world, read, clock_at, signed_in, person, enrolled, sit):
    sit(enrolled(person), 1)
    clock_at(IN_WEEK_3)
    signed_in()

    words = read()

    for week in ("Tuần 1 : Đã thi", "Tuần 2 : Bỏ lỡ", "Tuần 3 : Đang mở", "Tuần 4 : 29/04"):
        assert week in words
    assert "Bạn đã thi 1 tuần." in words


def test_two_weeks_in_a_row_are_named(world, read, clock_at, signed_in, person, enrolled, sit):
    enrolment = enrolled(person)
    sit(enrolment, 1)
    sit(enrolment, 2)
    clock_at(IN_WEEK_3)
    signed_in()

    assert "Bạn đã đan 2 nan liền." in read()


def test_a_finished_mat_is_said_to_be_one(world, read, clock_at, signed_in, person, enrolled, sit):
    enrolment = enrolled(person)
    for number in range(1, 6):
        sit(enrolment, number)
    clock_at(closing(5) + HOUR)
    signed_in()

    assert "Bạn đã thi đủ 5 tuần. Tấm đan của bạn đã kín." in read()


def test_a_running_attempt_is_gone_on_with(world, client, read, clock_at, signed_in):
    clock_at(IN_WEEK_3)
    signed_in()
    attempt = client.post(f"{page_of(3)}/luot-thi").location

    words = read()

    assert "TIẾP TỤC LÀM BÀI" in words
    assert "Lượt 1 đang chạy, tự nộp lúc 08:15:" in words
    assert f'href="{attempt}"' in client.get("/").text


def test_used_up_turns_are_said(world, read, clock_at, signed_in, person, enrolled, sit):
    enrolment = enrolled(person)
    for turn in (1, 2, 3):
        sit(enrolment, 3, turn=turn, after=3600 * turn)
    clock_at(opening(3) + timedelta(days=3))
    signed_in()

    words = read()

    assert "Bạn đã dùng hết 3 lượt của tuần này." in words
    assert "VÀO THI" not in words


def test_between_two_weeks_it_counts_down_to_the_next(world, read, clock_at, signed_in):
    clock_at(closing(2) + HOUR)
    signed_in()

    words = read()

    assert "Tuần 3 Sắp mở" in words
    assert "lúc 08:00 thứ Hai, 22/04/2024" in words


def test_after_the_last_week_it_waits_for_the_result(world, read, clock_at):
    clock_at(closing(5) + HOUR)

    words = read()

    assert "Đã đóng lúc 22:00 Chủ nhật, 12/05/2024." in words
    assert "Kết quả đang được kiểm tra" in words


@pytest.fixture
def week_2_published(world, enrolled, sit, publish):
    """Named with consent, numbered without and under age; the target is three people with all right."""
    named = worlds.make_person(world.unit_id, FIRST - WEEK)
    named.full_name = "Thí sinh mẫu Nhất"
    silent = worlds.make_person(world.unit_id, FIRST - WEEK, consents=("participation",))
    minor = worlds.make_person(world.unit_id, FIRST - WEEK, born=opening(2).date().replace(year=2010))
    guesses = {named: 3, silent: 4, minor: 1}
    for number, (account, guess) in enumerate(guesses.items(), 20_000_001):
        sit(enrolled(account, contestant_no=number, age=14 if account is minor else 30), 2, prediction=guess)
    publish(2)
    return named, silent, minor


def test_the_last_result_names_who_agreed_with_guess_and_distance(week_2_published, read, clock_at):
    clock_at(IN_WEEK_3)

    words = read()

    assert "Kết quả tuần 2 Chính thức" in words
    assert "Số người trả lời đúng tất cả các câu hỏi: 3 ." in words
    assert "Nhất Thí S. M. N. Huyện Bắc Sơn 3 đúng khít" in words
    assert "Nhì Thí sinh 20000002 4 lệch 1" in words
    assert "Nhì Thí sinh 20000003 1 lệch 2" in words
    assert "Cả tỉnh Lạng Sơn, tuần 2 3 người dự thi 3 lượt thi" in words
    assert "Huyện Bắc Sơn 3 3" in words


def test_a_withdrawn_consent_takes_the_name_away_at_once(week_2_published, read, clock_at):
    named = week_2_published[0]
    clock_at(IN_WEEK_3)
    assert "Thí S. M. N." in read()
    extension.session.add(
        Consent(account_id=named.id, purpose="publication", text_version="1", is_given=False, at=IN_WEEK_3)
    )

    words = read()

    assert "Thí S. M. N." not in words
    assert "Nhất Thí sinh 20000001 3 đúng khít" in words


@pytest.mark.parametrize("preset", ["vcnet", "cao-bang", "lang-son-2023"])
def test_an_open_week_whose_figure_is_predicted_tells_none(
    world, read, clock_at, signed_in, person, enrolled, sit, preset
):
    for number in range(3):
        account = worlds.make_person(world.unit_id, FIRST - WEEK)
        sit(enrolled(account, contestant_no=20_000_100 + number), 3, after=number)
    sit(enrolled(person), 3, after=9)
    clock_at(IN_WEEK_3)
    signed_in()
    tally(100, now=IN_WEEK_3)

    words = read()

    assert "người dự thi" not in words.replace("số người dự thi của tuần thi", "")
    assert "lượt thi" not in words.replace("số lượt thi của tuần thi", "").replace("lượt thi đúng hết", "")


@pytest.fixture
def without_prediction(world):
    plain = policies.PRESETS["cao-bang"][1]
    policy = policies.Policy(
        (policies.Key.SCORE, policies.Key.DURATION),
        plain.recognised,
        None,
        only_perfect=False,
        leagues=policies.Leagues.NONE,
        prizes=plain.prizes,
        one_prize_per_person=False,
    )
    extension.session.get_one(Contest, world.contest_id).policy = policies.to_json(policy)
    extension.session.commit()


def test_an_open_week_without_prediction_tells_both_figures(
    without_prediction, read, clock_at, person, enrolled, sit
):
    enrolment = enrolled(person)
    sit(enrolment, 3, turn=1)
    sit(enrolment, 3, turn=2, after=3600)
    clock_at(IN_WEEK_3)
    tally(100, now=IN_WEEK_3)

    assert "Tuần 3 đến lúc này 1 người dự thi 2 lượt thi" in read()


def test_how_many_of_those_one_brought_have_not_come(
    world, read, clock_at, signed_in, person, bring, enrolled, sit
):
    came, _stayed_away = bring(person), bring(person)
    sit(enrolled(came), 3)
    bring(worlds.make_person(world.unit_id, FIRST - WEEK))
    clock_at(IN_WEEK_3)
    signed_in()

    assert "1 trên 2 người chưa thi tuần 3" in read()


def test_ranking_and_prizes_are_told_in_words(world, read, clock_at):
    clock_at(IN_WEEK_3)

    words = read()

    assert "Đúng tất cả các câu Chỉ lượt thi đúng hết mới được xếp hạng." in words
    assert "1 giải Nhất 2.000.000 đ" in words


def test_reading_takes_few_statements(week_2_published, client, clock_at, signed_in, statements):
    clock_at(IN_WEEK_3)
    signed_in()
    client.get("/")

    with statements() as seen:
        assert client.get("/").status_code == 200

    assert len(seen) <= MOST_STATEMENTS, "\n".join(seen)


def test_reading_changes_nothing(week_2_published, client, clock_at, signed_in, unchanged):
    clock_at(IN_WEEK_3)
    signed_in()
    unchanged()

    assert client.get("/").status_code == 200
