"""Declare and decide headcounts, set targets. Callers commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.audit.services import record
from app.contests.models import Contest
from app.extensions import db
from app.participation import declaration_queries as queries
from app.participation import headcount_rules as rules
from app.participation.headcount_models import Headcount, HeadcountDecision, Target
from app.permissions import Grant, Permission
from app.units.models import Unit

FORM = "form"


@dataclass(frozen=True)
class Said:
    """What a declaration says of one unit."""

    unit_id: int
    people: int


def declare(
    unit: Unit, people: int, valid_from: date, note: str, *, actor_id: int, now: datetime
) -> Headcount:
    """Declare one unit by hand. Raises NothingNew."""
    (found,) = _declare([Said(unit.id, people)], valid_from, note, FORM, actor_id, now)
    record(
        "headcounts.declared",
        actor_id=actor_id,
        subject=f"headcount:{found.id}",
        now=now,
        unit=unit.id,
        people=people,
        valid_from=valid_from.isoformat(),
    )
    return found


def declare_all(
    root: Unit,
    said: Sequence[Said],
    valid_from: date,
    note: str,
    *,
    file_sha256: str,
    actor_id: int,
    now: datetime,
) -> None:
    """Declare what a spreadsheet said of units below `root`. Raises NothingNew when somebody came before."""
    _declare(said, valid_from, note, file_sha256, actor_id, now)
    record(
        "headcounts.imported",
        actor_id=actor_id,
        subject=f"unit:{root.id}",
        now=now,
        file=file_sha256,
        units=len(said),
        valid_from=valid_from.isoformat(),
    )


def _declare(
    said: Sequence[Said], valid_from: date, note: str, source: str, actor_id: int, now: datetime
) -> list[Headcount]:
    ids = sorted({each.unit_id for each in said})
    lock = select(Unit.id).where(Unit.id.in_(ids)).order_by(Unit.id)
    db.session.execute(lock.with_for_update(key_share=True))
    standing = queries.newest_standing(ids)
    if not all(is_new(each, valid_from, standing) for each in said):
        raise rules.NothingNew
    found = [
        Headcount(
            unit_id=each.unit_id,
            people=each.people,
            valid_from=valid_from,
            note=note,
            source=source,
            declared_by=actor_id,
            declared_at=now,
        )
        for each in said
    ]
    db.session.add_all(found)
    db.session.flush()
    return found


def is_new(said: Said, valid_from: date, standing: Mapping[int, Headcount]) -> bool:
    """Does it say anything that the unit's last standing declaration does not?"""
    last = standing.get(said.unit_id)
    return last is None or last.people != said.people or last.valid_from > valid_from


def decide(
    root: Unit,
    headcount_id: int,
    *,
    approves: bool,
    reason: str,
    grants: tuple[Grant, ...],
    actor_id: int,
    now: datetime,
) -> None:
    """Approve or refuse a declaration of the subtree, as the second person; see rules.check_may_decide.

    Raises NoResultFound, AlreadyDecided, Superseded, SecondPersonNeeded, NotSuperior.
    """
    found, unit = queries.get_declaration(root, headcount_id, lock=True)
    _check_may_decide(found, unit, approves, grants, actor_id)
    db.session.add(
        HeadcountDecision(
            headcount_id=found.id,
            declared_by=found.declared_by,
            is_approved=approves,
            reason=reason,
            decided_by=actor_id,
            decided_at=now,
        )
    )
    db.session.flush()
    record(
        "headcounts.approved" if approves else "headcounts.refused",
        actor_id=actor_id,
        subject=f"headcount:{found.id}",
        now=now,
        unit=unit.id,
        people=found.people,
        reason=reason,
    )


def _check_may_decide(
    found: Headcount, unit: Unit, approves: bool, grants: tuple[Grant, ...], actor_id: int
) -> None:
    if queries.is_decided(found):
        raise rules.AlreadyDecided
    if queries.is_superseded(found):
        raise rules.Superseded
    rules.check_may_decide(
        declared_by=found.declared_by,
        actor_id=actor_id,
        is_superior=may_decide(grants, unit),
        approves=approves,
    )


def may_decide(grants: tuple[Grant, ...], unit: Unit) -> bool:
    """Do the grants cover what stands above the unit?"""
    above = rules.parent_path(unit.path)
    return rules.is_superior(grants, Permission.HEADCOUNTS_EDIT, series=unit.series_code, parent_path=above)


def set_targets(
    contest: Contest, units: Sequence[Unit], people: Mapping[int, int | None], *, actor_id: int, now: datetime
) -> int:
    """Set the targets that differ from what holds; how many. People None lifts a target."""
    lock = select(Contest.id).where(Contest.id == contest.id)
    db.session.execute(lock.with_for_update(key_share=True))
    own = queries.own_targets(contest.id, units)
    changed = {unit_id: count for unit_id, count in people.items() if own.get(unit_id) != count}
    for unit_id, count in changed.items():
        db.session.add(
            Target(contest_id=contest.id, unit_id=unit_id, people=count, set_by=actor_id, set_at=now)
        )
    db.session.flush()
    if changed:
        record(
            "targets.set",
            actor_id=actor_id,
            subject=f"contest:{contest.id}",
            now=now,
            targets={str(unit_id): [own.get(unit_id), count] for unit_id, count in changed.items()},
        )
    return len(changed)
