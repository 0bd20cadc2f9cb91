"""Read units: one unit, its place in the tree, what a picker offers. All queries stay in one series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, literal, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.units import rules
from app.units.models import Unit, UnitSeries, UnitSuccession

SEARCH_RESULTS = 20


@dataclass(frozen=True)
class UnitChoice:
    """One line of a picker: `id` is the unit's code, `parent` tells same names apart."""

    id: str
    name: str
    parent: str
    is_leaf: bool


def find_series(code: str) -> UnitSeries | None:
    return db.session.get(UnitSeries, code)


def all_series() -> Sequence[UnitSeries]:
    return db.session.scalars(select(UnitSeries).order_by(UnitSeries.code)).all()


def find_unit(series_code: str, code: str) -> Unit | None:
    query = select(Unit).where(Unit.series_code == series_code, Unit.code == code)
    return db.session.scalars(query).one_or_none()


def get_unit(series_code: str, code: str) -> Unit:
    """Raises NoResultFound."""
    return db.session.scalars(select(Unit).where(Unit.series_code == series_code, Unit.code == code)).one()


def find_parent(unit: Unit) -> Unit | None:
    return db.session.get(Unit, unit.parent_id) if unit.parent_id is not None else None


def ancestors_of(unit: Unit) -> Sequence[Unit]:
    """From the province down to the unit's parent."""
    codes = unit.path.strip("/").split("/")[:-1]
    query = select(Unit).where(Unit.series_code == unit.series_code, Unit.code.in_(codes))
    return db.session.scalars(query.order_by(Unit.depth)).all()


def children_of(unit: Unit) -> Sequence[Unit]:
    """In Vietnamese order of names; dissolved units too."""
    return db.session.scalars(
        select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.sort_key, Unit.code)
    ).all()


def successors_of(unit: Unit) -> Sequence[Unit]:
    """The units of the later series that this one went to, wholly or in part."""
    query = select(Unit).join(UnitSuccession, UnitSuccession.new_unit_id == Unit.id)
    query = query.where(UnitSuccession.old_unit_id == unit.id)
    return db.session.scalars(query.order_by(Unit.sort_key, Unit.code)).all()


def is_within(unit: Unit, root: Unit) -> bool:
    """Is the unit the root or below it?"""
    return unit.series_code == root.series_code and unit.path.startswith(root.path)


def is_selectable(unit: Unit) -> bool:
    """May a person choose it: at the bottom of its tree and not dissolved."""
    return unit.is_leaf and unit.valid_to is None


def under(root: Unit) -> ColumnElement[bool]:
    """The predicate of a subtree, root included: one range of the index on (series, path)."""
    return and_(
        Unit.series_code == root.series_code,
        Unit.path >= root.path,
        Unit.path < rules.range_end(root.path),
    )


def search_units(
    series_code: str, text: str, root: Unit | None = None, limit: int = SEARCH_RESULTS
) -> list[UnitChoice]:
    """Selectable units with a word beginning as each typed word does, marks ignored.

    The unit's own name comes before its parent's: the whole name, its beginning, its later words;
    among equals the typed kind ("xã") comes first.
    """
    search = rules.parse_search(text)
    if not search.words:
        return []
    rank = case(
        (Unit.search.like(f" {search.name} /%"), 0),
        (Unit.search.like(f" {search.name}%"), 1),
        (Unit.search.like(f"% {search.name}% /%"), 2),
        else_=3,
    )
    kind_rank = case((Unit.search.like(f"% / {search.kind}%"), 0), else_=1)
    matches = [Unit.search.like(f"% {word}%") for word in search.words]
    scope = under(root) if root else Unit.series_code == series_code
    found = _choices(root).where(scope, Unit.is_leaf, *matches)
    return _read_choices(found.order_by(rank, kind_rank, Unit.sort_key, Unit.code).limit(limit))


def browse_units(series_code: str, parent: Unit | None, root: Unit | None = None) -> list[UnitChoice]:
    """What stands directly below `parent`, or at the top of the series, in Vietnamese order."""
    below = (
        Unit.parent_id == parent.id
        if parent
        else and_(Unit.parent_id.is_(None), Unit.series_code == series_code)
    )
    return _read_choices(_choices(root).where(below).order_by(Unit.sort_key, Unit.code))


def _choices(root: Unit | None) -> Select[Any]:
    """With a root above them, units are told apart by their parent; across the country by two levels."""
    parent, top = aliased(Unit), aliased(Unit)
    columns = (Unit.code, Unit.full_name, Unit.is_leaf, parent.full_name)
    query = select(*columns, literal(None) if root else top.full_name)
    query = query.outerjoin(parent, parent.id == Unit.parent_id).where(Unit.valid_to.is_(None))
    return query if root else query.outerjoin(top, top.id == parent.parent_id)


def _read_choices(query: Select[Any]) -> list[UnitChoice]:
    return [
        UnitChoice(id=code, name=name, parent=", ".join(filter(None, above)), is_leaf=is_leaf)
        for code, name, is_leaf, *above in db.session.execute(query)
    ]
