"""Commendation through HTTP: organisers, every hand, the nominee, the public; forms that are wrong."""

import re

import pytest
from sqlalchemy import select

from app.accounts.models import RoleGrant
from app.commendation import report_rules
from app.commendation.models import AwardDecision, AwardingBody, Dossier, Hand
from app.commendation.workflow_rules import Act
from app.emulation.models import AccountResult
from app.enrolments.models import Enrolment
from app.extensions import db as extension
from app.text import public_name
from tests.commendation.conftest import NOW, REASON

STAFF = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185/khen-thuong"
COMMUNE = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/06325/khen-thuong"
ORGANISER = "/ban-to-chuc/cuoc-thi/dan-van-kheo/khen-thuong"
OWN = "/tai-khoan/khen-thuong"
PERSON, COLLECTIVE = (
    {box.name: f"{box.label} mẫu"[: box.maximum] for box in boxes if box.is_required}
    for boxes in (report_rules.PERSON_FIELDS, report_rules.COLLECTIVE_FIELDS)
)
HONOUR = {
    "honours-1-year": "2023",
    "honours-1-title": "Giấy khen",
    "honours-1-decision": "12/QĐ-UBND",
    "honours-1-issuer": "UBND xã",
}
MEETING = {
    "held_on_day": "16",
    "held_on_month": "4",
    "held_on_year": "2024",
    "place": "Phòng họp số 1",
    "chair": "Đồng chí Chủ tịch mẫu",
    "secretary": "Đồng chí Thư ký mẫu",
    "member_count": "9",
    "present_count": "8",
    "text": "Nhất trí.",
}
DECISION = {
    "decision_no": "123/QĐ-UBND",
    "signed_on_day": "16",
    "signed_on_month": "4",
    "signed_on_year": "2024",
    "signer": "Nguyễn Văn Mẫu",
    "signer_title": "Chủ tịch",
}
BODY = {
    "name": "Ban Thường vụ Huyện ủy mẫu",
    "award": "Giấy khen",
    "council": "Hội đồng mẫu",
    "quota_individual": "8",
    "quota_collective": "20",
    "approval_percent": "51",
    "form_no": "Mẫu số 08",
    "decree": "Nghị định số 98/2023/NĐ-CP",
    "days_chosen": "3",
    "days_reporting": "5",
    "days_returned": "3",
    "days_submitted": "3",
    "days_appraised": "2",
    "days_council": "4",
    "days_approved": "2",
    "days_decided": "2",
}


@pytest.fixture(autouse=True)
def at_noon(clock_at):
    clock_at(NOW)


@pytest.fixture
def visit(app, login):
    """visit(account) → a client on which the account is signed in."""

    def sign_in(account):
        client = app.test_client()
        login(client, account)
        return client

    return sign_in


@pytest.fixture
def pages(visit, desk):
    """The clients of the three hands."""
    return {
        "chooser": visit(desk.chooser),
        "appraiser": visit(desk.appraiser),
        "decider": visit(desk.decider),
    }


