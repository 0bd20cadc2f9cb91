"""Staff attest what no machine can count: with a file, inside their unit, never of themselves."""

import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEntry
from app.emulation import attestation_rules as rules
from app.emulation.attestation_services import attest
from app.emulation.evaluation_services import evaluate
from app.emulation.models import AccountResult, Attestation, ResultChange
from app.emulation.services import CampaignClosed, close_campaign
from app.errors import BadInput
from app.files.models import StoredFile
from app.permissions import Role
from tests import world as worlds
from tests.emulation.world import AFTER, PERSON_WORD, UNIT_WORD, bac_son, unit_of
from tests.factories import make_grant
from tests.portal.weeks import FIRST

PDF = b"%PDF-1.7 a letter"
TEXT = "Đã tham mưu Kế hoạch số 12 ngày 20/3/2024"


def docx(*names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names or ("[Content_Types].xml", "word/document.xml"):
            archive.writestr(name, "<x/>")
    return target.getvalue()


def picture(kind="JPEG"):
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (40, 30), "white").save(target, kind, exif=exif)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, rules.PDF),
        (docx(), rules.DOCX),
        (picture(), rules.PICTURE),
        (picture("PNG"), rules.PICTURE),
    ],
)
def test_the_kind_is_told_by_what_is_inside(content, kind):
    assert rules.kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"<html><script>alert(1)</script>",
        b"PK\x03\x04broken",
        docx("xl/workbook.xml", "[Content_Types].xml"),
        docx("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        PDF.ljust(rules.MAX_EVIDENCE_BYTES + 1),
    ],
)
def test_other_files_are_refused(content):
    with pytest.raises(BadInput):
        rules.kind_of(content)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Công văn 12.PDF", "Công văn 12.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\b.docx", "b.pdf"),
        (".pdf", ".pdf.pdf"),
        ("x" * 300, "x" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_no_folder_and_gets_the_right_ending(name, kept):
    assert rules.evidence_name(name, rules.PDF) == kept


@pytest.fixture
def walk(world, clock_at):
    clock_at(AFTER)
    return bac_son(world, missed=(3,))


@pytest.fixture
def staff(walk, client, login):
    login(client, walk.staff)
    return walk


def page_of(walk, account, unit="185"):
    base = f"/can-bo/cuoc-thi/dan-van-kheo/vn-2024/{unit}/thi-dua/{walk.campaign.public_id}"
    return f"{base}/nguoi/{account.public_id}"


def send(client, page, *, content=PDF, name="công văn.pdf", **values):
    data = {"code": PERSON_WORD, "is_met": "co", "text": TEXT} | values
    if content is not None:
        data["evidence"] = (io.BytesIO(content), name)
    return client.post(f"{page}/xac-nhan", data=data, content_type="multipart/form-data")


def test_a_word_with_its_file_gives_the_flag_and_says_whose_it_is(staff, db, client, read):
    page = page_of(staff, staff.citizen)
    assert "Chưa đạt" in read(page)

    assert send(client, page).location == page
    evaluate(staff.campaign, now=AFTER)
    db.session.commit()

    words = read(page)
    assert "Thí sinh mẫu Liên Đạt tiêu chí" in words
    assert f"Thí sinh mẫu Cán Bộ Đạt {TEXT} 23:00, 12/05/2024 công văn.pdf" in words
    assert "Có xác nhận mới." in words
    result = db.session.get_one(AccountResult, (staff.campaign.id, staff.citizen.id))
    assert result.is_met
    assert db.session.scalars(select(ResultChange.cause)).all()[-1] == "attested"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "campaigns.attested")).one()
    assert entry.actor_id == staff.staff.id


def test_the_file_is_downloaded_inside_the_scope_only(staff, db, client, login):
    page = page_of(staff, staff.citizen)
    send(client, page)
    word = db.session.scalars(select(Attestation)).one()
    address = f"{page}/minh-chung/{word.public_id}"

    answer = client.get(address)

    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    wrong = page_of(staff, staff.brought[0])
    assert client.get(f"{wrong}/minh-chung/{word.public_id}").status_code == 404
    elsewhere = worlds.make_person(unit_of("06328").id, FIRST)
    make_grant(elsewhere, Role.STAFF, unit=unit_of("06328"))
    db.session.commit()
    login(client, elsewhere)
    for unit in ("185", "06328"):
        outside = page_of(staff, staff.citizen, unit=unit)
        assert client.get(f"{outside}/minh-chung/{word.public_id}").status_code == 404
        assert send(client, outside).status_code == 404


