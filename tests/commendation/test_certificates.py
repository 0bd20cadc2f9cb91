"""Certificates of participation: asked for, printed, the same while nothing changed, checked in public."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.attempts.models import Attempt
from app.commendation import certificate_jobs, certificate_services
from app.commendation.certificate_models import Certificate
from app.contests.models import Contest
from app.enrolments.transfer_models import AccountMerge
from app.jobs.runner import run_waiting_jobs
from app.printing import MISSING_PANGO
from app.ranking import live_services
from app.ranking import services as results
from tests import world as worlds
from tests.portal import weeks
from tests.portal.weeks import FIRST, WEEK, closing

PAGE = "/tai-khoan/giay-chung-nhan/dan-van-kheo"
PAPER = f"{PAGE}/tep.pdf"
AFTER = timedelta(minutes=5)


@pytest.fixture
def five_weeks(app):
    return weeks.make_weeks()


@pytest.fixture
def person(five_weeks):
    return worlds.make_person(five_weeks.unit_id, FIRST - WEEK)


@pytest.fixture
def took(five_weeks, person, clock_at):
    """took(1, 2): the person sat these weeks, and the last of them has just closed."""
    enrolment = weeks.enrol(five_weeks, person)

    def sit(*numbers, now=None, enrolment=enrolment):
        for number in numbers:
            weeks.sit(five_weeks, enrolment, number)
        now = now or closing(max(numbers)) + AFTER
        clock_at(now)
        live_services.tally(100, now=now)
        return enrolment

    return sit


@pytest.fixture
def signed_in(client, login, person):
    """After the clock was moved."""

    def sign():
        login(client, person)
        return client

    return sign


def words(response):
    text = re.sub(r"<[^>]+>", " ", response.text[response.text.index("<main") :])
    return re.sub(r"\s+", " ", text)


def certificates(db):
    return db.session.scalars(select(Certificate).order_by(Certificate.id)).all()


def test_before_a_round_has_closed_there_is_nothing(took, signed_in, db):
    took(1, now=closing(1) - timedelta(hours=1))
    client = signed_in()

    assert "Chưa có gì để chứng nhận." in words(client.get(PAGE))
    refused = client.post(PAGE)
    assert refused.status_code == 409
    assert "Bạn chưa có tuần thi hợp lệ nào đã kết thúc" in words(refused)
    assert certificates(db) == []


def test_it_is_asked_for_made_and_taken_home(took, signed_in, db):
    took(1, 2)
    client = signed_in()
    before = words(client.get(PAGE))

    asked = client.post(PAGE)
    waiting = words(client.get(PAGE))
    assert run_waiting_jobs() == 1
    ready = words(client.get(PAGE))
    paper = client.get(PAPER)

    assert "tính đến ngày 21/04/2024 đã tham gia 02 tuần thi" in before
    assert (asked.status_code, asked.location) == (303, PAGE)
    assert "Giấy đang được tạo." in waiting
    assert "Tải giấy chứng nhận (PDF)" in ready
    assert paper.data.startswith(b"%PDF-")
    assert paper.headers["Content-Disposition"] == 'attachment; filename="giay-chung-nhan-dan-van-kheo.pdf"'
    (certificate,) = certificates(db)
    assert certificate.facts["name"] == "Thí sinh mẫu Thử"
    assert certificate.facts["rounds"] == [1, 2]


def test_the_paper_says_who_what_and_how_to_check(took, person, db):
    took(1, 2, 3, 4, 5)
    contest = db.session.scalars(select(Contest)).one()
    person.full_name = "Thí sinh mẫu Ưỡng & <b>Ễ</b>"
    certificate = certificate_services.issue(contest, person, now=closing(5) + AFTER)

    html = certificate_jobs.html_of(certificate)

    assert "Thí sinh mẫu Ưỡng &amp; &lt;b&gt;Ễ&lt;/b&gt;" in html
    assert "đã thi đủ <strong>05 tuần liên tục</strong>" in html
    code = certificate.code
    assert f"<strong>{code[:4]}-{code[4:8]}-{code[8:]}</strong>" in html
    assert f"http://localhost/chung-nhan/{code}" in html


def test_the_same_facts_are_the_same_certificate(took, signed_in, db):
    took(1, 2)
    client = signed_in()

    client.post(PAGE)
    run_waiting_jobs()
    client.post(PAGE)
    assert len(certificates(db)) == 1

    took(3)
    client = signed_in()
    client.post(PAGE)
    first, second = certificates(db)
    assert first.code != second.code
    assert "Giấy này có thật và còn giá trị." in words(client.get(f"/chung-nhan/{first.code}"))


def test_where_no_pdf_can_be_made_the_page_says_so(took, signed_in, monkeypatch, db):
    took(1)
    client = signed_in()
    monkeypatch.setattr(certificate_jobs.printing, "can_make_pdf", lambda: False)

    client.post(PAGE)
    run_waiting_jobs()

    assert MISSING_PANGO in words(client.get(PAGE))
    assert client.get(PAPER).location == PAGE
    monkeypatch.undo()
    client.post(PAGE)
    run_waiting_jobs()
    assert client.get(PAPER).data.startswith(b"%PDF-")


def test_another_persons_paper_is_not_there(took, client, login, five_weeks, person, db):
    took(1)
    contest = db.session.scalars(select(Contest)).one()
    certificate = certificate_services.issue(contest, person, now=closing(1) + AFTER)
    certificate_services.keep_paper(certificate, b"%PDF-1.7", now=closing(1) + AFTER)
    login(client, worlds.make_person(five_weeks.unit_id, FIRST))

    assert client.get(PAPER).location == PAGE
    assert certificate.code not in client.get(PAGE).text


def test_a_code_tells_no_more_than_the_rule_of_public_names(took, client, person, db):
    took(1, 2, 3, 4, 5)
    contest = db.session.scalars(select(Contest)).one()
    certificate = certificate_services.issue(contest, person, now=closing(5) + AFTER)
    db.session.commit()
    code = certificate.code

    page = client.get(f"/chung-nhan/{code[:4]}-{code[4:8].lower()}-{code[8:]}")

    assert "Người được cấp Thí S. M. T., Huyện Bắc Sơn" in words(page)
    assert "Đã tham gia 5 trên 5 tuần" in words(page)
    assert person.full_name not in page.text
    assert person.sign_in_name[3:] not in page.text


def test_without_consent_the_code_shows_a_number(took, client, five_weeks, clock_at, db):
    silent = worlds.make_person(five_weeks.unit_id, FIRST - WEEK, consents=("participation",))
    enrolment = weeks.enrol(five_weeks, silent, contestant_no=20_000_007)
    took(1, enrolment=enrolment)
    contest = db.session.scalars(select(Contest)).one()
    certificate = certificate_services.issue(contest, silent, now=closing(1) + AFTER)
    db.session.commit()

    page = words(client.get(f"/chung-nhan/{certificate.code}"))

    assert "Người được cấp Thí sinh 20000007" in page
    assert "Huyện Bắc Sơn" not in page


def test_a_voided_attempt_withdraws_what_it_was_certified_for(took, five_weeks, client, person, db):
    enrolment = took(1)
    contest = db.session.scalars(select(Contest)).one()
    certificate = certificate_services.issue(contest, person, now=closing(1) + AFTER)
    db.session.commit()
    found = weeks.round_of(five_weeks, 1)
    attempt = db.session.scalars(select(Attempt).where(Attempt.enrolment_id == enrolment.id)).one()
    now = closing(1) + 2 * AFTER
    results.void_attempt(found, attempt, actor_id=weeks.organisers()[0], reason="Thi hộ người khác", now=now)
    live_services.tally(100, now=now)
    db.session.commit()

    page = words(client.get(f"/chung-nhan/{certificate.code}"))

    assert "Giấy này không còn giá trị." in page
    assert "Giấy này có thật" not in page


def test_what_an_absorbed_account_did_counts(took, five_weeks, signed_in, person, db):
    other = worlds.make_person(five_weeks.unit_id, FIRST - WEEK)
    took(2, enrolment=weeks.enrol(five_weeks, other, contestant_no=20_000_008))
    took(1, 3)
    db.session.add(
        AccountMerge(
            kept_id=person.id,
            absorbed_id=other.id,
            reason="Một người",
            merged_by=weeks.organisers()[0],
            merged_at=FIRST,
        )
    )
    client = signed_in()

    assert "đã tham gia 03 tuần thi" in words(client.get(PAGE))


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC", "khong-co", "<script>", "0OIL"])
def test_a_code_that_nobody_has_is_answered_calmly(five_weeks, client, code):
    response = client.get("/chung-nhan", query_string={"ma": code})

    assert response.status_code == 404
    assert "Không có giấy nào mang mã này." in response.text
    assert "<script>" not in response.text.replace("<script src", "")


def test_the_form_asks_for_a_code(five_weeks, client):
    assert "12 ký tự, in ở góc dưới bên trái của giấy." in words(client.get("/chung-nhan"))


def test_nobody_becomes_somebody_by_asking(five_weeks, client, db):
    assert client.post(PAGE).status_code == 302
    assert db.session.scalar(select(func.count()).select_from(Certificate)) == 0
    assert db.session.scalar(select(func.count()).select_from(Account)) > 0


def test_the_way_there_stands_on_the_account_and_the_result(took, signed_in, db):
    enrolment = took(1)
    client = signed_in()
    attempt = db.session.scalars(select(Attempt).where(Attempt.enrolment_id == enrolment.id)).one()

    for page in ("/tai-khoan", f"/luot-thi/{attempt.public_id}/ket-qua"):
        assert f'href="{PAGE}"' in client.get(page).text
