"""Rows for tests, every value of which may be overridden by keyword. They flush; tests commit."""

import secrets
from datetime import UTC, date, datetime
from functools import cache
from itertools import count

from sqlalchemy import select

from app.accounts import passwords
from app.accounts.models import Account, RoleGrant
from app.accounts.rules import CODE_RANGE, code_of
from app.extensions import db
from app.permissions import Role
from app.text import fold, name_sort_key
from app.units import rules as unit_rules
from app.units.models import Unit, UnitSeries

EPOCH = datetime(2024, 1, 2, 3, tzinfo=UTC)
PASSWORD = "con suối chảy qua bản"
_numbers = count(1)


def make_series(code="vn-2025"):
    """The series, made if it is not there yet."""
    series = db.session.get(UnitSeries, code)
    if series is None:
        series = UnitSeries(code=code, name=f"Danh mục {code}", valid_from=None, valid_to=None)
        db.session.add(series)
        db.session.flush()
    return series


def make_unit(parent=None, **values):
    """A commune, or what `values` say; a unit that gets a child is no leaf any more."""
    code = values.pop("code", f"{next(_numbers):05}")
    kind, name = values.pop("kind", "xã"), values.pop("name", "Bắc Quỳnh")
    series = make_series(parent.series_code if parent else values.pop("series_code", "vn-2025"))
    if parent:
        parent.is_leaf = False
    defaults = {
        "series_code": series.code,
        "code": code,
        "kind": kind,
        "name": name,
        "full_name": unit_rules.full_name(kind, name),
        "parent_id": parent.id if parent else None,
        "path": f"{parent.path if parent else '/'}{code}/",
        "depth": parent.depth + 1 if parent else 1,
        "is_leaf": True,
        "search": unit_rules.search_text(kind, name, parent.full_name if parent else ""),
        "sort_key": unit_rules.sort_key(kind, name),
        "valid_from": None,
        "valid_to": None,
    }
    return _add(Unit(**(defaults | values)))


def make_province(name="Lạng Sơn", communes=("Bắc Quỳnh", "Chiêu Vũ"), **values):
    """A province and its communes, in that order."""
    province = make_unit(kind="tỉnh", name=name, **values)
    return [province, *(make_unit(province, name=commune) for commune in communes)]


def make_account(unit=None, *, password=None, **values):
    """An account in `unit`, or in any commune. Without `password` nobody can sign in to it."""
    number = next(_numbers)
    if unit is None and "unit_id" not in values:
        unit = db.session.scalars(select(Unit).where(Unit.is_leaf).limit(1)).first() or make_unit()
    name = values.pop("full_name", f"Thí sinh mẫu {number}")
    sign_in_name = values.pop("sign_in_name", f"+8491{number:07}")
    defaults = {
        "public_id": secrets.token_hex(16),
        "sign_in_name": sign_in_name,
        "sign_in_kind": "phone" if sign_in_name.startswith("+") else "code",
        "password_hash": hash_of(password) if password else None,
        "full_name": name,
        "search": fold(name),
        "sort_key": name_sort_key(name),
        "date_of_birth": date(1987, 9, 5),
        "unit_id": unit.id if unit else None,
        "referral_code": code_of(secrets.randbelow(CODE_RANGE)),
        "created_at": EPOCH,
    }
    return _add(Account(**(defaults | values)))


@cache
def hash_of(password):
    """Hashing is slow on purpose; the same password of many tests is hashed once."""
    return passwords.hash_password(password)


def make_grant(account, role=Role.ADMINISTRATOR, *, unit=None, **values):
    """A role since EPOCH."""
    defaults = {
        "account_id": account.id,
        "role": role,
        "unit_id": unit.id if unit else None,
        "valid_from": EPOCH,
    }
    return _add(RoleGrant(**(defaults | values)))


def _add(row):
    db.session.add(row)
    db.session.flush()
    return row
