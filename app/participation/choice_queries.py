"""The contests and units that somebody's grants lead to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from app.contests.models import Contest, Round
from app.contests.queries import get_scope_unit
from app.extensions import db
from app.permissions import Grant, Permission
from app.units.models import Unit, UnitSuccession
from app.units.queries import is_within, under


@dataclass(frozen=True)
class Choice:
    """A contest, and the highest unit of it that one grant covers."""

    contest: Contest
    unit: Unit


def choices_of(grants: tuple[Grant, ...], permission: Permission) -> list[Choice]:
    """The newest contest first; of units inside one another only the outer one."""
    is_public = exists().where(Round.contest_id == Contest.id, Round.scheduled_at.is_not(None))
    contests = db.session.scalars(
        select(Contest).where(is_public).order_by(Contest.created_at.desc(), Contest.id.desc())
    ).all()
    units = _units_of(grants, permission)
    found = []
    for contest in contests:
        scope = get_scope_unit(contest)
        covering = [
            grant for grant in grants if grant.allows(permission) and grant.contest_id in (None, contest.id)
        ]
        seen = {unit.id: unit for grant in covering if (unit := _unit_in(scope, grant, units))}
        found += [Choice(contest, unit) for unit in _outermost(list(seen.values()))]
    return found


def _units_of(grants: tuple[Grant, ...], permission: Permission) -> dict[tuple[str, str], Unit]:
    paths = {grant.unit_path for grant in grants if grant.allows(permission) and grant.unit_path is not None}
    found = db.session.scalars(select(Unit).where(Unit.path.in_(paths)))
    return {(unit.series_code, unit.path): unit for unit in found}


def _unit_in(scope: Unit, grant: Grant, units: Mapping[tuple[str, str], Unit]) -> Unit | None:
    """What the grant covers of a contest for `scope`: a unit of it, or one of a later tree."""
    if grant.unit_path is None:
        return scope
    unit = units[str(grant.unit_series), grant.unit_path]
    if unit.series_code != scope.series_code:
        return unit if _has_come_from(unit, scope) else None
    if is_within(unit, scope):
        return unit
    return scope if is_within(scope, unit) else None


def _has_come_from(unit: Unit, scope: Unit) -> bool:
    """Did any unit of the scope go to this one or to one below it?"""
    new = aliased(Unit)
    query = (
        select(UnitSuccession.old_unit_id)
        .join(Unit, Unit.id == UnitSuccession.old_unit_id)
        .join(new, new.id == UnitSuccession.new_unit_id)
        .where(under(scope), new.series_code == unit.series_code, new.path.startswith(unit.path))
    )
    return db.session.scalars(query.limit(1)).first() is not None


def _outermost(units: Sequence[Unit]) -> list[Unit]:
    outer = [
        unit for unit in units if not any(is_within(unit, other) and unit.id != other.id for other in units)
    ]
    return sorted(outer, key=lambda unit: (unit.series_code, unit.sort_key))
