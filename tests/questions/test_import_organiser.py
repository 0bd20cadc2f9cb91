"""The import pages as an organiser uses them."""

import re

import pytest
from sqlalchemy import func, select

from app.extensions import db as extension
from app.questions.formats import moodle_reader, moodle_writer, xlsx_reader
from app.questions.formats.reading_services import MAX_FILE_BYTES
from app.questions.import_models import QuestionImport
from app.questions.models import QuestionVersion
from tests import world
from tests.questions.formats import packages
from tests.questions.world import NOW, TOPICS, bring_in, make_organisers, question

UPLOAD = "/ban-to-chuc/cau-hoi/nhap"
EXPORT = "/ban-to-chuc/cau-hoi/xuat"
FIELDS = {
    "format": "",
    "topic": "dan-chu",
    "unknown_topics": "refuse",
    "level": "1",
    "asks": "content",
    "source": "Văn bản mẫu",
    "valid_from_day": "10",
    "valid_from_month": "11",
    "valid_from_year": "2022",
}
GIFT = "::Q1:: Ai làm chủ đất nước ta? {=Nhân dân ~Nhà giàu}\n\n::Q2:: Hãy viết. {}\n".encode()


@pytest.fixture
def organiser(db, client, clock_at):
    """The browser of an organiser; the bank has question 1."""
    clock_at(NOW)
    ids = make_organisers()
    bring_in(question(1), author_id=ids[0])
    token = world.make_session(ids[0], NOW)
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def send(browser, content, name="đề thi.txt", csrf=True, **fields):
    """Post the form with a file; as bytes, since the client would leave a large body in an open file."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in (FIELDS | fields).items()
    ]
    body = "".join(parts).encode()
    if content is not None:
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return browser.post(
        UPLOAD, data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x", csrf=csrf
    )


def sent(browser, content, **fields):
    """The address of the preview of a file that was sent."""
    response = send(browser, content, **fields)
    assert response.status_code == 303
    return response.location


def confirm(browser, address):
    digest = re.search(r'name="digest"[^>]*value="([0-9a-f]{64})"', browser.get(address).text)[1]
    return browser.post(address, data={"digest": digest})


def count(model=QuestionVersion):
    return extension.session.scalar(select(func.count()).select_from(model))


def moodle(*questions):
    return moodle_writer.write(questions, TOPICS)


def test_a_file_is_shown_then_brought_in_then_taken_out(organiser):
    changed = question(1, explanation="Điều 4 nêu rõ việc này.")
    address = sent(organiser, moodle(changed, question(2), question(3)), name="đề.xml")

    page = organiser.get(address).text
    assert "Nhập 3 câu vào ngân hàng" in page
    assert "Điều 4 nêu rõ việc này." in page
    assert count() == 1

    assert confirm(organiser, address).status_code == 303
    assert count() == 4
    assert "đề.xml" in organiser.get(UPLOAD).text
    assert "Rút lại 3 câu" in organiser.get(address).text

    assert organiser.post(f"{address}/rut-lai").status_code == 303
    assert count() == 1
    assert "Đã rút lại 3 câu" in organiser.get(address).text


def test_what_the_file_does_not_say_comes_from_the_form(organiser):
    address = sent(organiser, GIFT, level="3")
    assert "1 câu tự luận" in organiser.get(address).text
    confirm(organiser, address)

    version = extension.session.scalars(select(QuestionVersion).order_by(QuestionVersion.id.desc())).first()
    assert (version.level, version.source, f"{version.valid_from}") == (3, "Văn bản mẫu", "2022-11-10")
    assert (version.stem, version.question.topic.code) == ("Ai làm chủ đất nước ta?", "dan-chu")


def test_problems_are_all_listed_and_nothing_can_be_brought_in(organiser):
    address = sent(organiser, moodle(question(2, answer=""), question(3), question(4, options=("A", "a"))))
    page = organiser.get(address).text

    assert "2 chỗ cần sửa trong tệp" in page
    assert "Câu không có phương án nào được điểm." in page
    assert "Phương án B trùng với phương án A." in page
    assert 'name="digest"' not in page
    assert organiser.post(address, data={"digest": "0" * 64}).status_code == 409
    assert count() == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "Bạn hãy chọn tệp."),
        (b"", "Tệp này rỗng."),
        (b"%PDF-1.7", "Đây có vẻ là tệp PDF"),
        (packages.bomb(), "Tệp nén khi mở ra lớn hơn 160 MB"),
        (b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "Tệp XML có phần DOCTYPE"),
        (b"<quiz></quiz>", "Không thấy câu hỏi nào trong tệp này."),
        (b"x" * (MAX_FILE_BYTES + 1), "Tệp lớn hơn 20 MB"),
    ],
)
def test_a_file_that_is_not_read_says_why_beside_the_field(organiser, content, message):
    response = send(organiser, content, source="Nguồn đã gõ")

    assert (response.status_code, count(QuestionImport)) == (422, 0)
    assert message in response.text
    assert "Nguồn đã gõ" in response.text


def test_a_body_beyond_the_bound_is_not_read(organiser):
    assert send(organiser, b"x" * (MAX_FILE_BYTES + (2 << 20))).status_code == 413


def test_strangers_send_no_more_than_to_any_page(client, db):
    assert send(client, b"x" * (1 << 20), csrf=False).status_code == 413


def test_wrong_fields_are_told_and_kept(organiser):
    response = send(organiser, GIFT, valid_from_day="32", source="Nguồn đã gõ")

    assert response.status_code == 422
    assert "Ngày này không có thật." in response.text
    assert 'value="32"' in response.text


def test_a_bank_that_changed_shows_the_new_outcome(organiser):
    address = sent(organiser, moodle(question(1, explanation="Điều 4 nêu rõ việc này."), question(2)))
    digest = re.search(r'name="digest"[^>]*value="([0-9a-f]{64})"', organiser.get(address).text)[1]
    bring_in(question(2))

    response = organiser.post(address, data={"digest": digest})

    assert response.status_code == 409
    assert "Ngân hàng đã thay đổi từ khi bạn mở trang." in response.text
    assert "Nhập 1 câu vào ngân hàng" in response.text
    assert confirm(organiser, address).status_code == 303


def test_a_file_brought_in_before_has_nothing_to_bring(organiser):
    address = sent(organiser, moodle(question(1)))

    assert "Không có gì để nhập." in organiser.get(address).text


def test_a_wrong_digest_and_an_unknown_import_are_refused(organiser):
    address = sent(organiser, GIFT)

    assert organiser.post(address, data={"digest": "x"}).status_code == 400
    assert organiser.get(f"{UPLOAD}/999").status_code == 404
    assert organiser.post(f"{address}/rut-lai").status_code == 409


def test_many_questions_come_page_by_page(organiser):
    address = sent(organiser, moodle(*(question(n) for n in range(2, 62))))

    first, second = organiser.get(address).text, organiser.get(f"{address}?trang=2").text

    assert ("dc-002" in first, "dc-061" in first) == (True, False)
    assert ("dc-002" in second, "dc-061" in second) == (False, True)


def test_samples_are_read_by_ourselves(organiser):
    sheet = organiser.get(f"{UPLOAD}/mau.xlsx")
    word = organiser.get(f"{UPLOAD}/mau.docx")

    assert "attachment" in sheet.headers["Content-Disposition"]
    assert xlsx_reader.read(sheet.data).problems == []
    assert "Xem trước" in organiser.get(sent(organiser, word.data, name="mau.docx")).text


def test_the_filtered_questions_are_exported(organiser):
    bring_in(question(2, topic="bien-gioi"))

    page = organiser.get(f"{EXPORT}?topic=bien-gioi").text
    file = organiser.get(f"{EXPORT}?topic=bien-gioi&dinh-dang=moodle")

    assert "1 câu theo bộ lọc đang chọn" in page
    assert "topic=bien-gioi&amp;dinh-dang=xlsx" in page
    assert [each.key for each in moodle_reader.read(file.data).questions] == ["dc-002"]
    assert file.headers["Content-Disposition"] == 'attachment; filename="cau-hoi-2026-03-02.xml"'
    assert organiser.get(f"{EXPORT}?dinh-dang=pptx").status_code == 400
