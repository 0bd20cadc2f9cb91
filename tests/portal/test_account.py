"""One's own account: facts about oneself, masked ones about others; and the privacy notice."""

import re
from datetime import timedelta

import pytest

from app.accounts.consent_wording import NOTICE, TEXTS
from app.accounts.rules import TRACES_KEPT
from tests import world as worlds
from tests.portal.weeks import FIRST, closing, opening, page_of

HOUR = timedelta(hours=1)
IN_WEEK_3 = opening(3) + timedelta(days=2)
ACCOUNT = "/tai-khoan"
MOST_STATEMENTS = 16


@pytest.fixture
def in_week_3(world, clock_at):
    clock_at(IN_WEEK_3)
    return world


def test_a_visitor_is_asked_to_sign_in_and_comes_back(in_week_3, client):
    response = client.get(ACCOUNT)

    assert response.status_code == 302
    assert response.location == "/dang-nhap?next=/tai-khoan"


def test_it_tells_who_one_is_with_the_telephone_masked(in_week_3, client, read, signed_in, person):
    signed_in()

    words = read(ACCOUNT)

    number = person.sign_in_name.replace("+84", "0")
    assert "Thí sinh mẫu Thử Xã Bắc Quỳnh, Huyện Bắc Sơn" in words
    assert f"Số điện thoại {number[:4]} *** {number[-3:]}" in words
    assert number not in re.sub(r"\s", "", client.get(ACCOUNT).text)
    assert "Số thí sinh" not in words


def test_the_mat_and_the_streak(in_week_3, read, signed_in, person, enrolled, sit):
    enrolment = enrolled(person)
    for number in (1, 2, 3):
        sit(enrolment, number, score=1)
    signed_in()

    words = read(ACCOUNT)

    assert "3 tuần liền 3/5 Dân vận khéo tỉnh Lạng Sơn." in words
    assert "Tuần 3 : Đã thi Tuần 4 : 29/04" in words
    assert "Số thí sinh 20000001" in words


def test_the_longest_streak_is_kept_when_the_current_one_broke(
    in_week_3, read, clock_at, signed_in, person, enrolled, sit
):
    enrolment = enrolled(person)
    for number in (1, 2, 3):
        sit(enrolment, number)
    clock_at(closing(4) + HOUR)
    signed_in()

    words = read(ACCOUNT)

    assert "Đã thi 3 tuần" in words
    assert "Dài nhất: 3 tuần liền." in words


def test_every_round_sat_leads_to_its_page(in_week_3, client, read, signed_in, person, enrolled, sit):
    enrolment = enrolled(person)
    sit(enrolment, 2, turn=1, score=1)
    sit(enrolment, 2, turn=2, score=2, after=3600)
    signed_in()

    assert "Tuần 2 2 lượt, cao nhất 2/2 , nộp gần nhất 16/04/2024" in read(ACCOUNT)
    assert f'href="{page_of(2)}"' in client.get(ACCOUNT).text


def test_it_tells_the_code_and_how_many_it_brought(in_week_3, client, read, signed_in, person, bring):
    person.referral_code = "7K2QM4XP"
    for _ in range(2):
        bring(person, full_name="Thí sinh mẫu Riêng")
    signed_in()

    words = read(ACCOUNT)

    assert "7K2Q-M4XP 2 người đã đăng ký bằng mã của bạn." in words
    assert "Riêng" not in words
    assert 'href="/tai-khoan/gioi-thieu"' in client.get(ACCOUNT).text


def test_a_score_that_waits_is_not_told_here_either(
    in_week_3, read, signed_in, contest, person, enrolled, sit
):
    contest.shows_own_score = False
    sit(enrolled(person), 3, score=1)
    signed_in()

    words = read(ACCOUNT)

    assert "Tuần 3 1 lượt, nộp gần nhất 23/04/2024" in words
    assert "cao nhất" not in words


def test_without_a_contest_there_is_still_an_account(app, client, login, read, clock_at):
    clock_at(IN_WEEK_3)
    person = worlds.make_person(worlds.make_units().id, FIRST)
    login(client, person)

    words = read(ACCOUNT)

    assert "Thí sinh mẫu Thử" in words
    assert "Giới thiệu người thân" in words


def test_settings_are_one_tap_away(in_week_3, client, signed_in):
    signed_in()

    page = client.get(ACCOUNT).text

    for path in ("/tai-khoan/mat-khau", "/tai-khoan/thiet-bi", "/quyen-rieng-tu"):
        assert f'href="{path}"' in page
    assert page.count('action="/dang-xuat"') == 2


def test_reading_takes_few_statements_however_many_one_brought(
    in_week_3, client, signed_in, person, bring, enrolled, sit, statements
):
    sit(enrolled(person), 2)
    for number in range(8):
        sit(enrolled(bring(person), contestant_no=20_000_010 + number), 2, after=number)
    signed_in()

    with statements() as seen:
        assert client.get(ACCOUNT).status_code == 200

    assert len(seen) <= MOST_STATEMENTS, "\n".join(seen)


def test_reading_changes_nothing(in_week_3, client, signed_in, person, bring, unchanged):
    bring(person)
    signed_in()
    unchanged()

    assert client.get(ACCOUNT).status_code == 200


def test_the_notice_is_the_one_that_people_agree_to(app, read):
    words = read("/quyen-rieng-tu")

    for heading, text in NOTICE:
        assert f"{heading} {text}" in words
    for consent in TEXTS.values():
        assert f"{consent.sentence} Phiên bản {consent.version}" in words
    assert f"{TRACES_KEPT.days} ngày kể từ ngày ghi, rồi xoá" in words


def test_the_notice_asks_the_database_nothing(app, client, statements):
    with statements() as seen:
        assert client.get("/quyen-rieng-tu").status_code == 200

    assert seen == []
