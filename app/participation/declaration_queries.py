"""Read declarations of headcounts: what waits for a decision, what was said before, what would be new."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.extensions import db
from app.participation.headcount_models import Headcount, HeadcountDecision, Target
from app.units.models import Unit
from app.units.queries import under

SHOWN_WAITING = 200
SHOWN_HISTORY = 6


@dataclass(frozen=True)
class Declaration:
    """One declaration with its people; `decision` None while it waits or after it was declared anew."""

    headcount: Headcount
    decision: HeadcountDecision | None
    unit: Unit
    declarer: str
    decider: str | None


def waiting_below(root: Unit) -> list[Declaration]:
    """Undecided declarations of the subtree that were not declared anew, the oldest first."""
    query = _declarations().where(under(root), _is_waiting()).order_by(Headcount.id).limit(SHOWN_WAITING)
    return _read(query)


def count_waiting(root: Unit) -> int:
    query = select(func.count()).select_from(Headcount).join(Unit, Unit.id == Headcount.unit_id)
    return db.session.scalar(query.where(under(root), _is_waiting())) or 0


def _is_waiting() -> ColumnElement[bool]:
    later, decision = aliased(Headcount), aliased(HeadcountDecision)
    return and_(
        ~exists().where(decision.headcount_id == Headcount.id),
        ~exists().where(later.unit_id == Headcount.unit_id, later.id > Headcount.id),
    )


def history_of(units: Sequence[Unit]) -> dict[int, list[Declaration]]:
    """Unit id → its last declarations, the newest first, SHOWN_HISTORY at most."""
    newest = func.row_number().over(partition_by=Headcount.unit_id, order_by=Headcount.id.desc())
    ranked = (
        select(Headcount.id, newest.label("newest"))
        .where(Headcount.unit_id.in_([unit.id for unit in units]))
        .subquery()
    )
    shown = select(ranked.c.id).where(ranked.c.newest <= SHOWN_HISTORY)
    found: dict[int, list[Declaration]] = {}
    for line in _read(_declarations().where(Headcount.id.in_(shown)).order_by(Headcount.id.desc())):
        found.setdefault(line.unit.id, []).append(line)
    return found


def _declarations() -> Select[tuple[Headcount, HeadcountDecision, Unit, str, str]]:
    decider = aliased(Account)
    return (
        select(Headcount, HeadcountDecision, Unit, Account.full_name, decider.full_name)
        .join(Unit, Unit.id == Headcount.unit_id)
        .join(Account, Account.id == Headcount.declared_by)
        .outerjoin(HeadcountDecision, HeadcountDecision.headcount_id == Headcount.id)
        .outerjoin(decider, decider.id == HeadcountDecision.decided_by)
    )


def _read(query: Select[tuple[Headcount, HeadcountDecision, Unit, str, str]]) -> list[Declaration]:
    return [Declaration(*row) for row in db.session.execute(query)]


def newest_standing(unit_ids: Collection[int]) -> dict[int, Headcount]:
    """Unit id → the declaration made last, of those that were not refused."""
    refused = exists().where(
        HeadcountDecision.headcount_id == Headcount.id, HeadcountDecision.is_approved.is_(False)
    )
    query = select(Headcount).where(Headcount.unit_id.in_(unit_ids), ~refused).order_by(Headcount.id)
    return {found.unit_id: found for found in db.session.scalars(query)}


def is_superseded(found: Headcount) -> bool:
    query = select(Headcount.id).where(Headcount.unit_id == found.unit_id, Headcount.id > found.id)
    return db.session.scalars(query.limit(1)).first() is not None


def get_declaration(root: Unit, headcount_id: int, *, lock: bool = False) -> tuple[Headcount, Unit]:
    """A declaration of the subtree with its unit. Raises NoResultFound. `lock`: one decision at a time."""
    query = select(Headcount, Unit).join(Unit, Unit.id == Headcount.unit_id)
    query = query.where(under(root), Headcount.id == headcount_id)
    if lock:
        query = query.with_for_update(of=Headcount)
    headcount, unit = db.session.execute(query).one()
    return headcount, unit


def is_decided(found: Headcount) -> bool:
    query = select(HeadcountDecision.headcount_id).where(HeadcountDecision.headcount_id == found.id)
    return db.session.scalars(query).first() is not None


def own_targets(contest_id: int, units: Sequence[Unit]) -> dict[int, int]:
    """Unit id → the target set for the unit itself; see headcount_queries.targets_of for sums."""
    newest = (
        select(func.max(Target.id))
        .where(Target.contest_id == contest_id, Target.unit_id.in_([unit.id for unit in units]))
        .group_by(Target.unit_id)
    )
    query = select(Target.unit_id, Target.people).where(Target.id.in_(newest), Target.people.is_not(None))
    return {unit_id: people for unit_id, people in db.session.execute(query) if people is not None}


def units_below(root: Unit, most: int) -> Sequence[Unit]:
    """The subtree, root first, in the order of the tree; units that ended are left out."""
    query = select(Unit).where(under(root), or_(Unit.valid_to.is_(None), Unit.id == root.id))
    return db.session.scalars(query.order_by(Unit.path).limit(most)).all()