def text_of(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.text


def test_a_dossier_goes_from_the_flag_to_the_public_list(desk, nominee, pages, visit, client, db):
    account = nominee(best_rank=3)
    enrol(account, desk.contest_id)
    body = desk.body.public_id
    assert account.full_name in text_of(pages["chooser"].get(f"{STAFF}/co-quan/{body}/chon"))
    post(pages["chooser"], f"{STAFF}/co-quan/{body}/chon", chosen=[account.public_id])
    dossier = db.session.scalars(select(Dossier)).one()
    case = f"{STAFF}/ho-so/{dossier.public_id}"
    assert visit(account).get(f"{OWN}/{dossier.public_id}").status_code == 404
    post(pages["chooser"], f"{case}/viec", act="ask", reason="")

    own = visit(account)
    assert "Viết báo cáo thành tích" in text_of(own.get(OWN))
    assert "Số lượt thi: 0 lượt" in text_of(own.get(f"{OWN}/{dossier.public_id}"))
    post(own, f"{OWN}/{dossier.public_id}", action="save", **{**PERSON, "measures": ""})
    post(own, f"{OWN}/{dossier.public_id}", action="submit", **PERSON, **HONOUR)

    assert "Việc chờ tôi" in text_of(pages["appraiser"].get(STAFF))
    shown = text_of(pages["appraiser"].get(case))
    assert "Biện pháp, sáng kiến đã làm mẫu" in shown and "12/QĐ-UBND" in shown
    post(pages["appraiser"], f"{case}/viec", act="appraise", reason="Đủ điều kiện.")
    post(pages["appraiser"], f"{case}/viec", act="present", reason="")
    council = f"{STAFF}/co-quan/{body}/hoi-dong"
    assert "Số phiếu đồng ý" in text_of(pages["appraiser"].get(council))
    post(pages["appraiser"], council, **MEETING, **{f"votes_{dossier.number}": "7"})
    decisions = f"{STAFF}/co-quan/{body}/quyet-dinh"
    assert account.full_name in text_of(pages["decider"].get(decisions))
    post(pages["decider"], decisions, **DECISION, chosen=[dossier.public_id])
    public = "/cuoc-thi/dan-van-kheo/khen-thuong"
    assert "123/QĐ-UBND" not in text_of(client.get(public))
    decision = db.session.scalars(select(AwardDecision)).one()
    post(pages["decider"], f"{decisions}/{decision.public_id}/cong-bo")

    shown = text_of(client.get(public))
    assert "123/QĐ-UBND" in shown
    assert public_name(account.full_name) in shown
    assert account.full_name not in shown
    told = text_of(own.get(OWN))
    assert "Công bố" in told and "Thẩm định: đủ điều kiện" in told
    assert "Quyết định số 123/QĐ-UBND" in text_of(own.get(f"{OWN}/{dossier.public_id}"))


def enrol(account, contest_id):
    extension.session.add(
        Enrolment(
            contest_id=contest_id,
            account_id=account.id,
            unit_id=account.unit_id,
            league="",
            age=30,
            contestant_no=100000 + account.id,
            created_at=NOW,
        )
    )
    extension.session.commit()


def post(client, path, status=303, **values):
    answer = client.post(path, data=values)
    assert answer.status_code == status, answer.text
    extension.session.expire_all()
    return answer


def test_a_collective_s_staff_write_its_report(desk, collective, pages, staff, visit, db):
    writer = visit(staff(collective))
    db.session.commit()
    chosen = f"{STAFF}/co-quan/{desk.body.public_id}/chon?loai=tap-the"
    assert "60,0%" in text_of(pages["chooser"].get(chosen))
    post(pages["chooser"], chosen, chosen=[collective.code])
    dossier = db.session.scalars(select(Dossier)).one()
    desk.act(dossier, Act.ASK, desk.chooser)

    assert "Việc chờ tôi" in text_of(writer.get(COMMUNE))
    page = f"{COMMUNE}/ho-so/{dossier.public_id}/bao-cao"
    assert "Cơ cấu tổ chức" in text_of(writer.get(page))
    shown = text_of(post(writer, page, 422, action="submit", **{**COLLECTIVE, "tasks": ""}), 422)
    assert "Bạn hãy ghi: chức năng, nhiệm vụ được giao." in shown
    assert "Cơ cấu tổ chức mẫu" in shown
    post(writer, page, action="submit", **COLLECTIVE)
    assert "Hiện không sửa được báo cáo" in text_of(writer.get(page))
    assert "Chức năng, nhiệm vụ được giao mẫu" in text_of(writer.get(f"{COMMUNE}/ho-so/{dossier.public_id}"))


def test_a_refusal_needs_ground_and_reason_and_is_told(desk, nominee, pages, visit):
    account = nominee()
    dossier = desk.submitted(account)
    case = f"{STAFF}/ho-so/{dossier.public_id}/viec"
    shown = text_of(post(pages["appraiser"], case, 422, act="reject", reason="Ngắn"), 422)
    assert "Bạn hãy chọn căn cứ từ chối." in shown
    assert "Bạn hãy ghi lý do, ít nhất 10 ký tự." in shown
    assert "Ngắn</textarea>" in shown
    post(pages["appraiser"], case, act="reject", reason=REASON, ground="below_standard")

    for page in (visit(account).get(OWN), pages["chooser"].get(STAFF)):
        assert REASON in text_of(page)
        assert "không đủ tiêu chuẩn" in page.text


def test_returned_reports_say_why_and_are_written_again(desk, nominee, visit):
    account = nominee()
    dossier = desk.submitted(account)
    desk.act(dossier, Act.RETURN, desk.appraiser, reason=REASON)
    own = visit(account)
    shown = text_of(own.get(f"{OWN}/{dossier.public_id}"))
    assert "Cần bổ sung báo cáo." in shown and REASON in shown
    assert "Họ và tên mẫu" in shown
    post(own, f"{OWN}/{dossier.public_id}", action="submit", **PERSON)
    assert desk.case(dossier).dossier.state == "submitted"


def test_another_row_of_honours_loses_nothing(desk, nominee, visit):
    account = nominee()
    (dossier,) = desk.choose(account)
    desk.act(dossier, Act.ASK, desk.chooser)
    answer = visit(account).post(
        f"{OWN}/{dossier.public_id}",
        data={"action": "row", "measures": "Đi từng nhà.", **HONOUR, "honours-2-year": ""},
    )
    shown = text_of(answer)
    assert "Đi từng nhà." in shown and "12/QĐ-UBND" in shown and "honours-3-year" in shown


def test_a_nominee_may_decline(desk, nominee, visit):
    account = nominee()
    (dossier,) = desk.choose(account)
    desk.act(dossier, Act.ASK, desk.chooser)
    own = visit(account)
    post(own, f"{OWN}/{dossier.public_id}/rut")
    assert desk.case(dossier).dossier.state == "withdrawn"
    assert "Đã rút" in text_of(own.get(OWN))


def test_other_people_s_dossiers_do_not_exist(desk, nominee, visit, staff, commune, db):
    dossier = desk.submitted(nominee())
    stranger = visit(nominee())
    assert stranger.get(f"{OWN}/{dossier.public_id}").status_code == 404
    elsewhere = visit(staff(db.session.scalars(select(commune.__class__).filter_by(code="06328")).one()))
    db.session.commit()
    assert elsewhere.get(f"{STAFF}/ho-so/{dossier.public_id}").status_code == 404
    other = STAFF.replace("/185/", "/06328/")
    assert elsewhere.get(f"{other}/ho-so/{dossier.public_id}").status_code == 404
    assert elsewhere.get(f"{other}/co-quan/{desk.body.public_id}/chon").status_code == 404
    assert elsewhere.get(other).status_code == 200


def test_frozen_figures_stand_beside_what_changed(desk, nominee, pages):
    dossier = desk.submitted(nominee())
    shown = text_of(pages["appraiser"].get(f"{STAFF}/ho-so/{dossier.public_id}"))
    assert "Số liệu đã thay đổi sau khi nộp." in shown
    assert "lúc nộp “5/5”" in shown
    assert re.search(r"hiện nay “0/1 tuần”", shown)


def test_whoever_lost_the_flag_is_marked(desk, nominee, pages, campaign, db):
    account = nominee()
    dossier = desk.submitted(account)
    result = db.session.get_one(AccountResult, (campaign.id, account.id))
    result.is_met, result.missing_count = False, 1
    db.session.commit()
    assert "Hiện không còn đạt tiêu chí." in text_of(
        pages["appraiser"].get(f"{STAFF}/ho-so/{dossier.public_id}")
    )


def test_a_wrong_meeting_keeps_what_was_typed(desk, nominee, pages):
    dossier = desk.submitted(nominee())
    desk.act(dossier, Act.APPRAISE, desk.appraiser)
    desk.act(dossier, Act.PRESENT, desk.appraiser)
    council = f"{STAFF}/co-quan/{desk.body.public_id}/hoi-dong"
    shown = text_of(post(pages["appraiser"], council, 422, **{**MEETING, "present_count": "10"}), 422)
    assert "Số có mặt không thể nhiều hơn số thành viên." in shown
    assert "Đồng chí Chủ tịch mẫu" in shown
    post(pages["appraiser"], council, 409, **MEETING)
    post(pages["decider"], council, 409, **MEETING, **{f"votes_{dossier.number}": "7"})


def test_organisers_name_a_body_and_its_people(campaign, district, organiser, staff, visit, db):
    person = staff()
    db.session.commit()
    page = visit(organiser)
    assert "Chưa có cơ quan khen thưởng" in text_of(page.get(ORGANISER))
    new = f"{ORGANISER}/co-quan-moi"
    assert "Mẫu số 08" in text_of(page.get(new))
    place = {"campaign": campaign.public_id, "unit": district.code}
    post(page, new, 422, **place, **{**BODY, "quota_individual": "nhiều"})
    post(page, new, **place, **BODY)
    post(page, new, 422, **place, **BODY)
    body = db.session.scalars(select(AwardingBody)).one()
    own = f"{ORGANISER}/co-quan/{body.public_id}"
    post(page, own, **{**BODY, "quota_individual": "9", "days_submitted": "7"})
    assert (body.quota_individual, body.deadlines["submitted"]) == (9, 7)
    post(page, f"{own}/nguoi-lam", step="choose", person=person.public_id)
    shown = text_of(post(page, f"{own}/nguoi-lam", 422, step="decide", person=person.public_id), 422)
    assert "Người này đã làm một bước khác" in shown
    hand = db.session.scalars(select(Hand)).one()
    post(page, f"{own}/nguoi-lam/{hand.id}/thoi")
    assert hand.ended_at is not None


def test_a_body_s_place_lies_in_its_campaign(campaign, organiser, visit, db):
    page = visit(organiser)
    place = {"campaign": campaign.public_id, "unit": "20"}
    post(page, f"{ORGANISER}/co-quan-moi", 422, **place, **BODY)
    assert db.session.scalars(select(AwardingBody)).all() == []


def test_staff_do_not_name_bodies(desk, pages):
    assert pages["chooser"].get(ORGANISER).status_code == 403


def test_whoever_lost_the_role_does_no_step(desk, nominee, pages, db):
    dossier = desk.submitted(nominee())
    for grant in db.session.scalars(select(RoleGrant).filter_by(account_id=desk.appraiser.id)):
        grant.valid_to = NOW
    db.session.commit()
    post(pages["appraiser"], f"{STAFF}/ho-so/{dossier.public_id}/viec", 403, act="appraise", reason="")


def test_the_quota_is_told_when_it_is_full(desk, nominee, pages):
    accounts = [nominee() for _ in range(4)]
    chosen = f"{STAFF}/co-quan/{desk.body.public_id}/chon"
    ids = [account.public_id for account in accounts]
    assert "Số lượng còn 3, bạn chọn 4." in text_of(post(pages["chooser"], chosen, 409, chosen=ids), 409)
    post(pages["chooser"], chosen, chosen=ids[:3])
    assert "Đã đủ số lượng được khen." in text_of(pages["chooser"].get(chosen))
    post(pages["chooser"], chosen, 422)
