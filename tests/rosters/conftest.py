"""A running contest, a district with staff, and lists as Excel writes them."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from sqlalchemy import select

from app.contests.models import Contest
from app.extensions import db as extension
from app.permissions import Role
from app.units.models import Unit
from tests import world as worlds
from tests.factories import make_account, make_grant

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
NOW = datetime(2024, 4, 9, 3, 0, tzinfo=UTC)
HEAD = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số điện thoại", "Đơn vị", "Chức vụ"]


def unit_of(code):
    return extension.session.scalars(select(Unit).where(Unit.code == code)).one()


def book(*rows, titles=("UBND HUYỆN BẮC SƠN", "DANH SÁCH CÁN BỘ"), head=HEAD):
    """An .xlsx file in bytes."""
    made = openpyxl.Workbook()
    for title in titles:
        made.active.append([title])
    made.active.append(head)
    for row in rows:
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


@pytest.fixture
def world(app, clock_at):
    clock_at(NOW)
    return worlds.make_world(OPENS)


@pytest.fixture
def contest(world, db):
    return db.session.get_one(Contest, world.contest_id)


@pytest.fixture
def district(world):
    return unit_of("185")


@pytest.fixture
def commune(world):
    return unit_of("06325")


@pytest.fixture
def sibling(world):
    return unit_of("06328")


@pytest.fixture
def staff(district, db):
    """Somebody who looks after the district."""
    account = make_account(district, full_name="Thí sinh mẫu Cán Bộ")
    make_grant(account, Role.STAFF, unit=district)
    db.session.commit()
    return account


@pytest.fixture
def place(world):
    """place("danh-sach") → the address of a page of the district; of another unit by its code."""

    def address(page="", code="185"):
        return f"/can-bo/cuoc-thi/{world.slug}/vn-2024/{code}/{page}".rstrip("/")

    return address


@pytest.fixture
def desk(client, login, staff):
    """The staff member's browser."""
    login(client, staff)
    return client
