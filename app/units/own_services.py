"""Add, rename and close own units. Callers commit.

An own unit is at the bottom of the tree, so people may choose it. Its parent stays what it was: a
commune with own units below it may still be chosen, and importing the national trees changes neither.
"""

from collections.abc import Sequence
from datetime import date, datetime

from app.audit.services import record
from app.extensions import db
from app.text import fold
from app.units import own_queries, own_rules, rules
from app.units.models import Unit


def add_unit(parent: Unit, kind: str, name: str, *, actor_id: int, now: datetime, today: date) -> Unit:
    """A leaf below `parent`. Raises NotTerritorial, NameTaken, TooManyUnits, ValueError for the name."""
    if own_rules.is_own(parent.kind):
        raise own_rules.NotTerritorial
    name = own_rules.unit_name(name)
    db.session.refresh(parent, with_for_update={"key_share": True})
    siblings = own_queries.own_children(parent)
    _check_name(siblings, name)
    code = own_rules.next_code(parent.code, [unit.code for unit in siblings])
    unit = Unit(
        series_code=parent.series_code,
        code=code,
        kind=kind,
        parent_id=parent.id,
        path=f"{parent.path}{code}/",
        depth=parent.depth + 1,
        is_leaf=True,
        valid_from=today,
        valid_to=None,
        **_named(kind, name, parent.full_name),
    )
    db.session.add(unit)
    db.session.flush()
    _record("units.added", unit, actor_id, now)
    return unit


def _check_name(siblings: Sequence[Unit], name: str, own: Unit | None = None) -> None:
    """Raises NameTaken."""
    open_ones = [unit for unit in siblings if unit.valid_to is None and unit is not own]
    if any(fold(unit.name) == fold(name) for unit in open_ones):
        raise own_rules.NameTaken


def _named(kind: str, name: str, parent_name: str) -> dict[str, str]:
    """Names as they are: "Trường THCS Bắc Quỳnh" says its kind itself."""
    return {
        "name": name,
        "full_name": name,
        "search": rules.search_text(kind, name, parent_name),
        "sort_key": rules.sort_key(kind, name),
    }


def rename_unit(unit: Unit, name: str, *, actor_id: int, now: datetime) -> None:
    """Raises NotOwn, NameTaken, ValueError for the name."""
    parent = _locked_parent(unit)
    name = own_rules.unit_name(name)
    _check_name(own_queries.own_children(parent), name, unit)
    for column, value in _named(unit.kind, name, parent.full_name).items():
        setattr(unit, column, value)
    _record("units.renamed", unit, actor_id, now)


def close_unit(unit: Unit, *, actor_id: int, now: datetime, today: date) -> None:
    """Nobody can choose it any more; who belongs to it stays. Raises NotOwn, AlreadyClosed."""
    _locked_parent(unit)
    if unit.valid_to is not None:
        raise own_rules.AlreadyClosed
    unit.valid_to = today
    _record("units.closed", unit, actor_id, now)


def reopen_unit(unit: Unit, *, actor_id: int, now: datetime) -> None:
    """Raises NotOwn, NotClosed, NameTaken."""
    parent = _locked_parent(unit)
    if unit.valid_to is None:
        raise own_rules.NotClosed
    _check_name(own_queries.own_children(parent), unit.name, unit)
    unit.valid_to = None
    _record("units.reopened", unit, actor_id, now)


def _locked_parent(unit: Unit) -> Unit:
    """One change at a time below a parent. Raises NotOwn."""
    if not own_rules.is_own(unit.kind) or unit.parent_id is None:
        raise own_rules.NotOwn
    lock = {"key_share": True}
    parent = db.session.get_one(Unit, unit.parent_id, with_for_update=lock, populate_existing=True)
    db.session.refresh(unit, with_for_update=lock)
    return parent


def _record(action: str, unit: Unit, actor_id: int, now: datetime) -> None:
    db.session.flush()
    details = {"unit_code": unit.code, "series_code": unit.series_code, "name": unit.name}
    record(action, actor_id=actor_id, subject=f"unit:{unit.id}", now=now, **details)
