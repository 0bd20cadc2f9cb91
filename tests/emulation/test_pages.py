"""Campaigns as citizens, unit staff and organisers see them."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.attempts.models import Attempt
from app.audit.models import AuditEntry
from app.emulation import draft_services
from app.emulation.criteria_json_rules import from_json, to_json
from app.emulation.draft_models import CriteriaDraft
from app.emulation.evaluation_services import evaluate
from app.emulation.models import Campaign, CriteriaVersion
from app.emulation.queries import latest_criteria
from app.enrolments.models import Enrolment
from app.integrity.models import Signal, SignalPerson
from app.jobs.runner import run_waiting_jobs
from app.permissions import Role
from app.ranking import live_services
from app.ranking import services as results
from app.ranking.models import Standing
from tests import world as worlds
from tests.emulation.world import AFTER, unit_of
from tests.factories import make_grant
from tests.portal.weeks import FIRST, organisers, round_of

PROGRESS = "/tai-khoan/thi-dua"
ORGANISER = "/ban-to-chuc/cuoc-thi/dan-van-kheo/thi-dua"
STAFF = "/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185/thi-dua"
MOST_STATEMENTS = 40


def staff_page(found, *parts, unit="185"):
    base = f"/can-bo/cuoc-thi/dan-van-kheo/vn-2024/{unit}/thi-dua"
    return "/".join([base, found.campaign.public_id, *parts])


def void(world, account, number):
    """The account's attempt in a week is voided, counted and evaluated."""
    enrolled = select(Enrolment.id).where(Enrolment.account_id == account.id).scalar_subquery()
    found = round_of(world, number)
    attempt = results.db.session.scalars(
        select(Attempt).where(Attempt.enrolment_id == enrolled, Attempt.round_id == found.id)
    ).one()
    results.void_attempt(found, attempt, actor_id=organisers()[0], reason="Nhờ người làm hộ", now=AFTER)
    live_services.tally(1000, now=AFTER)


# A citizen


def test_a_visitor_is_asked_to_sign_in(bac_son, client):
    assert client.get(PROGRESS).location == f"/dang-nhap?next={PROGRESS}"


def test_one_sees_every_criterion_with_its_reason_and_the_weeks_of_those_one_brought(
    bac_son, client, login, read
):
    login(client, bac_son.citizen)

    words = read(PROGRESS)

    assert "Thi đua Dân vận khéo huyện Bắc Sơn Đạt tiêu chí" in words
    assert "Bạn đã đủ tiêu chí" in words
    assert "Đạt. Có 2 tài khoản được tính, trong đó 2 tài khoản đã dự đủ (cần 2)." in words
    assert (
        "Thí S. M. H. T. M. đăng ký 07/04/2024 Được tính "
        "Tuần 1 : đã thi Tuần 2 : đã thi Tuần 3 : đã thi Tuần 4 : đã thi Tuần 5 : đã thi"
    ) in words
    for account in bac_son.brought:
        assert account.full_name not in words
    assert "Chưa có xác nhận của Thủ trưởng đơn vị." in words


def test_a_voided_attempt_says_what_it_took_away(world, db, bac_son, client, login, read):
    void(world, bac_son.brought[1], 3)
    evaluate(bac_son.campaign, now=AFTER + timedelta(hours=1))
    db.session.commit()
    login(client, bac_son.citizen)

    words = read(PROGRESS)

    assert "Chưa đạt. Có 2 tài khoản được tính, trong đó 1 tài khoản đã dự đủ (cần 2)." in words
    assert (
        "Tuần 1 : đã thi Tuần 2 : đã thi Tuần 3 : bỏ lỡ Tuần 4 : đã thi Tuần 5 : đã thi "
        "Chưa tính vì chưa dự đủ."
    ) in words
    assert "Bạn còn thiếu một điều kiện" in words
    assert "Không còn đủ tiêu chí." in words
    assert "Vận động người thân, bạn bè dự thi liên tục" in words


def test_somebody_elsewhere_has_no_campaign(bac_son, db, client, login, read):
    outside = worlds.make_unit("vn-2024", "06400", "xã", "Xa", None, "/20/06400/")
    login(client, worlds.make_person(outside.id, FIRST))

    assert "Chưa có đợt thi đua nào dành cho bạn" in read(PROGRESS)


