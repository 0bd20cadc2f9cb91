"""Who a person is here: sign-in names, codes, names, ages; and how long trust lasts."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from app.errors import DomainError
from app.permissions import Grant, Permission, Role, may
from app.text import collapse

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31, a prime: any one wrong or swapped letter is seen
CODE_DRAWN = 7
CODE_RANGE = len(CODE_ALPHABET) ** CODE_DRAWN
SIGN_IN_CODE_PREFIX = "K"

MAX_NAME = 80
MAX_WORKPLACE = 160
MINIMUM_AGE = 6
MAXIMUM_AGE = 120
ADULT_CONSENT_AGE = 16

FREE_TRIES = 5
LONGEST_DELAY = timedelta(seconds=60)

CITIZEN_IDLE, CITIZEN_LONGEST = timedelta(days=30), timedelta(days=90)
STAFF_IDLE, STAFF_LONGEST = timedelta(minutes=30), timedelta(hours=12)
CITIZEN_SLIDE, STAFF_SLIDE = timedelta(minutes=10), timedelta(minutes=1)
RESET_LIFETIME = timedelta(minutes=15)
SESSIONS_KEPT = timedelta(days=90)
DELAYS_KEPT = timedelta(days=1)
TRACES_KEPT = timedelta(days=180)

GENDERS = {"female": "Nữ", "male": "Nam", "other": "Khác"}

_PHONE_SEPARATORS = str.maketrans("", "", " .-()\u00a0")
_PHONE_DIGITS = re.compile(r"\+?[0-9]{9,15}\Z")
_NAME_SIGNS = frozenset(" '’.-")
_MAX_LOOSE_MARKS = 2
_BROWSERS = (
    ("Zalo", "Zalo"),
    ("Edg", "Edge"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "điện thoại Android"),
    ("Windows", "máy tính Windows"),
    ("Macintosh", "máy Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "máy tính Linux"),
)


class Unfit(DomainError):
    """What a person wrote cannot be taken; shown beside the field."""


class PhoneTaken(DomainError):
    message = "Số điện thoại này đã được đăng ký."
    todo = "Nếu là số của bạn, hãy đăng nhập. Nếu người khác dùng số của bạn, hãy báo cán bộ đơn vị."


class TooSoon(DomainError):
    """The next try of this name is not possible yet; `wait` says how long."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(f"Bạn đã thử nhiều lần. Hãy chờ {self.seconds} giây rồi thử lại.")


class PasswordChanged(DomainError):
    message = "Mật khẩu vừa được đổi ở nơi khác. Bạn hãy đăng nhập lại."


class LinkNotUsable(DomainError):
    message = "Liên kết này đã dùng rồi hoặc đã hết hạn."
    todo = "Bạn hãy nhờ cán bộ đơn vị cấp liên kết mới."


class HelpRefused(DomainError):
    message = "Bạn không cấp lại mật khẩu được cho tài khoản này."


@dataclass(frozen=True)
class Origin:
    """Where a request came from, for integrity checks only: network prefix and hashed device."""

    address_prefix: str
    device_hash: bytes


@dataclass(frozen=True)
class Registration:
    """What a person tells about themself; the phone is in E.164, or None for an issued code."""

    full_name: str
    phone: str | None
    date_of_birth: date
    unit_id: int
    gender: str | None = None
    workplace: str | None = None


def find_phone(value: str) -> str | None:
    """The E.164 form of a Vietnamese mobile number however it is written, or None.

    Only ASCII digits count: look-alike digits, letters and extensions are no phone.
    """
    digits = value.translate(_PHONE_SEPARATORS)
    if not _PHONE_DIGITS.match(digits):
        return None
    try:
        number = phonenumbers.parse(digits, "VN")
    except NumberParseException:
        return None
    if number.country_code != 84 or not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) != PhoneNumberType.MOBILE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def phone_for_people(phone: str) -> str:
    """+84912345678 → 0912 345 678."""
    local = "0" + phone.removeprefix("+84")
    return f"{local[:4]} {local[4:7]} {local[7:]}"


def code_of(number: int) -> str:
    """Seven letters of the alphabet for `number` (0 ≤ number < CODE_RANGE) and a check letter."""
    letters = ""
    for _ in range(CODE_DRAWN):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters += CODE_ALPHABET[rest]
    return letters + check_letter(letters)


def check_letter(letters: str) -> str:
    total = sum(place * CODE_ALPHABET.index(letter) for place, letter in enumerate(letters, 1))
    return CODE_ALPHABET[total % len(CODE_ALPHABET)]


def find_code(value: str) -> str | None:
    """The bare form of a referral code however it is written ("7k2q-m4xp"), or None."""
    bare = _bare(value)
    if len(bare) != CODE_DRAWN + 1 or not set(bare) <= set(CODE_ALPHABET):
        return None
    return bare if check_letter(bare[:-1]) == bare[-1] else None


def sign_in_code_of(number: int) -> str:
    return SIGN_IN_CODE_PREFIX + code_of(number)


def find_sign_in_name(value: str) -> str | None:
    """The stored form of a phone or an issued account code, or None."""
    bare = _bare(value)
    if bare.startswith(SIGN_IN_CODE_PREFIX) and find_code(bare[1:]):
        return bare
    return find_phone(value)


