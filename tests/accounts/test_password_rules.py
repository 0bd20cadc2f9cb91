"""Which passwords are refused. No database."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import password_rules
from app.accounts.rules import Unfit

PERSON = {
    "sign_in_name": "+84912345678",
    "full_name": "Hoàng Thị Liên",
    "date_of_birth": date(1987, 9, 5),
}
GOOD = [
    "con suối chảy qua bản",
    "tre xanh rì rào 7",
    "đèn dầu, chõng tre",
    "liên thích ăn bún riêu",
    "kw7mzt4q",
    "x9#kd02!",
    "83729104",
    "🌾🌾🚜🐃🏡🌧🌞🌙",
    "пароль из слов",
    " hai dấu cách  ở đây ",
    "ă" * 3 + "bcdefgh tuỳ ý" + "ố" * 3,
    "anh yeu em nhieu lam",
    "q" + "7k2" * 42,
]
TOO_COMMON = [
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "password",
    "Password1!",
    "P@ssw0rd",
    "p@$$w0rd1",
    "PASSWORD",
    "qwertyuiop",
    "1q2w3e4r",
    "iloveyou",
    "abc12345",
    "Abc@12345",
    "aaaaaaaa",
    "abababab",
    "12341234",
    "abcdefgh",
    "hgfedcba",
    "        ",
    "!!!!!!!!",
    "matkhau123",
    "Mật Khẩu 123",
    "matkhau@2024",
    "anhyeuem",
    "Anh yêu em 123",
    "emyeuanh",
    "conyeume1",
    "vietnam2024",
    "langson123",
    "hochiminh",
    "nguyenvan1",
    "minhtuan1",
    "19900101",
    "01011990",
    "31/12/1985",
    "0987654321",
    "0987654399",
    "+84987654399",
]
OWN_DATA = [
    "345678 lien",
    "hoangthilien",
    "Hoàng Thị Liên 87",
    "lien.hoang@1987",
    "Liên-0905-1987",
    "19870905lien",
    "danvankheo 87",
    "Kheo-langson-1987",
    "Dân vận khéo!!",
    "lien345678",
]


@pytest.mark.parametrize("password", GOOD)
def test_any_characters_make_a_good_password(password):
    password_rules.check_password(password, **PERSON)


@pytest.mark.parametrize("password", TOO_COMMON)
def test_a_common_password_is_refused(password):
    with pytest.raises(Unfit, match="phổ biến"):
        password_rules.check_password(password, **PERSON)


@pytest.mark.parametrize("password", OWN_DATA)
def test_ones_own_data_and_the_contest_are_refused(password):
    with pytest.raises(Unfit, match=r"phổ biến|gần với"):
        password_rules.check_password(password, **PERSON)


@pytest.mark.parametrize("password", ["hoangthilien", "lien345678", "danvankheo 87"])
def test_anothers_data_is_not_ones_own(password):
    other = {
        "sign_in_name": "+84357111222",
        "full_name": "Nông Văn Bình",
        "date_of_birth": date(2001, 12, 30),
    }

    assert password_rules.is_own_data(password, **PERSON)
    assert password_rules.is_own_data(password, **other) == ("danvankheo" in password)


@pytest.mark.parametrize(
    ("length", "message"), [(7, "ít nhất 8"), (8, None), (128, None), (129, "tối đa 128")]
)
def test_the_length_is_counted_in_characters(length, message):
    password = ("ố7kế2ộ" * 30)[:length]
    if message is None:
        password_rules.check_password(password, **PERSON)
    else:
        with pytest.raises(Unfit, match=message):
            password_rules.check_password(password, **PERSON)


@given(st.text(max_size=140))
def test_every_password_is_taken_or_refused_in_words(password):
    try:
        password_rules.check_password(password, **PERSON)
    except Unfit as refusal:
        assert refusal.message.endswith(".")
    else:
        assert 8 <= len(password) <= 128


@pytest.mark.parametrize("text", ["a" * 128, "1a" * 64, "@4" * 64, "\u0301" * 128, "hoang" * 25])
def test_no_password_takes_long_to_judge(text):
    began = time.perf_counter()
    for _ in range(20):
        password_rules.is_common(text)
        password_rules.is_own_data(text, **PERSON)
    assert time.perf_counter() - began < 0.5


def test_the_list_is_large_and_in_the_form_that_is_looked_up():
    words = password_rules.common_words()

    assert len(words) > 5000
    assert all(word.isascii() and word == word.lower() and " " not in word for word in words)
