"""What holds: the headcounts of a day and the targets of a contest, summed up the tree."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.participation.headcount_models import Headcount, HeadcountDecision, Target
from app.units.models import Unit


def headcounts_on(units: Sequence[Unit], day: date) -> dict[int, int]:
    """Unit id → người approved for that day: declared for the unit, else the sum of those below it.

    The newest `valid_from` up to the day counts, among equals the one declared last. Units of
    which nothing is known are missing.
    """
    order = (Headcount.valid_from.desc(), Headcount.id.desc())
    newest = func.row_number().over(partition_by=Headcount.unit_id, order_by=order).label("newest")
    approved = (
        select(Headcount.unit_id, Headcount.people, newest)
        .join(HeadcountDecision, HeadcountDecision.headcount_id == Headcount.id)
        .where(HeadcountDecision.is_approved, Headcount.valid_from <= day)
    )
    return _sum_up(units, approved)


def targets_of(contest_id: int, units: Sequence[Unit]) -> dict[int, int]:
    """Unit id → chỉ tiêu in người a week: the unit's own, else the sum of those below it; else missing."""
    newest = func.row_number().over(partition_by=Target.unit_id, order_by=Target.id.desc()).label("newest")
    asked = select(Target.unit_id, Target.people, newest).where(Target.contest_id == contest_id)
    return _sum_up(units, asked)


def _sum_up(units: Sequence[Unit], said: Select[tuple[int, int | None, int]]) -> dict[int, int]:
    """`said` gives (unit_id, people, newest); only `newest` 1 holds, and people None says nothing."""
    root, found = aliased(Unit), said.subquery()
    query = (
        select(root.id, Unit.path, found.c.people)
        .join(Unit, is_below(root))
        .join(found, found.c.unit_id == Unit.id)
        .where(root.id.in_({unit.id for unit in units}), found.c.newest == 1, found.c.people.is_not(None))
        .order_by(root.id, Unit.path)
    )
    return _add_topmost(db.session.execute(query))


def is_below(root: type[Unit]) -> ColumnElement[bool]:
    """The predicate of many subtrees at once, roots included; see units.queries.under."""
    end = func.substr(root.path, 1, func.length(root.path) - 1).concat("0")
    return and_(Unit.series_code == root.series_code, Unit.path >= root.path, Unit.path < end)


def _add_topmost(rows: Iterable[Row[tuple[int, str, int]]]) -> dict[int, int]:
    """(root id, path, people) in order → sums: what stands below a counted path is part of it."""
    sums: dict[int, int] = {}
    last_root, last_path = 0, ""
    for root_id, path, people in rows:
        if root_id == last_root and path.startswith(last_path):
            continue
        last_root, last_path = root_id, path
        sums[root_id] = sums.get(root_id, 0) + people
    return sums
