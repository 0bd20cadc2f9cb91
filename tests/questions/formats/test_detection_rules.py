import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.questions.formats import detection_rules
from tests.questions.formats.packages import MANIFEST_2, MANIFEST_12, package

OLE = detection_rules.OLD_OFFICE + b"\0" * 600
AIKEN = "Ai làm chủ?\nA. Dân\nB. Quan\nANSWER: A\n"
GIFT = "::Câu 1:: Ai làm chủ? {\n=Dân\n~Quan\n}\n"
WORDS = "Câu 1. Ai làm chủ?\nA. Dân\nB. Quan\nĐáp án: A\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (package({"xl/workbook.xml": "", "[Content_Types].xml": ""}), "xlsx"),
        (package({"word/document.xml": "", "[Content_Types].xml": ""}), "docx"),
        (package({"imsmanifest.xml": MANIFEST_2}), "qti"),
        (package({"goi/imsmanifest.xml": MANIFEST_12}), "qti12"),
        (OLE + "Workbook".encode("utf-16-le"), "xlsx"),
        (b'<?xml version="1.0"?><!-- x --><quiz/>', "moodle"),
        (b'<assessmentItem xmlns="urn:x"/>', "qti"),
        (b'<q:questestinterop xmlns:q="urn:x"/>', "qti12"),
        ('<?xml version="1.0" encoding="utf-16"?><quiz/>'.encode("utf-16"), "moodle"),
        (AIKEN.encode(), "aiken"),
        (AIKEN.replace("\n", "\r\n").encode("utf-8-sig"), "aiken"),
        (GIFT.encode(), "gift"),
        (GIFT.encode("utf-16"), "gift"),
        ("Dân là gốc. {T}".encode(), "gift"),
        (WORDS.encode(), "text"),
        (WORDS.encode("utf-16"), "text"),
        ("C©u 1. Ai lµm chñ?".encode("cp1252"), "text"),
        ("Câu 1. Tập hợp {1; 2} có mấy phần tử?".encode(), "text"),
    ],
)
def test_the_format_is_told_by_the_content(content, expected):
    assert detection_rules.detect(content) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Tệp rỗng."),
        (b"\xef\xbb\xbf \r\n", "Tệp rỗng."),
        (b"%PDF-1.7", "Đây có vẻ là tệp PDF"),
        (b"{\\rtf1", "Đây có vẻ là tệp RTF"),
        (b"\x89PNG\r\n", "Đây có vẻ là tệp ảnh"),
        (b"<!DOCTYPE html><html></html>", "Đây có vẻ là trang web"),
        (b"<svg/>", "Tệp XML này không phải Moodle XML hay QTI (phần tử ngoài cùng là <svg>)."),
        (b"<qti-assessment-item/>", "Đây là câu hỏi QTI 3"),
        (b"<quiz", "Tệp XML bị lỗi ở dòng 1"),
        (OLE + "WordDocument".encode("utf-16-le"), "Đây là tệp Word đời cũ"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "Tệp có mật khẩu"),
        (OLE, "Đây có vẻ là tệp Office đời cũ"),
        (package({"ppt/presentation.xml": ""}), "Đây có vẻ là tệp PowerPoint"),
        (package({"mimetype": "application/vnd.oasis"}), "Đây có vẻ là tệp OpenDocument"),
        (package({"a.txt": ""}), "Tệp nén này không phải Word, Excel hay gói QTI"),
    ],
)
def test_another_file_is_told_by_what_it_looks_like(content, message):
    with pytest.raises(BadInput) as caught:
        detection_rules.detect(content)

    assert str(caught.value).startswith(message)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_have_a_format_or_a_message(content):
    try:
        assert detection_rules.detect(content) in detection_rules.FORMAT_NAMES
    except BadInput as error:
        assert str(error)


@pytest.mark.parametrize(
    ("name", "expected"), [("QTI 2.1", "qti"), ("qti1.2", "qti12"), ("Moodle XML", "moodle"), ("txt", "text")]
)
def test_formats_have_the_names_people_use(name, expected):
    assert detection_rules.format_named(name) == expected


def test_an_unknown_format_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="xlsx, docx, text, gift, aiken, moodle, qti, qti12"):
        detection_rules.format_named("pptx")
