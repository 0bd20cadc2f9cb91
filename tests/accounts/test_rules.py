"""Sign-in names, codes, names, ages, delays and lifetimes. No database."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import rules
from app.permissions import Grant, Role

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
PHONE = "+84912345678"
SECOND = timedelta(seconds=1)
ADMINISTRATOR = (Grant(Role.ADMINISTRATOR),)
STAFF = (Grant(Role.STAFF, unit_series="vn-2025", unit_path="/20/"),)

WRITTEN_WAYS = [
    "0912345678",
    "0912 345 678",
    "0912.345.678",
    "0912-345-678",
    "091 2345 678",
    "(091) 2345678",
    " 0912345678 ",
    "0912\u00a0345\u00a0678",
    "912345678",
    "84912345678",
    "+84912345678",
    "+84 912 345 678",
    "+84 (0) 912 345 678",
    "+840912345678",
    "0084912345678",
]
LOOK_ALIKE_ZEROS = "OoОоΟο〇٠۰०০੦૦௦೦๐໐０𝟎𝟘𝟢𝟬𝟶"
SEPARATORS_THAT_ARE_NONE = "\u200b\u200d\u2060\ufeff\u3000\u2003\u2009\u2013\u2014\u2010_/,;:*#~\t\n"
NO_PHONES = [
    "",
    " ",
    "0",
    "09123",
    "091234567",
    "09123456789",
    "0123456789",
    "0112345678",
    "0212345678",
    "02053812345",
    "19001009",
    "18001091",
    "113",
    "+1 202 555 0142",
    "+8613812345678",
    "+66812345678",
    "0912345678;ext=5",
    "0912345678x5",
    "0912345678 ext 5",
    "tel:0912345678",
    "0912ABCDEF",
    "0912345678@example.vn",
    "++84912345678",
    "84+912345678",
    "0912345678 0912345678",
    "9.12345678e8",
    "0x366DD24E",
    "1' OR '1'='1",
    "0912345678\x00",
    "９１２３４５６７８",
    "٠٩١٢٣٤٥٦٧٨",
    "०९१२३४५६७८",
    "O912345678",
    "０９１２３４５６７８",
    "+𝟖𝟒𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖",
]


@pytest.mark.parametrize("written", WRITTEN_WAYS)
def test_a_phone_has_one_form_however_it_is_written(written):
    assert rules.find_phone(written) == PHONE


@pytest.mark.parametrize("written", NO_PHONES)
def test_what_is_no_vietnamese_mobile_is_refused(written):
    assert rules.find_phone(written) is None


@pytest.mark.parametrize("zero", LOOK_ALIKE_ZEROS)
def test_a_look_alike_zero_is_no_zero(zero):
    assert rules.find_phone(f"{zero}912345678") is None


@pytest.mark.parametrize("position", range(1, 10))
@pytest.mark.parametrize("digit", ["０", "٣", "۳", "৩", "๓", "𝟑", "³", "③", "З", "l", "I", "S", "B"])
def test_a_look_alike_digit_anywhere_is_refused(digit, position):
    number = "0913333333"
    assert rules.find_phone(number[:position] + digit + number[position + 1 :]) is None


@pytest.mark.parametrize("sign", SEPARATORS_THAT_ARE_NONE)
def test_an_odd_separator_is_refused(sign):
    assert rules.find_phone(f"0912{sign}345678") is None


@given(st.text(max_size=40))
def test_whatever_is_typed_the_form_is_canonical_or_none(written):
    found = rules.find_phone(written)
    assert found is None or re.fullmatch(r"\+84[35789][0-9]{8}", found)
    assert found is None or rules.find_phone(found) == found


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True))
def test_a_phone_reads_back_from_the_way_it_is_printed(number):
    phone = rules.find_phone(number)
    assert phone is None or rules.find_phone(rules.name_for_people(phone)) == phone


def test_a_phone_is_printed_as_people_say_it():
    assert rules.name_for_people(PHONE) == "0912 345 678"


@given(st.integers(0, rules.CODE_RANGE - 1))
def test_a_code_reads_back_however_it_is_written(number):
    code = rules.code_of(number)

    assert len(code) == 8
    assert rules.find_code(code) == code
    assert rules.find_code(f" {rules.name_for_people(code).lower()} ") == code


@given(st.integers(0, rules.CODE_RANGE - 1), st.integers(0, 7), st.sampled_from(rules.CODE_ALPHABET))
def test_one_wrong_letter_is_seen(number, place, letter):
    code = rules.code_of(number)
    wrong = code[:place] + letter + code[place + 1 :]

    assert rules.find_code(wrong) == (code if letter == code[place] else None)


@given(st.integers(0, rules.CODE_RANGE - 1), st.integers(0, 5))
def test_two_swapped_letters_are_seen(number, place):
    code = rules.code_of(number)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert rules.find_code(swapped) == (code if swapped == code else None)


def test_codes_have_no_letters_that_look_alike():
    assert not set("01ILO") & set(rules.CODE_ALPHABET)
    assert len(set(rules.CODE_ALPHABET)) == len(rules.CODE_ALPHABET) == 31


@pytest.mark.parametrize("written", ["", "7K2Q", "7K2QM4XPP", "7K2Q-M4XО", "７K2QM4XP", "7K2Q M4X0"])
def test_what_is_no_code_is_refused(written):
    assert rules.find_code(written) is None


@given(st.integers(0, rules.CODE_RANGE - 1))
def test_a_sign_in_code_is_told_from_a_phone_and_a_referral_code(number):
    code = rules.sign_in_code_of(number)

    assert rules.find_sign_in_name(rules.name_for_people(code).lower()) == code
    assert rules.find_phone(code) is None
    assert rules.find_code(code) is None


def test_a_phone_is_a_sign_in_name():
    assert rules.find_sign_in_name("0912 345 678") == PHONE
    assert rules.find_sign_in_name("Thí sinh mẫu") is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Hoàng Thị Liên", "Hoàng Thị Liên"),
        ("  Hoàng   Thị\tLiên ", "Hoàng Thị Liên"),
        ("Hoa\u0300ng Thi\u0323 Lie\u0302n", "Hoàng Thị Liên"),
        ("Mỵ", "Mỵ"),
        ("Y Pô̆n Niê Kđăm", "Y Pô̆n Niê Kđăm"),
        ("Công Tằng Tôn Nữ Thị Ái", "Công Tằng Tôn Nữ Thị Ái"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("Ma Văn-Đức", "Ma Văn-Đức"),
        ("𝐇𝐨𝐚̀𝐧𝐠 𝐋𝐢𝐞̂𝐧", "Hoàng Liên"),
        ("Ｎguyễn Ａn", "Nguyễn An"),
        ("Thí sinh mẫu 0001", "Thí sinh mẫu 0001"),
        ("A" * 80, "A" * 80),
    ],
)
def test_a_name_has_one_form(written, name):
    assert rules.person_name(written) == name


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "...",
        "123",
        "A" * 81,
        "<b>An</b>",
        "An; DROP",
        "An\u202eB",
        "An😀",
        "A" + "\u0301\u0302\u0303\u0308",
    ],
)
def test_what_is_no_name_is_refused(written):
    with pytest.raises(rules.Unfit):
        rules.person_name(written)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 4, 11), date(2026, 4, 10), 15),
        (date(2010, 4, 11), date(2026, 4, 11), 16),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_in_full_years(born, day, age):
    assert rules.age_on(born, day) == age


@pytest.mark.parametrize("born", [date(2020, 3, 2), date(1905, 3, 3), date(1987, 9, 5)])
def test_a_birth_date_of_somebody_who_can_read(born):
    rules.check_birth_date(born, date(2026, 3, 2))


@pytest.mark.parametrize("born", [date(2020, 3, 3), date(1905, 3, 2), date(2026, 3, 3), date(1, 1, 1)])
def test_a_birth_date_of_nobody_who_takes_part(born):
    with pytest.raises(rules.Unfit):
        rules.check_birth_date(born, date(2026, 3, 2))


def test_under_sixteen_a_guardian_agrees():
    assert rules.needs_guardian(date(2010, 3, 3), date(2026, 3, 2))
    assert not rules.needs_guardian(date(2010, 3, 2), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (0, 0),
        (1, 0),
        (4, 0),
        (5, 1),
        (6, 2),
        (7, 4),
        (8, 8),
        (9, 16),
        (10, 32),
        (11, 60),
        (12, 60),
        (10**9, 60),
    ],
)
def test_the_delay_grows_to_a_minute_and_never_locks(failures, seconds):
    assert rules.delay_after(failures) == seconds * SECOND


@pytest.mark.parametrize(
    ("wait", "sentence"),
    [
        (SECOND / 10, "chờ 1 giây"),
        (SECOND, "chờ 1 giây"),
        (SECOND * 1.2, "chờ 2 giây"),
        (60 * SECOND, "chờ 60 giây"),
    ],
)
def test_a_refused_try_says_how_long(wait, sentence):
    assert sentence in rules.TooSoon(wait).message


@pytest.mark.parametrize(
    ("is_staff", "used_after", "lasts"),
    [
        (False, timedelta(0), timedelta(days=30)),
        (False, timedelta(days=59), timedelta(days=89)),
        (False, timedelta(days=80), timedelta(days=90)),
        (True, timedelta(0), timedelta(minutes=30)),
        (True, timedelta(hours=11), timedelta(hours=11, minutes=30)),
        (True, timedelta(hours=11, minutes=50), timedelta(hours=12)),
    ],
)
def test_a_session_slides_up_to_its_longest_life(is_staff, used_after, lasts):
    assert rules.session_expiry(NOON, NOON + used_after, is_staff=is_staff) == NOON + lasts


@pytest.mark.parametrize(("is_staff", "minutes"), [(False, 10), (True, 1)])
def test_a_session_is_written_now_and_then_only(is_staff, minutes):
    seen = NOON - timedelta(minutes=minutes)

    assert rules.slides_now(seen, NOON, is_staff=is_staff)
    assert not rules.slides_now(seen + SECOND, NOON, is_staff=is_staff)


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1::/48"),
        ("unknown", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_trace_keeps_the_network_only(address, prefix):
    assert rules.address_prefix(address) == prefix


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "Chrome trên điện thoại Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari trên iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/121.0", "Firefox trên máy tính Windows"),
        (
            "Mozilla/5.0 (Linux; Android 13) Chrome/110 Mobile Safari/537.36 Zalo android",
            "Zalo trên điện thoại Android",
        ),
        ("<script>" * 200, "Trình duyệt trên thiết bị khác"),
        ("", "Trình duyệt trên thiết bị khác"),
    ],
)
def test_a_device_is_named_in_words_of_ours(user_agent, name):
    assert rules.device_name(user_agent) == name


def test_the_referrer_was_there_before():
    rules.check_referrer(NOON - SECOND, NOON)
    with pytest.raises(rules.Unfit):
        rules.check_referrer(NOON, NOON)


@pytest.mark.parametrize(
    ("actor", "target", "is_self", "is_allowed"),
    [
        (STAFF, (), False, True),
        (STAFF, (), True, False),
        (STAFF, STAFF, False, False),
        (STAFF, ADMINISTRATOR, False, False),
        (ADMINISTRATOR, (), False, True),
        (ADMINISTRATOR, STAFF, False, True),
        (ADMINISTRATOR, ADMINISTRATOR, False, True),
        (ADMINISTRATOR, ADMINISTRATOR, True, False),
    ],
)
def test_no_role_takes_anothers_account_over(actor, target, is_self, is_allowed):
    if is_allowed:
        rules.check_may_help(actor, target, is_self=is_self)
    else:
        with pytest.raises(rules.HelpRefused):
            rules.check_may_help(actor, target, is_self=is_self)


@pytest.mark.parametrize(
    ("role", "has_unit", "has_contest", "is_sound"),
    [
        (Role.STAFF, True, False, True),
        (Role.STAFF, False, False, False),
        (Role.STAFF, True, True, False),
        (Role.ORGANISER, False, False, True),
        (Role.ORGANISER, False, True, True),
        (Role.ORGANISER, True, False, False),
        (Role.ADMINISTRATOR, False, False, True),
        (Role.ADMINISTRATOR, True, False, False),
        (Role.ADMINISTRATOR, False, True, False),
    ],
)
def test_a_role_has_its_kind_of_scope(role, has_unit, has_contest, is_sound):
    if is_sound:
        rules.check_grant(role, has_unit=has_unit, has_contest=has_contest)
    else:
        with pytest.raises(rules.Unfit):
            rules.check_grant(role, has_unit=has_unit, has_contest=has_contest)