def test_pictures_are_made_anew_without_what_cameras_write(staff, db, client):
    send(client, page_of(staff, staff.citizen), content=picture(), name="ảnh.jpg")

    word = db.session.scalars(select(Attestation)).one()
    body = db.session.get_one(StoredFile, word.evidence_sha256).body
    assert b"taken at home" in picture()
    assert b"taken at home" not in body
    assert word.evidence_name in ("ảnh.webp", "ảnh.png")


def test_a_newer_word_replaces_the_older_which_stays_to_be_read(staff, db, client, read):
    page = page_of(staff, staff.citizen)
    send(client, page)
    send(client, page, content=None, is_met="khong", text="Thay xác nhận trước: nhầm người")
    evaluate(staff.campaign, now=AFTER)
    db.session.commit()

    words = read(page)

    assert "Thí sinh mẫu Cán Bộ Chưa đạt Thay xác nhận trước: nhầm người" in words
    assert "1 xác nhận trước, đã được thay" in words
    assert TEXT in words
    assert not db.session.get_one(AccountResult, (staff.campaign.id, staff.citizen.id)).is_met


def test_nobody_attests_themself(staff, db, client, read):
    page = page_of(staff, staff.staff)

    assert "Bạn không tự xác nhận cho mình được." in read(page)
    assert send(client, page).status_code == 409
    row = Attestation(public_id="f" * 32, campaign_id=staff.campaign.id, code=PERSON_WORD, is_met=True)
    row.account_id = row.attested_by = staff.staff.id
    row.text, row.at = TEXT, AFTER
    db.session.add(row)
    with pytest.raises(IntegrityError, match="second_person"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": ""}, "Bạn hãy ghi việc đã làm hoặc lý do."),
        ({"text": "x" * 2001}, "tối đa 2000 ký tự"),
        ({"is_met": "co-le"}, "Not a valid choice"),
        ({"content": b"MZ", "name": "a.pdf"}, rules.WRONG_KIND),
        ({"content": b"\xff\xd8\xffbroken", "name": "a.jpg"}, "hoặc đã hỏng"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(staff, db, client, values, message):
    answer = send(client, page_of(staff, staff.citizen), **values)

    assert answer.status_code == 422
    if "text" not in values:
        assert TEXT in answer.text
    if "is_met" not in values:
        assert message in answer.text
    assert db.session.scalars(select(Attestation)).all() == []


def test_a_criterion_that_needs_no_word_takes_none(staff, client):
    assert send(client, page_of(staff, staff.citizen), code="c4").status_code == 409
    assert send(client, page_of(staff, staff.citizen), code=UNIT_WORD).status_code == 409


def test_a_collective_is_attested_too(staff, db, client, read):
    base = f"/can-bo/cuoc-thi/dan-van-kheo/vn-2024/185/thi-dua/{staff.campaign.public_id}/tap-the/06325"

    for code in ("t1", "t2", "t3"):
        assert send(client, base, code=code).status_code == 303
    evaluate(staff.campaign, now=AFTER)
    db.session.commit()

    assert "Xã Bắc Quỳnh Đạt tiêu chí" in read(base)
    word = db.session.scalars(select(Attestation).where(Attestation.code == "t1")).one()
    assert client.get(f"{base}/minh-chung/{word.public_id}").data == PDF


def test_a_closed_campaign_takes_no_word(staff, db, client, read):
    close_campaign(staff.campaign, actor_id=staff.organiser.id, now=AFTER)
    db.session.commit()

    assert send(client, page_of(staff, staff.citizen)).status_code == 409
    claim = rules.Claim(PERSON_WORD, staff.citizen.id, None, True, TEXT)
    with pytest.raises(CampaignClosed):
        attest(staff.campaign, claim, None, actor_id=staff.staff.id, now=AFTER)
