"""The papers of a commendation: what is written on them, who gets them, and the letter's public page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import RoleGrant
from app.commendation import document_jobs, document_services, dossier_queries
from app.commendation import document_queries as queries
from app.commendation import document_rules as rules
from app.commendation.document_models import CommendationDocument
from app.commendation.document_rules import Paper
from app.commendation.template_models import WordTemplate
from app.commendation.workflow_rules import Act
from app.enrolments.models import Enrolment
from app.files.services import get_file_body, store_file
from app.jobs.runner import run_waiting_jobs
from tests.commendation.conftest import NOW, OPENS, REASON
from tests.commendation.word import make_word, words_of

PLACE = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185/khen-thuong"


@pytest.fixture
def made(db):
    """made(document) → the words of the paper that the job made."""

    def make(document):
        db.session.commit()
        run_waiting_jobs()
        db.session.expire_all()
        found = db.session.get_one(CommendationDocument, document.id)
        assert found.problem is None
        return words_of(get_file_body(found.sha256))

    return make


@pytest.fixture
def awarded(desk, nominee, db):
    """awarded() → the case of a person whom a published decision commends."""

    def make(*, publishes=True, **person):
        account = nominee()
        for name, value in person.items():
            setattr(account, name, value)
        dossier = desk.approved(account)
        decision = desk.decide(dossier)
        if publishes:
            desk.publish(decision)
        return dossier_queries.get_case(dossier.id)

    return make


def enrol(case, db, number=20_000_001):
    values = {"league": "", "age": 30, "contestant_no": number, "created_at": OPENS}
    db.session.add(
        Enrolment(
            contest_id=case.contest.id, account_id=case.account.id, unit_id=case.account.unit_id, **values
        )
    )
    db.session.commit()


def words(response):
    text = re.sub(r"<[^>]+>", " ", response.text[response.text.index("<main") :])
    return re.sub(r"\s+", " ", text)


def ask(function, *subject, actor):
    return function(*subject, actor_id=actor.id, now=NOW)


def test_the_report_holds_what_was_submitted_and_the_frozen_facts(desk, nominee, made):
    account = nominee()
    account.full_name = "Thí sinh mẫu Ưỡng & <b>Ễ</b>"
    dossier = desk.submitted(account)
    case = dossier_queries.get_case(dossier.id)

    printed = made(ask(document_services.request_report, case, actor=desk.chooser))

    assert "BÁO CÁO THÀNH TÍCH" in printed
    assert "- Họ và tên: Họ và tên mẫu" in printed
    assert {"Số tuần đã thi", "5/5", "Số người được vận động đủ điều kiện", "2"} <= set(printed)
    assert {"2023", "12/QĐ-UBND, 01/02/2023"} <= set(printed)
    assert "Mẫu số 08" in printed


def test_a_collectives_report_has_its_own_form(desk, collective, staff, made):
    (dossier,) = desk.choose(collective)
    desk.act(dossier, Act.ASK, desk.chooser)
    desk.submit(dossier, staff(collective))

    case = dossier_queries.get_case(dossier.id)
    printed = made(ask(document_services.request_report, case, actor=desk.chooser))

    assert "- Năm thành lập: Năm thành lập mẫu" in printed
    assert not [text for text in printed if "Họ và tên:" in text]


def test_lists_number_people_and_leave_out_the_refused(desk, nominee, made):
    people = [nominee() for _ in range(3)]
    for number, account in enumerate(people, 1):
        account.full_name = f"Thí sinh mẫu Số {number}"
    dossiers = [desk.submitted(account) for account in people]
    desk.reject(dossiers[1], desk.appraiser)

    printed = made(document_services.request_list(desk.body, Paper.LIST, actor_id=desk.chooser.id, now=NOW))

    assert "A. CÁ NHÂN (2)" in printed
    assert {"Thí sinh mẫu Số 1", "Thí sinh mẫu Số 3"} <= set(printed)
    assert "Thí sinh mẫu Số 2" not in printed
    assert "Số tuần đã thi: 5/5; Số người được vận động đủ điều kiện: 2" in printed


def test_minutes_and_decision_say_what_was_recorded(desk, nominee, made):
    dossier = desk.approved(nominee())
    decision = desk.decide(dossier)
    meeting = dossier_queries.votes_of(dossier_queries.get_case(dossier.id))[0].meeting

    minutes = made(ask(document_services.request_minutes, desk.body, meeting, actor=desk.appraiser))
    decided = made(ask(document_services.request_decision, desk.body, decision, actor=desk.decider))

    assert "Địa điểm: Phòng họp số 1." in minutes
    assert {"8", "100,0%", "Đồng ý đề nghị khen"} <= set(minutes)
    assert any("có mặt 8/9 thành viên" in text for text in minutes)
    assert any("123/QĐ-UBND" in text for text in decided)
    assert any("Điều 1. Tặng Giấy khen cho 1 cá nhân" in text for text in decided)


def test_a_revoked_award_is_no_longer_on_the_decision(desk, awarded):
    case = awarded()
    decision = dossier_queries.find_decision_of(case)
    assert [one.name for one in queries.awarded_of(decision)] == [case.name]

    desk.act(case.dossier, Act.REVOKE, desk.decider, reason=REASON)

    assert queries.awarded_of(decision) == []


def test_papers_wait_for_their_time(desk, nominee):
    (dossier,) = desk.choose(nominee())
    case = dossier_queries.get_case(dossier.id)

    with pytest.raises(rules.NoReport):
        ask(document_services.request_report, case, actor=desk.chooser)
    with pytest.raises(rules.NotAwarded):
        ask(document_services.request_letter, case, actor=desk.chooser)
    with pytest.raises(rules.NobodyProposed):
        document_services.request_list(desk.body, Paper.PROPOSAL, actor_id=desk.chooser.id, now=NOW)


def test_what_stands_in_the_way_is_said(desk, nominee, organiser, db):
    """A field that a later version of the system no longer knows."""
    desk.submitted(nominee())
    content = make_word("{{ truong_cu }}")
    values = {"name": "cu.docx", "chosen_by": organiser.id, "chosen_at": NOW}
    digest = store_file(content, document_services.DOCX_TYPE, now=NOW)
    db.session.add(WordTemplate(contest_id=desk.contest_id, kind="list", number=1, sha256=digest, **values))
    asked = document_services.request_list(desk.body, Paper.LIST, actor_id=desk.chooser.id, now=NOW)
    db.session.commit()

    run_waiting_jobs()
    db.session.expire_all()

    document = db.session.get_one(CommendationDocument, asked.id)
    assert document.problem == "Mẫu dùng trường “truong_cu”, loại văn bản này không có trường đó."
    assert document.sha256 is None


def test_the_letter_has_the_code_and_the_decision(awarded, desk, db):
    case = awarded(full_name="Thí sinh mẫu Ưỡng & <b>Ễ</b>")
    html = document_jobs.letter_html(case)
    code = case.dossier.code

    assert "Thí sinh mẫu Ưỡng &amp; &lt;b&gt;Ễ&lt;/b&gt;" in html
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in html
    assert f"http://localhost/chung-nhan/{code}" in html
    assert "Quyết định số 123/QĐ-UBND" in html

    asked = ask(document_services.request_letter, case, actor=desk.decider)
    db.session.commit()
    run_waiting_jobs()
    db.session.expire_all()
    assert get_file_body(db.session.get_one(CommendationDocument, asked.id).sha256).startswith(b"%PDF-")


def test_staff_ask_and_take_home(desk, awarded, client, login, clock_at):
    case = awarded()
    clock_at(NOW)
    login(client, desk.chooser)
    address = f"{PLACE}/ho-so/{case.dossier.public_id}/van-ban"

    answers = [client.post(address, data={"paper": paper}) for paper in ("report", "letter")]
    run_waiting_jobs()
    page = client.get(answers[0].location)
    files = [client.get(link) for link in re.findall(r'href="([^"]+/van-ban/\d+)"', page.text)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [file.headers["Content-Disposition"] for file in files] == [
        'attachment; filename="bao-cao-thanh-tich-001.docx"',
        'attachment; filename="giay-khen-001.pdf"',
    ]
    assert files[0].data.startswith(b"PK")
    assert files[1].data.startswith(b"%PDF-")


def test_the_bodys_papers_are_on_one_page(desk, awarded, client, login, clock_at):
    awarded()
    clock_at(NOW)
    login(client, desk.appraiser)
    address = f"{PLACE}/co-quan/{desk.body.public_id}/van-ban"
    before = client.get(address)
    forms = re.findall(
        r'name="paper" value="(\w+)">\s*(?:<input type="hidden" name="of" value="(\w+)">)?', before.text
    )

    for paper, of in forms:
        assert client.post(address, data={"paper": paper, "of": of}).status_code == 303
    run_waiting_jobs()
    links = re.findall(r'href="([^"]+/van-ban/\d+)"', client.get(address).text)

    assert [paper for paper, _of in forms] == ["proposal", "list", "minutes", "decision"]
    assert len(links) == 4
    assert all(client.get(link).data.startswith(b"PK") for link in links)


@pytest.mark.parametrize("data", [{}, {"paper": "letter"}, {"paper": "list", "x": "1"}, {"paper": "khac"}])
def test_a_wrong_form_makes_nothing(desk, client, login, clock_at, db, data):
    clock_at(NOW)
    login(client, desk.appraiser)

    response = client.post(f"{PLACE}/co-quan/{desk.body.public_id}/van-ban", data=data)

    assert response.status_code == 400
    assert db.session.scalars(select(CommendationDocument)).all() == []


def test_nobody_else_gets_a_paper(desk, awarded, staff, commune, client, login, clock_at, db):
    """A paper of another dossier, another unit's staff, a paper that is not made yet."""
    case = awarded()
    asked = ask(document_services.request_report, case, actor=desk.chooser)
    other = staff(commune)
    db.session.commit()
    clock_at(NOW)
    address = f"{PLACE}/ho-so/{case.dossier.public_id}/van-ban"

    login(client, desk.chooser)
    assert client.get(f"{address}/{asked.id}").status_code == 404
    run_waiting_jobs()
    assert client.get(f"{address}/{asked.id}").status_code == 200
    assert client.get(f"{PLACE}/co-quan/{desk.body.public_id}/van-ban/{asked.id}").status_code == 404
    assert client.get(f"{address}/{asked.id + 1}").status_code == 404
    login(client, other)
    assert client.get(f"{address}/{asked.id}").status_code == 404
    below = f"/can-bo/cuoc-thi/dan-van-kheo/vn-2024/{commune.code}/khen-thuong"
    assert client.get(f"{below}/co-quan/{desk.body.public_id}/van-ban").status_code == 404


