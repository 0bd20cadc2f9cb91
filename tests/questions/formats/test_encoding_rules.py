"""Unicode in its several forms is read; what is not is refused by its name."""

import unicodedata

import pytest

from app.errors import BadInput
from app.questions.formats.encoding_rules import decode, find_legacy, tidy

TEXT = "Công tác dân vận là nhiệm vụ của cả hệ thống chính trị; đường lối, ưu điểm.\n"
IN_TCVN3 = "C«ng t¸c d©n vËn lµ nhiÖm vô cña c¶ hÖ thèng chÝnh trÞ"
IN_VNI = "Coâng taùc daân vaän laø nhieäm vuï cuûa caû heä thoáng chính trò"


def in_windows_1258(text):
    """Tones as characters of their own, as that encoding has them."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    letters = unicodedata.normalize("NFD", text)
    bases = unicodedata.normalize("NFC", "".join(each for each in letters if each not in tones))
    return (bases + tones).encode("windows-1258")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        unicodedata.normalize("NFD", TEXT).encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "nfd", "crlf", "cr"],
)
def test_unicode_is_read(content):
    assert decode(content) == TEXT


@pytest.mark.parametrize(
    "content, name",
    [
        (IN_TCVN3.encode("windows-1252"), "TCVN3 (ABC)"),
        (IN_TCVN3.encode(), "TCVN3 (ABC)"),
        (IN_VNI.encode("windows-1252"), "VNI"),
        (IN_VNI.encode(), "VNI"),
        (in_windows_1258(TEXT), "windows-1258"),
        ("Thủ đô café".encode("windows-1252", errors="replace"), "windows-1252 (ANSI)"),
        (
            TEXT.encode().decode("windows-1252", errors="ignore").encode(),
            "UTF-8 bị đọc nhầm thành windows-1252",
        ),
    ],
    ids=["tcvn3", "tcvn3-utf-8", "vni", "vni-utf-8", "windows-1258", "windows-1252", "misread"],
)
def test_other_encodings_are_refused_by_name(content, name):
    with pytest.raises(BadInput, match="có vẻ là") as refused:
        decode(content)

    assert str(refused.value).startswith(f"Chữ không phải Unicode mà có vẻ là {name}. Hãy ")


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "toàn quân, hoà giải, khoẻ, thuê, quý, huệ",
        "« hello » 5½ m² ©2020 §5 naïf café",
        "",
        "abc 1·2·3·4",
    ],
)
def test_unicode_texts_are_not_taken_for_others(text):
    assert find_legacy(text) == ""


def test_texts_become_tidy():
    assert tidy(" Dân\u200b \u00a0 " + unicodedata.normalize("NFD", "vận\n")) == "Dân vận"


@pytest.mark.parametrize("text", ["a\0b", "a\x07b", "a\ufffdb", "a\ue000b"])
def test_control_characters_are_refused(text):
    with pytest.raises(BadInput, match=r"^Nội dung có ký tự không hợp lệ\.$"):
        tidy(text)