def test_the_account_leads_there(bac_son, client, login, read):
    login(client, bac_son.citizen)

    assert f'href="{PROGRESS}"' in client.get("/tai-khoan").text


# Staff


@pytest.fixture
def staff(bac_son, client, login):
    login(client, bac_son.staff)
    return bac_son


def test_staff_see_the_campaign_the_lists_and_the_reasons(staff, client, read):
    assert "1 người đạt" in read(STAFF)
    assert staff.citizen.full_name in read(staff_page(staff))

    words = read(staff_page(staff, "nguoi", staff.citizen.public_id))

    assert "Thí sinh mẫu Liên Đạt tiêu chí" in words
    for account in staff.brought:
        assert account.full_name in words
    assert "Chưa có ai xác nhận." in words


def test_one_step_away_says_what_is_missing(world, db, staff, client, read):
    void(world, staff.brought[1], 3)
    evaluate(staff.campaign, now=AFTER)
    db.session.commit()

    words = read(f"{staff_page(staff)}?loc=gan-dat")

    assert "Thí sinh mẫu Liên" in words
    assert "Vận động người thân, bạn bè dự thi liên tục" in words
    assert "Chưa có ai đạt" in read(staff_page(staff))


def test_a_smaller_office_sees_its_own_people_only(staff, db, client, login, read):
    commune = worlds.make_person(unit_of("06328").id, FIRST)
    make_grant(commune, Role.STAFF, unit=unit_of("06328"))
    db.session.commit()
    login(client, commune)

    assert staff.citizen.full_name not in read(staff_page(staff, unit="06328"))
    assert client.get(staff_page(staff)).status_code == 404
    for public_id, status in ((staff.citizen.public_id, 404), (staff.brought[1].public_id, 200)):
        page = staff_page(staff, "nguoi", public_id, unit="06328")
        assert client.get(page).status_code == status


def test_people_are_found_by_name(staff, client):
    page = staff_page(staff, "tim")

    assert "Thí sinh mẫu Liên" in client.post(page, data={"q": "lien"}).text
    assert "Không có ai khớp" in client.post(page, data={"q": "khong ai ca"}).text
    assert client.post(page, data={"q": "x"}).status_code == 422


def test_the_list_comes_as_a_spreadsheet_and_is_on_record(staff, db, client):
    answer = client.post(f"{staff_page(staff, 'ket-qua.xlsx')}?loc=dat")

    sheet = load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("STT", "Họ và tên", "Đơn vị")
    assert rows[1][:5] == (1, "Thí sinh mẫu Liên", "Xã Bắc Quỳnh", 5, 5)
    assert len(rows) == 2
    assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "campaigns.exported"


def test_a_list_that_is_none_is_refused(staff, client):
    assert client.get(f"{staff_page(staff)}?loc=khac").status_code == 400
    assert client.get(f"{staff_page(staff)}?sau=mot").status_code == 400


def test_collectives_are_listed_with_what_they_lack(staff, client, read):
    words = read(staff_page(staff, "tap-the"))

    assert re.search("Xã Bắc Quỳnh +Chưa đạt +[0-9]", words)
    assert "Triển khai kịp thời đến toàn thể thành viên" in words
    assert "Chưa có xác nhận của Ban Dân vận." in read(staff_page(staff, "tap-the", "06325"))


def test_unit_staff_learn_only_that_a_case_is_looked_into(staff, db, client, read):
    standing = db.session.scalars(
        select(Standing)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Enrolment.account_id == staff.citizen.id)
    ).first()
    signal = Signal(public_id="c" * 32, round_id=standing.round_id, kind="referrals", fingerprint="f" * 64)
    signal.strength, signal.alike_people, signal.people, signal.evidence = 30, 0, 3, {"devices": 1}
    signal.found_at, signal.delete_on = AFTER, AFTER.date()
    db.session.add(signal)
    db.session.flush()
    db.session.add(
        SignalPerson(signal_id=signal.id, attempt_id=standing.attempt_id, enrolment_id=standing.enrolment_id)
    )
    db.session.commit()

    for page in (staff_page(staff), staff_page(staff, "nguoi", staff.citizen.public_id)):
        words = read(page)
        assert "Ban Tổ chức đang xem lại" in words
        assert "thiết bị" not in words.partition("</main>")[0].lower()