def test_the_public_sees_a_published_letter_by_the_rule_of_names(awarded, client, db):
    case = awarded()
    enrol(case, db)

    page = client.get(f"/chung-nhan/{case.dossier.code}")

    assert "Giấy này có thật và còn giá trị." in words(page)
    assert "Cá nhân được khen Thí S. M. T., Huyện Bắc Sơn" in words(page)
    assert "Quyết định số 123/QĐ-UBND Ngày ký 16/04/2024" in words(page)
    assert case.account.full_name not in page.text
    assert case.account.sign_in_name[3:] not in page.text


def test_a_letter_tells_nothing_before_it_is_published(awarded, client):
    case = awarded(publishes=False)

    page = words(client.get(f"/chung-nhan/{case.dossier.code}"))

    assert "Quyết định chưa được công bố." in page
    assert "123/QĐ-UBND" not in page
    assert "Thí S." not in page


def test_a_revoked_letter_says_so(awarded, desk, client, db):
    case = awarded()
    enrol(case, db)
    desk.act(case.dossier, Act.REVOKE, desk.decider, reason=REASON)

    page = words(client.get(f"/chung-nhan/{case.dossier.code}"))

    assert "Khen thưởng này đã bị thu hồi." in page
    assert "123/QĐ-UBND" in page
    assert "Thí S." not in page


