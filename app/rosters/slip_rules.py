"""Printed slips: how long a link on paper lives, how many go on a sheet, how long the PDF is kept."""

from datetime import datetime, timedelta

from app.errors import DomainError

LINK_LIFETIME = timedelta(days=14)
PDF_KEPT = timedelta(days=1)
MAX_SLIPS = 400
PER_PAGE = 8
# A sheet that has been waiting for so long will not come by itself.
GIVEN_UP = timedelta(minutes=15)
TO_DO = (
    "Dùng điện thoại quét mã này rồi đặt mật khẩu của riêng bạn.",
    "Từ lần sau, vào {site} và đăng nhập bằng tên đăng nhập ghi trên phiếu.",
)


class NobodyWaits(DomainError):
    message = "Không có ai cần phiếu: mọi người trong danh sách này đã vào tài khoản."


class StillMaking(DomainError):
    message = "Tệp phiếu đang được tạo."
    todo = "Bạn chờ một lát rồi tải lại trang."


def pdf_ends_at(made_at: datetime) -> datetime:
    return made_at + PDF_KEPT


def is_kept(made_at: datetime | None, now: datetime) -> bool:
    """Is the PDF still there to be downloaded?"""
    return made_at is not None and now < pdf_ends_at(made_at)


def is_being_made(asked_at: datetime, made_at: datetime | None, problem: str | None, now: datetime) -> bool:
    return made_at is None and problem is None and now - asked_at < GIVEN_UP


def parts_of(count: int) -> list[tuple[int, int]]:
    """(first, last) from 1 of the sheets that a list of `count` people is printed in."""
    return [(first, min(first + MAX_SLIPS - 1, count)) for first in range(1, count + 1, MAX_SLIPS)]
