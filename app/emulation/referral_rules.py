"""The weeks of somebody that one brought, and the link that brings people."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

POSTER_JOB = "make_referral_poster"

# What holds in every contest, whatever a campaign asks for beyond it.
ALWAYS = (
    "Người được giới thiệu phải tự đăng ký bằng mã, liên kết hoặc mã QR của bạn. Việc giới thiệu được ghi "
    "lúc đăng ký và không đổi được về sau: người đã có tài khoản từ trước không ghi thêm vào cho bạn được.",
    "Không ai tự giới thiệu mình, và hai người không giới thiệu lẫn nhau: tài khoản giới thiệu luôn có "
    "trước.",
    "Tuần được đánh dấu khi người ấy có ít nhất một lượt thi hợp lệ. Lượt bị hủy thì tuần ấy không tính nữa.",
    "Tài khoản bị khóa, tài khoản gộp vào tài khoản khác và người không thuộc diện xét của cuộc thi "
    "thì không tính.",
)
NOT_COUNTED = "Ban Tổ chức không tính tài khoản này."


class Mark(NamedTuple):
    """A round in a list: took part, missed it, or None while neither can be said."""

    label: str
    is_taken: bool | None


class Week(NamedTuple):
    """A round as the marks know it."""

    number: int
    closes_at: datetime


def marks_of(
    weeks: Sequence[Week], taken: Set[int], since: datetime, *, label: str, now: datetime
) -> list[Mark]:
    """The rounds of somebody who has had an account `since`."""
    marks = []
    for week in weeks:
        is_taken = week.number in taken
        counts = is_taken or since < week.closes_at <= now
        marks.append(Mark(f"{label.capitalize()} {week.number}", is_taken if counts else None))
    return marks


def link_of(public_url: str, code: str, *, series: str = "", root: str = "") -> str:
    """The address at which people register with a referral code, among the units below `root`."""
    query = {"gt": code} | ({"series": series, "root": root} if series else {})
    return f"{public_url}/dang-ky?{urlencode(query)}"
