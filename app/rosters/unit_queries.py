"""Read the units below a place that people may belong to."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.contests.models import Contest
from app.extensions import db
from app.participation.missing_statements import members_of
from app.rosters.rules import Choice
from app.units.models import Unit
from app.units.queries import under
from app.units.rules import KINDS


def open_units(root: Unit) -> Sequence[tuple[Unit, str]]:
    """(unit, its parent's name) of the subtree that take people, grouped by parent, in order of names."""
    parent = aliased(Unit)
    query = (
        select(Unit, parent.full_name)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .where(under(root), Unit.is_leaf, Unit.valid_to.is_(None))
        .order_by(parent.depth, parent.sort_key, parent.id, Unit.sort_key, Unit.id)
    )
    return [(unit, above or "") for unit, above in db.session.execute(query)]


def choices(root: Unit) -> list[Choice]:
    """The units a list may name."""
    return [
        Choice(unit.code, frozenset({unit.name, unit.full_name}), f"{unit.full_name}, {above}")
        for unit, above in open_units(root)
    ]


def find_open_unit(root: Unit, code: str) -> Unit | None:
    """A unit of the subtree that takes people."""
    query = select(Unit).where(under(root), Unit.code == code, Unit.is_leaf, Unit.valid_to.is_(None))
    return db.session.scalars(query).one_or_none()


def parents_in(root: Unit) -> Sequence[tuple[Unit, str]]:
    """(unit, its parent's name) of the territorial units of the subtree, the highest first."""
    parent = aliased(Unit)
    query = (
        select(Unit, parent.full_name)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .where(under(root), Unit.kind.in_(KINDS), Unit.valid_to.is_(None))
        .order_by(Unit.depth, parent.sort_key, Unit.sort_key, Unit.id)
    )
    return [(unit, above or "") for unit, above in db.session.execute(query)]


def names_by_id(unit_ids: Collection[int | None]) -> dict[int, str]:
    ids = [unit_id for unit_id in unit_ids if unit_id is not None]
    rows = db.session.execute(select(Unit.id, Unit.full_name).where(Unit.id.in_(ids)))
    return {unit_id: name for unit_id, name in rows}


def count_people(contest: Contest, unit: Unit) -> int:
    """Accounts that belong to this very unit in the contest."""
    members = members_of(contest.id, [unit.id])
    return db.session.scalar(select(func.count()).select_from(members)) or 0