def test_staff_of_another_time_see_nothing(desk, awarded, client, login, clock_at, db):
    case = awarded()
    grant = db.session.scalars(select(RoleGrant).filter_by(account_id=desk.chooser.id)).one()
    grant.valid_to = NOW
    db.session.commit()
    clock_at(NOW + timedelta(hours=1))
    login(client, desk.chooser)

    paper = client.post(f"{PLACE}/ho-so/{case.dossier.public_id}/van-ban", data={"paper": "report"})
    assert paper.status_code == 403
    assert db.session.scalars(select(CommendationDocument)).all() == []


def test_a_person_who_never_enrolled_stays_unnamed(awarded, client):
    assert "Một cá nhân" in words(client.get(f"/chung-nhan/{awarded().dossier.code}"))


def test_names_of_collectives_are_public(desk, collective, staff, client):
    (dossier,) = desk.choose(collective)
    desk.act(dossier, Act.ASK, desk.chooser)
    desk.submit(dossier, staff(collective))
    desk.act(dossier, Act.APPRAISE, desk.appraiser)
    desk.act(dossier, Act.PRESENT, desk.appraiser)
    desk.meet(dossier)
    desk.publish(desk.decide(dossier))

    code = dossier_queries.get_case(dossier.id).dossier.code
    assert "Tập thể được khen Xã Bắc Quỳnh" in words(client.get(f"/chung-nhan/{code}"))
