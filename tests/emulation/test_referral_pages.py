"""One's own referral page: the code, the weeks of those it brought, what counts, and the poster."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account, Referral
from app.accounts.rules import Registration, Unfit
from app.accounts.services import register_account
from app.emulation import referral_jobs, referral_queries
from app.emulation.referral_models import ReferralPoster
from app.emulation.referral_rules import ALWAYS, NOT_COUNTED
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.transfer_models import AccountMerge
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.ranking import services as results
from tests import world as worlds
from tests.emulation.conftest import IN_WEEK_3
from tests.portal.weeks import FIRST, WEEK, closing, organisers, round_of

PAGE = "/tai-khoan/gioi-thieu"
MOST_STATEMENTS = 12


def test_a_visitor_is_asked_to_sign_in(in_week_3, client):
    assert client.get(PAGE).location == f"/dang-nhap?next={PAGE}"


def test_the_code_comes_as_text_link_and_picture(in_week_3, db, client, signed_in, person):
    person.referral_code = "7K2QM4XP"
    db.session.commit()
    signed_in()

    page = client.get(PAGE).text

    assert ">7K2Q-M4XP</code>" in page
    assert 'href="http://localhost/dang-ky?gt=7K2Q-M4XP&amp;series=vn-2024&amp;root=20"' in page
    modules = int(re.search(r'class="qr" viewBox="-2 -2 (\d+) ', page)[1]) - 4
    assert (modules - 17) % 4 == 0
    assert re.search(r'<path d="(M\d+ \d+h\d+v1h-\d+z)+"/>', page)


def test_the_rules_say_what_counts(in_week_3, read, signed_in):
    signed_in()

    words = read(PAGE)

    assert "Chưa có ai đăng ký bằng mã của bạn." in words
    assert all(sentence in words for sentence in ALWAYS)


def test_those_one_brought_are_masked_and_told_week_by_week(
    in_week_3, client, read, signed_in, person, bring, enrolled, sit, counted
):
    steady = bring(person, full_name="Thí sinh mẫu Đều Đặn")
    gone = bring(person, full_name="Thí sinh mẫu Lỡ")
    enrolment = enrolled(steady)
    for number in (1, 2, 3):
        sit(enrolment, number)
    sit(enrolled(gone, contestant_no=20_000_002), 1)
    counted()
    signed_in()

    words = read(PAGE)

    assert (
        "Thí S. M. Đ. Đ. Xã Bắc Quỳnh, đăng ký 07/04/2024 "
        "Tuần 1 : đã thi Tuần 2 : đã thi Tuần 3 : đã thi Tuần 4 : chưa tính Tuần 5 : chưa tính"
    ) in words
    assert "Thí S. M. L. Xã Bắc Quỳnh, đăng ký 07/04/2024 Lỡ tuần 2 Tuần 1 : đã thi Tuần 2 : bỏ lỡ" in words
    for account in (steady, gone):
        assert account.full_name not in words
        assert account.sign_in_name[3:] not in client.get(PAGE).text


def test_a_full_mat_of_another_is_told(
    in_week_3, read, clock_at, signed_in, person, bring, enrolled, sit, counted
):
    enrolment = enrolled(bring(person))
    for number in range(1, 6):
        sit(enrolment, number)
    clock_at(closing(5) + timedelta(hours=1))
    counted(closing(5))
    signed_in()

    assert "Đủ 5 tuần" in read(PAGE)


def test_a_voided_attempt_takes_its_week_away(
    in_week_3, read, clock_at, signed_in, person, bring, enrolled, sit, counted
):
    attempt = sit(enrolled(bring(person)), 1)
    counted()
    results.void_attempt(
        round_of(in_week_3, 1), attempt, actor_id=organisers()[0], reason="Nhờ người làm hộ", now=IN_WEEK_3
    )
    counted()
    signed_in()

    assert "Tuần 1 : bỏ lỡ" in read(PAGE)


def test_weeks_of_two_accounts_of_one_person_are_one(
    in_week_3, db, read, signed_in, person, bring, enrolled, sit, counted
):
    kept, absorbed = bring(person), worlds.make_person(in_week_3.unit_id, FIRST - WEEK)
    sit(enrolled(kept), 1)
    sit(enrolled(absorbed, contestant_no=20_000_002), 2)
    merge(db, kept, absorbed)
    counted()
    signed_in()

    assert "Tuần 1 : đã thi Tuần 2 : đã thi" in read(PAGE)


def merge(db, kept, absorbed):
    values = {"kept_id": kept.id, "absorbed_id": absorbed.id, "reason": "Một người hai tài khoản"}
    db.session.add(AccountMerge(merged_by=organisers()[0], merged_at=IN_WEEK_3, **values))
    db.session.commit()


def lock(db, account, world):
    account.disabled_at = IN_WEEK_3


def absorb(db, account, world):
    merge(db, worlds.make_person(world.unit_id, FIRST - WEEK), account)


def exclude(db, account, world):
    values = {"contest_id": world.contest_id, "account_id": account.id, "mode": "not_ranked"}
    values |= {"kind": "committee", "relation": "", "first_round": 1}
    db.session.add(Exclusion(listed_by=organisers()[0], listed_at=IN_WEEK_3, **values))


@pytest.mark.parametrize("leave_out", [lock, absorb, exclude])
def test_accounts_that_never_count_are_told_without_saying_why(
    in_week_3, db, read, signed_in, person, bring, leave_out
):
    account = bring(person)
    signed_in()
    assert NOT_COUNTED not in read(PAGE)

    leave_out(db, account, in_week_3)
    db.session.commit()

    words = read(PAGE)
    assert "Không tính Tuần 1 : bỏ lỡ Tuần 2 : bỏ lỡ" in words
    assert NOT_COUNTED in words


def test_those_a_merged_account_brought_are_ones_own(in_week_3, db, read, signed_in, person, bring):
    second = worlds.make_person(in_week_3.unit_id, FIRST - WEEK)
    bring(second, full_name="Thí sinh mẫu Nhà Bên")
    merge(db, person, second)
    signed_in()

    assert "Thí S. M. N. B." in read(PAGE)


def test_a_long_list_says_that_it_is_cut(in_week_3, read, signed_in, person, bring, monkeypatch):
    monkeypatch.setattr(referral_queries, "PEOPLE_SHOWN", 2)
    for _ in range(3):
        bring(person)
    signed_in()

    words = read(PAGE)

    assert "Người đã đăng ký 3 " in words
    assert "Hiện 2 người đăng ký đầu tiên trong 3 người." in words


def test_nobody_is_shown_whom_another_brought(in_week_3, read, client, login, person, bring):
    bring(person, full_name="Thí sinh mẫu Riêng")
    login(client, worlds.make_person(in_week_3.unit_id, FIRST - WEEK))

    assert "Thí S. M. R." not in read(PAGE)


def test_without_a_contest_there_is_still_a_link(app, client, login, read, clock_at):
    clock_at(IN_WEEK_3)
    login(client, worlds.make_person(worlds.make_units().id, FIRST))

    assert "/dang-ky?gt=" in read(PAGE)
    assert "series=" not in client.get(PAGE).text
    assert "Tờ mời" not in client.get(PAGE).text


def test_reading_takes_few_statements_and_changes_nothing(
    in_week_3, client, signed_in, person, bring, enrolled, sit, counted, statements, unchanged
):
    for number in range(8):
        sit(enrolled(bring(person), contestant_no=20_000_010 + number), 2, after=number)
    counted()
    signed_in()
    unchanged()

    with statements() as seen:
        assert client.get(PAGE).status_code == 200

    assert len(seen) <= MOST_STATEMENTS, "\n".join(seen)


# Who can never be a referral of whom: whatever the page or a service is asked.


def registration(unit_id):
    return Registration("Thí sinh mẫu Mới", None, worlds.BIRTH, unit_id)


def register(unit_id, referrer, now):
    return register_account(registration(unit_id), consents=["participation"], now=now, referrer=referrer)


def test_a_referral_is_bound_at_registration_and_never_later(in_week_3, db, person):
    account = register(in_week_3.unit_id, person, IN_WEEK_3)
    other = worlds.make_person(in_week_3.unit_id, FIRST - 2 * WEEK)
    db.session.commit()

    for change in (update(Referral).values(referrer_id=other.id), delete(Referral)):
        with pytest.raises(Exception, match="append-only"):
            db.session.execute(change.where(Referral.account_id == account.id))
        db.session.rollback()
    db.session.add(Referral(account_id=account.id, referrer_id=other.id, at=IN_WEEK_3))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
    assert db.session.get_one(Referral, account.id).referrer_id == person.id


def test_nobody_brings_themself(in_week_3, db, person):
    db.session.add(Referral(account_id=person.id, referrer_id=person.id, at=IN_WEEK_3))

    with pytest.raises(IntegrityError, match="referrer_is_older"):
        db.session.flush()
    db.session.rollback()


def test_a_referrer_who_came_later_is_refused_so_that_no_loop_can_be(in_week_3, db, person):
    """Every referral leads to an older account: following them never comes back."""
    younger = register(in_week_3.unit_id, person, IN_WEEK_3)

    with pytest.raises(Unfit):
        register(in_week_3.unit_id, younger, IN_WEEK_3)
    db.session.add(Referral(account_id=person.id, referrer_id=younger.id, at=IN_WEEK_3))
    with pytest.raises(IntegrityError, match="referrer_is_older"):
        db.session.flush()
    db.session.rollback()


def test_the_form_binds_the_code_of_the_link_and_refuses_an_unknown_one(in_week_3, db, client, person):
    person.referral_code = "7K2QM4XM"
    db.session.commit()
    before = db.session.scalar(select(func.count()).select_from(Account))

    for code in ("7K2Q-M4X2", person.sign_in_name):
        page = client.get("/dang-ky", query_string={"gt": code})
        assert page.status_code == 200
        assert person.full_name not in page.text

    assert db.session.scalar(select(func.count()).select_from(Account)) == before


# The poster


def test_the_poster_is_made_by_a_job_and_is_ones_own(in_week_3, db, client, signed_in, read, person, login):
    signed_in()
    assert client.get(f"{PAGE}/to-roi.pdf").location == f"{PAGE}#to-roi"

    assert client.post(f"{PAGE}/to-roi").location == f"{PAGE}#to-roi"
    assert "Đang tạo tờ mời." in read(PAGE)
    run_waiting_jobs()
    db.session.expire_all()

    assert f'href="{PAGE}/to-roi.pdf"' in client.get(PAGE).text
    answer = client.get(f"{PAGE}/to-roi.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="moi-du-thi-dan-van-kheo.pdf"'
    assert answer.data.startswith(b"%PDF-")
    login(client, worlds.make_person(in_week_3.unit_id, FIRST - WEEK))
    assert client.get(f"{PAGE}/to-roi.pdf").status_code == 303


def test_the_poster_tells_what_and_when_and_leads_to_registration(in_week_3, contest, person):
    person.referral_code = "7K2QM4XP"

    text = referral_jobs.html_of(contest, person)

    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    assert "Dân vận khéo tỉnh Lạng Sơn Từ 08/04/2024 đến 12/05/2024" in words
    assert "Mã giới thiệu 7K2Q-M4XP" in words
    assert 'src="data:image/svg+xml' in text
    assert person.full_name not in words


def test_a_poster_that_could_not_be_made_says_why(in_week_3, db, client, signed_in, read, person):
    signed_in()
    client.post(f"{PAGE}/to-roi")
    db.session.scalars(select(ReferralPoster)).one().problem = "Máy chủ thiếu thư viện vẽ chữ."
    db.session.commit()
    assert "Máy chủ thiếu thư viện vẽ chữ." in read(PAGE)

    client.post(f"{PAGE}/to-roi")
    db.session.scalars(select(Job)).one().tries = 3
    db.session.commit()
    assert "Chưa tạo được tờ mời. Bạn bấm Tạo lại." in read(PAGE)


def test_without_a_contest_there_is_no_poster(app, client, login, clock_at):
    clock_at(IN_WEEK_3)
    login(client, worlds.make_person(worlds.make_units().id, FIRST))

    for answer in (client.post(f"{PAGE}/to-roi"), client.get(f"{PAGE}/to-roi.pdf")):
        assert answer.location == f"{PAGE}#to-roi"
