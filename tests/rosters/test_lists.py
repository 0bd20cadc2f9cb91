"""A list from upload to slips and back, through the pages."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from app.accounts.models import Account, ResetLink
from app.accounts.session_services import token_hash
from app.audit.models import AuditEntry
from app.contests.models import Contest
from app.files.models import StoredFile
from app.jobs.runner import run_waiting_jobs
from app.permissions import Role
from app.rosters import slip_rules, slip_services
from app.rosters.jobs import forget_old_lists
from app.rosters.models import RosterImport, RosterMember, SlipSheet
from app.units.models import Unit
from tests.factories import make_account, make_grant
from tests.rosters.conftest import NOW, book

ONE = [1, "Thí sinh mẫu Một", date(1987, 9, 5), "Nữ", 912345678, "Bắc Quỳnh", "=1+1"]
TWO = [2, "Thí sinh mẫu Hai", "5/9/1990", "Nam", "", "Xã Chiêu Vũ", ""]

NAMES = ["Thí sinh mẫu Một", "Thí sinh mẫu Hai"]


def upload(desk, place, content, name="danh-sach.xlsx"):
    return desk.post(place("danh-sach"), data={"file": (io.BytesIO(content), name)})


def bring_in(desk, place, *rows):
    """Upload and confirm; the answer of the confirmation."""
    shown = upload(desk, place, book(*rows), "danh-sach.xlsx")
    assert shown.status_code == 303
    page = desk.get(shown.location)
    digest = page.text.partition('name="digest"')[2].partition('value="')[2][:64]
    return desk.post(shown.location, data={"digest": digest})


def people(db):
    query = select(Account.full_name).where(Account.full_name.in_(NAMES))
    return db.session.execute(query.order_by(Account.id)).all()


def test_a_list_becomes_accounts_that_wait_for_their_people(desk, place, db, commune, sibling):
    made = bring_in(desk, place, [*ONE[:6], "Chi hội trưởng"], TWO)

    assert made.status_code == 303
    rows = db.session.scalars(
        select(Account)
        .where(Account.full_name.in_(["Thí sinh mẫu Một", "Thí sinh mẫu Hai"]))
        .order_by(Account.id)
    ).all()
    one, two = rows
    assert (one.sign_in_name, one.unit_id, one.gender) == ("+84912345678", commune.id, "female")
    assert (one.date_of_birth.isoformat(), one.workplace, one.password_hash) == (
        "1987-09-05",
        "Chi hội trưởng",
        None,
    )
    assert (two.sign_in_kind, two.unit_id, two.date_of_birth.isoformat()) == (
        "code",
        sibling.id,
        "1990-09-05",
    )
    found = db.session.scalars(select(RosterImport)).one()
    assert (found.rows, found.counts) == (None, {"new": 2, "known": 0, "doubtful": 0})
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "rosters.confirmed")).all()
    assert [entry.details["file"] for entry in entries] == [found.file_sha256]


def test_everything_wrong_is_shown_and_nothing_is_made(desk, place, db):
    before = db.session.scalar(select(func.count()).select_from(Account))
    shown = upload(desk, place, book([*ONE[:2], "31/02/1990", "x", "12", "Xã Lạ", ""], TWO))
    page = desk.get(shown.location)

    assert page.status_code == 200
    for words in (
        "4 chỗ cần sửa trong tệp",
        "không phải ngày",
        "Nam, Nữ hoặc để trống",
        "thuộc phạm vi của bạn",
    ):
        assert words in page.text
    assert desk.post(shown.location, data={"digest": "0" * 64}).status_code == 409
    assert db.session.scalar(select(func.count()).select_from(Account)) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no spreadsheet", "Không mở được tệp này bằng Excel"),
        (b"PK\x03\x04 broken", "bị hỏng"),
        (book(ONE, head=["A", "B"]), "Không thấy dòng tiêu đề"),
        (book(), "chưa có người nào"),
        (b"", "rỗng"),
        (book(ONE), "công thức"),
        (b"PK\x03\x04" + bytes(5 * 1024 * 1024), "5 MB"),
    ],
    ids=["text", "broken", "header", "empty sheet", "empty", "formula", "large"],
)
def test_files_that_are_no_list_are_refused_in_words(desk, place, content, words):
    answer = upload(desk, place, content)
    page = desk.get(answer.location) if answer.status_code == 303 else answer

    assert words in page.text
    assert (answer.status_code, page.status_code) in ((303, 200), (422, 422))


def test_whoever_is_registered_is_recognised(desk, place, db, commune, sibling):
    born = date(1987, 9, 5)
    known = make_account(
        commune, full_name="Thi sinh mau Mot", date_of_birth=born, sign_in_name="+84912345678"
    )
    make_account(sibling, full_name="Thí sinh mẫu Ba", date_of_birth=born, sign_in_name="K2345678A")
    db.session.commit()

    bring_in(desk, place, [*ONE[:6], ""], TWO, [3, "Thí sinh mẫu Ba", "05/09/1987", "", "", "Bắc Quỳnh", ""])

    found = db.session.scalars(select(RosterImport)).one()
    assert found.counts == {"new": 1, "known": 1, "doubtful": 1}
    members = db.session.execute(select(RosterMember.account_id, RosterMember.is_new)).all()
    assert (known.id, False) in [tuple(row) for row in members]
    assert len(members) == 2


def test_what_was_shown_is_what_is_made(desk, place, db, commune):
    shown = upload(desk, place, book([*ONE[:6], ""]))
    digest = desk.get(shown.location).text.partition('name="digest"')[2].partition('value="')[2][:64]
    make_account(commune, full_name="Người khác", sign_in_name="+84912345678")
    db.session.commit()

    answer = desk.post(shown.location, data={"digest": digest})

    assert answer.status_code == 409
    assert "Đã có thay đổi từ khi bạn mở trang." in answer.text
    assert db.session.scalars(select(RosterMember)).all() == []


def test_a_list_can_be_taken_back_until_somebody_signs_in(desk, place, db):
    address = bring_in(desk, place, [*ONE[:6], ""], TWO).location
    assert [row.full_name for row in people(db)] == NAMES

    assert desk.post(f"{address}/rut-lai").status_code == 303
    assert people(db) == []
    assert desk.post(f"{address}/rut-lai").status_code == 409

    address = bring_in(desk, place, [*ONE[:6], ""], TWO).location
    db.session.execute(
        Account.__table__.update().where(Account.full_name == "Thí sinh mẫu Hai").values(password_hash="x")
    )
    db.session.commit()
    assert desk.post(f"{address}/rut-lai").status_code == 409
    assert [row.full_name for row in people(db)] == NAMES


def test_slips_carry_links_that_work_once_and_end(desk, place, db, client, clock_at):
    address = bring_in(desk, place, [*ONE[:6], ""], TWO).location
    list_id = address.rpartition("/")[2]

    asked = desk.post(place(f"phieu/danh-sach/{list_id}/1"))
    assert asked.status_code == 303
    assert "Đang tạo" in desk.get(place("phieu")).text
    run_waiting_jobs()
    sheet = db.session.scalars(select(SlipSheet)).one()
    pdf = desk.get(place(f"phieu/{sheet.id}/phieu.pdf"))

    assert pdf.data.startswith(b"%PDF-") and pdf.headers["Cache-Control"] == "no-store"
    links = db.session.scalars(select(ResetLink)).all()
    assert len(links) == 2
    assert {link.expires_at - link.issued_at for link in links} == {slip_rules.LINK_LIFETIME}

    assert desk.post(place(f"phieu/{sheet.id}/lai")).status_code == 303
    run_waiting_jobs()
    db.session.expire_all()
    assert len(db.session.scalars(select(ResetLink).where(ResetLink.used_at.is_(None))).all()) == 2
    assert len(db.session.scalars(select(ResetLink)).all()) == 4

    clock_at(NOW + timedelta(days=1, hours=1))
    assert desk.get(place(f"phieu/{sheet.id}/phieu.pdf")).status_code in (302, 401, 404)
    assert forget_old_lists() == 1
    kept = db.session.scalars(select(StoredFile).where(StoredFile.media_type == slip_services.PDF_TYPE)).all()
    assert kept == []


def test_a_slips_link_lets_its_owner_in(desk, place, db, client, app):
    bring_in(desk, place, [*ONE[:6], ""])
    account = db.session.scalars(select(Account).where(Account.sign_in_name == "+84912345678")).one()
    sheet = slip_services.request_slips(*_place_rows(db), [account.id], actor_id=account.id, now=NOW)
    token = slip_services.make_links(sheet, [account], now=NOW)[account.id]
    db.session.commit()

    answer = app.test_client().post(
        f"/dat-lai-mat-khau/{token}", data={"password": "con suối chảy qua bản", "consent": "y"}
    )

    assert answer.status_code == 303
    db.session.refresh(account)
    assert account.password_hash is not None
    used = db.session.scalars(select(ResetLink).where(ResetLink.token_hash == token_hash(token))).one()
    assert used.used_at is not None
    with pytest.raises(slip_rules.NobodyWaits):
        slip_services.request_slips(*_place_rows(db), [account.id], actor_id=account.id, now=NOW)


def _place_rows(db):
    row = db.session.scalars(select(RosterImport)).first()
    contest = db.session.get_one(Contest, row.contest_id)
    return contest, db.session.get_one(Unit, row.unit_id)


def test_slips_are_for_who_asked_for_them(desk, place, db, app, login, district):
    address = bring_in(desk, place, TWO).location
    desk.post(place(f"phieu/danh-sach/{address.rpartition('/')[2]}/1"))
    run_waiting_jobs()
    sheet = db.session.scalars(select(SlipSheet)).one()
    colleague = make_account(district)
    make_grant(colleague, Role.STAFF, unit=district)
    db.session.commit()
    other = app.test_client()
    login(other, colleague)

    assert desk.get(place(f"phieu/{sheet.id}/phieu.pdf")).status_code == 200
    assert other.get(place(f"phieu/{sheet.id}/phieu.pdf")).status_code == 404
    assert "Bạn chưa in phiếu nào" in other.get(place("phieu")).text


def test_an_unconfirmed_list_is_forgotten_after_a_day(desk, place, db, clock_at):
    upload(desk, place, book([*ONE[:6], ""]))
    assert forget_old_lists() == 0

    clock_at(NOW + timedelta(days=1, minutes=1))
    assert forget_old_lists() == 1
    assert db.session.scalars(select(RosterImport)).all() == []


def test_the_sample_reads_as_a_list(desk, place, db):
    content = desk.get(place("danh-sach/mau.xlsx")).data
    sheet = openpyxl.load_workbook(io.BytesIO(content))

    assert sheet.sheetnames == ["Danh sách", "Đơn vị"]
    assert [cell.value for cell in sheet["Đơn vị"]["B"]] == ["Đơn vị", "Xã Bắc Quỳnh", "Xã Chiêu Vũ"]
    assert "chưa ghi đơn vị" in desk.get(upload(desk, place, content).location).text


def test_another_units_lists_do_not_exist(desk, place, db, login, client):
    address = bring_in(desk, place, TWO).location
    assert desk.get(place("danh-sach", code="20")).status_code == 404
    assert desk.get(address.replace("/185/", "/06325/")).status_code == 404