def test_reading_takes_few_statements_and_changes_nothing(staff, client, statements, unchanged):
    unchanged()

    for page in (staff_page(staff), staff_page(staff, "nguoi", staff.citizen.public_id)):
        with statements() as seen:
            assert client.get(page).status_code == 200
        assert len(seen) <= MOST_STATEMENTS, "\n".join(seen)


# Organisers


@pytest.fixture
def organiser(bac_son, client, login):
    login(client, bac_son.organiser)
    return bac_son


def editor_of(found):
    return f"{ORGANISER}/{found.campaign.public_id}/tieu-chi"


def fields_of(page):
    """What the form of a page would post, without its buttons."""
    form = page[page.index("<main") : page.rindex("</form>")]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        is_off = 'type="checkbox"' in tag and " checked" not in tag
        if name and not is_off and name[1] != "csrf_token":
            fields[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else re.search(r'<option value="([^"]*)"', options)[1]
    return fields


def test_a_campaign_begins_from_a_preset_and_shows_what_the_plan_leaves_open(organiser, db, client, read):
    answer = client.post(
        f"{ORGANISER}/moi",
        data={"name": "Lan tỏa", "plan": "", "unit": "185", "preset": "bac-son-2024"},
    )

    campaign = db.session.scalars(select(Campaign).order_by(Campaign.id.desc()).limit(1)).one()
    assert answer.location == f"{ORGANISER}/{campaign.public_id}/tieu-chi?mau=bac-son-2024"
    words = read(answer.location)
    assert "Người được vận động ở ngoài huyện vẫn được tính." in words
    assert "Vận động được ít nhất 2 tài khoản" in words
    run_waiting_jobs()
    assert "1 người đạt" in read(f"{ORGANISER}/{campaign.public_id}")
    assert "Lan tỏa" in read(ORGANISER)


@pytest.mark.parametrize("data", [{"name": "x"}, {"unit": "99"}, {"preset": "khac"}])
def test_a_wrong_campaign_keeps_what_was_typed(organiser, client, data):
    right = {"name": "Đợt thi đua mới", "plan": "", "unit": "185", "preset": "lan-toa"}

    answer = client.post(f"{ORGANISER}/moi", data=right | data)

    assert answer.status_code == 422
    assert "Kế hoạch" in answer.text


def test_criteria_change_only_after_it_was_shown_whom_that_moves(organiser, db, client, read):
    fields = fields_of(client.get(editor_of(organiser)).text)
    name = next(name for name in fields if name.endswith("-streak"))
    fields[name.replace("-streak", "-count")] = "3"

    answer = client.post(editor_of(organiser), data=fields | {"action": "count"})

    effect = f"{editor_of(organiser)}/thay-doi"
    assert answer.location == effect
    words = read(effect)
    assert "Đang tính ai thêm, ai bớt." in words
    assert "Trước: Vận động được ít nhất 2 tài khoản" in words
    assert "Nay: Vận động được ít nhất 3 tài khoản" in words
    asked_at = db.session.scalars(select(CriteriaDraft)).one().asked_at.isoformat()
    save = {"asked_at": asked_at, "reason": "Theo kế hoạch sửa đổi"}
    assert client.post(effect, data=save).status_code == 409

    run_waiting_jobs()
    assert "Thêm 0 người, bớt 1 người" in read(effect)
    assert organiser.citizen.full_name in read(effect)
    assert client.post(effect, data=save | {"reason": ""}).status_code == 422
    assert client.post(effect, data=save | {"asked_at": AFTER.isoformat()}).status_code == 409
    assert client.post(effect, data=save).status_code == 303

    versions = db.session.scalars(select(CriteriaVersion.version)).all()
    assert sorted(versions) == [1, 2]
    run_waiting_jobs()
    words = read(f"{ORGANISER}/{organiser.campaign.public_id}")
    assert "0 người đạt" in words
    assert "Tiêu chí, bản 2" in words
    assert "Theo kế hoạch sửa đổi" in words
    assert client.get(effect).location == editor_of(organiser)


def test_unchanged_criteria_are_not_counted(organiser, client):
    fields = fields_of(client.get(editor_of(organiser)).text)

    answer = client.post(editor_of(organiser), data=fields | {"action": "count"})

    assert answer.status_code == 409
    assert "không có gì khác" in answer.text


def test_somebody_elses_change_comes_first(organiser, db, client, read):
    """Two people begin from the same version; the second to save is told."""
    fields = fields_of(client.get(editor_of(organiser)).text)
    name = next(name for name in fields if name.endswith("-streak"))
    client.post(editor_of(organiser), data=fields | {name: "4", "action": "count"})
    other = organisers()[1]
    _version, criteria = latest_criteria(organiser.campaign)
    draft = draft_services.ask_effect(
        organiser.campaign,
        from_json({"individual": {"needed": None, "groups": []}, "collective": collective_of(criteria)}),
        base=1,
        account_id=other,
        now=AFTER,
    )
    draft_services.keep_effect(draft, {}, now=AFTER)
    draft_services.save_draft(
        organiser.campaign, reason="Bỏ phần cá nhân", asked_at=AFTER, account_id=other, now=AFTER
    )
    db.session.commit()
    run_waiting_jobs()

    effect = f"{editor_of(organiser)}/thay-doi"
    assert "vừa được người khác sửa thành bản 2" in read(effect)
    asked_at = db.session.scalars(select(CriteriaDraft)).one().asked_at.isoformat()
    answer = client.post(effect, data={"asked_at": asked_at, "reason": "Theo kế hoạch"})
    assert answer.status_code == 409


def collective_of(criteria):
    return to_json(criteria)["collective"]


def test_cards_are_added_moved_and_removed_by_plain_buttons(organiser, client, db):
    fields = fields_of(client.get(editor_of(organiser)).text)
    fields["i-1-new"] = "no_void"

    page = client.post(editor_of(organiser), data=fields | {"action": "add-i-1"}).text
    added = fields_of(page)
    assert added["i-1-2-kind"] == "no_void"
    page = client.post(editor_of(organiser), data=added | {"action": "up-i-1-2"}).text
    assert fields_of(page)["i-1-1-kind"] == "no_void"
    page = client.post(editor_of(organiser), data=fields_of(page) | {"action": "remove-i-1-1"}).text
    assert {name: value for name, value in fields_of(page).items() if not name.endswith("-new")} == {
        name: value for name, value in fields.items() if not name.endswith("-new")
    }
    page = client.post(editor_of(organiser), data=fields | {"action": "add-c"}).text
    assert fields_of(page)["c-2-code"] == "nhom-1"
    assert db.session.scalars(select(CriteriaDraft)).all() == []


def test_wrong_boxes_are_named_and_nothing_typed_is_lost(organiser, client):
    fields = fields_of(client.get(editor_of(organiser)).text)
    streak = next(name for name in fields if name.endswith("-streak"))
    fields |= {streak: "rất nhiều", "i-1-title": ""}

    answer = client.post(editor_of(organiser), data=fields | {"action": "count"})

    assert answer.status_code == 422
    assert "Bạn hãy ghi một số từ 0 đến 60." in answer.text
    assert "Bạn hãy ghi tên." in answer.text
    assert fields_of(answer.text)[streak] == "rất nhiều"
    page = client.post(editor_of(organiser), data=fields | {"action": "read"})
    assert page.status_code == 200


@pytest.mark.parametrize("action", ["add-i-99", "fly-i-1", "up-i-1-40", "remove-x-1"])
def test_a_button_that_is_not_there_is_refused(organiser, client, action):
    fields = fields_of(client.get(editor_of(organiser)).text)

    assert client.post(editor_of(organiser), data=fields | {"action": action}).status_code == 400


def test_a_campaign_is_counted_again_and_closed(organiser, db, client, read):
    base = f"{ORGANISER}/{organiser.campaign.public_id}"

    assert client.post(f"{base}/tinh-lai").status_code == 303
    assert "Đang tính lại kết quả." in read(base)
    run_waiting_jobs()
    assert "Đang tính lại" not in read(base)
    assert client.post(f"{base}/khep-lai").status_code == 303
    assert "Kết quả giữ nguyên từ lúc ấy." in read(base)
    assert client.post(f"{base}/khep-lai").status_code == 409


def test_a_campaign_of_another_contest_is_not_there(organiser, client):
    assert client.get(f"{ORGANISER}/{'0' * 32}").status_code == 404
    assert client.get(f"/ban-to-chuc/cuoc-thi/khac/thi-dua/{organiser.campaign.public_id}").status_code == 404