def name_for_people(sign_in_name: str) -> str:
    """A phone or a code as it is printed: 0912 345 678, K7K-2Q4-MXP, 7K2Q-M4XP."""
    if sign_in_name.startswith("+"):
        return phone_for_people(sign_in_name)
    size = 3 if len(sign_in_name) % 3 == 0 else 4
    return "-".join(sign_in_name[start : start + size] for start in range(0, len(sign_in_name), size))


def masked_sign_in_name(sign_in_name: str) -> str:
    """Enough to know one's own by: 0912 345 678 → 0912 *** 678, K7K-2Q4-MXP → K7K-***-MXP."""
    written = name_for_people(sign_in_name)
    separator = " " if " " in written else "-"
    first, *middle, last = written.split(separator)
    return separator.join([first, *("*" * len(part) for part in middle), last])


def _bare(value: str) -> str:
    return value.upper().translate(_PHONE_SEPARATORS) if value.isascii() else ""


def person_name(value: str) -> str:
    """A full name in its one form. Raises Unfit. One word is a name, six are too."""
    name = collapse(unicodedata.normalize("NFKC", value))
    if not any(character.isalpha() for character in name):
        raise Unfit("Bạn hãy ghi họ và tên.")
    if len(name) > MAX_NAME:
        raise Unfit(f"Họ và tên dài quá: tối đa {MAX_NAME} ký tự.")
    marks = 0
    for character in name:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind.startswith("M") else 0
        if marks > _MAX_LOOSE_MARKS or (kind[0] not in "LMN" and character not in _NAME_SIGNS):
            raise Unfit("Họ và tên chỉ gồm chữ, dấu cách, dấu chấm, gạch nối và dấu nháy.")
    return name


def age_on(date_of_birth: date, day: date) -> int:
    """Full years on `day`; a birthday on 29/02 falls on 01/03 in other years."""
    return day.year - date_of_birth.year - ((day.month, day.day) < (date_of_birth.month, date_of_birth.day))


def check_birth_date(date_of_birth: date, today: date) -> None:
    """Raises Unfit for a date in the future or an age that nobody who registers has."""
    if date_of_birth > today:
        raise Unfit("Ngày sinh này chưa đến.")
    if not MINIMUM_AGE <= age_on(date_of_birth, today) <= MAXIMUM_AGE:
        raise Unfit("Bạn xem lại năm sinh.")


def needs_guardian(date_of_birth: date, today: date) -> bool:
    return age_on(date_of_birth, today) < ADULT_CONSENT_AGE


def check_referrer(referrer_since: datetime, now: datetime) -> None:
    """Raises Unfit unless the referrer's account was there before; nobody brings themself."""
    if referrer_since >= now:
        raise Unfit("Tài khoản giới thiệu phải có trước tài khoản được giới thiệu.")


def delay_after(failures: int) -> timedelta:
    """How long a name waits after its n-th failure in a row: nothing, then 1, 2, 4 … 60 seconds."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - FREE_TRIES, 10)), LONGEST_DELAY)


def session_expiry(created_at: datetime, seen_at: datetime, *, is_staff: bool) -> datetime:
    """When a session ends if it is not used again; people with a role have the short one."""
    idle, longest = (STAFF_IDLE, STAFF_LONGEST) if is_staff else (CITIZEN_IDLE, CITIZEN_LONGEST)
    return min(seen_at + idle, created_at + longest)


def slides_now(seen_at: datetime, now: datetime, *, is_staff: bool) -> bool:
    return now - seen_at >= (STAFF_SLIDE if is_staff else CITIZEN_SLIDE)


def trace_delete_on(day: date) -> date:
    return day + TRACES_KEPT


def address_prefix(address: str | None) -> str:
    """The network of an address, without the part that tells one line from another: /24 or /48."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    host = mapped or parsed
    return str(ip_network(f"{host}/{24 if host.version == 4 else 48}", strict=False))


def device_name(user_agent: str) -> str:
    """A device in the words of the list of devices: "Chrome trên điện thoại Android"."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "Trình duyệt")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "thiết bị khác")
    return f"{browser} trên {system}"


def check_may_help(actor: tuple[Grant, ...], target: tuple[Grant, ...], *, is_self: bool) -> None:
    """Raises HelpRefused: nobody resets their own password here, and only administrators that of people
    with a role, so that no role can take another's account over."""
    if is_self:
        raise HelpRefused("Bạn đổi mật khẩu của mình ở trang Đổi mật khẩu.")
    if target and not may(actor, Permission.ROLES_GRANT):
        raise HelpRefused(
            "Tài khoản này có vai trò trong hệ thống: chỉ người quản trị được cấp lại mật khẩu."
        )


def check_grant(role: Role, *, has_unit: bool, has_contest: bool) -> None:
    """Raises Unfit: staff hold a unit, organisers all contests or one, administrators neither."""
    if role is Role.STAFF and not has_unit:
        raise Unfit("Bạn hãy chọn đơn vị mà cán bộ này phụ trách.")
    if role is not Role.STAFF and has_unit:
        raise Unfit("Vai trò này không gắn với đơn vị.")
    if role is not Role.ORGANISER and has_contest:
        raise Unfit("Vai trò này không gắn với một cuộc thi.")
