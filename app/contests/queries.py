"""Read contests, rounds and what scheduling froze."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Account, RoleGrant
from app.contests import policy, rules
from app.contests.models import Contest, Round, RoundExtension, RoundKey, RoundPackage
from app.extensions import db
from app.localtime import local_day
from app.permissions import ROLE_PERMISSIONS, Grant, Permission, contests_in_scope
from app.questions.queries import approved_versions, count_approved_versions
from app.units.models import Unit

Row = TypeVar("Row", bound=tuple[Any, ...])


def get_contest(slug: str) -> Contest:
    """Raises NoResultFound."""
    return db.session.scalars(select(Contest).where(Contest.slug == slug)).one()


def find_contest(slug: str) -> Contest | None:
    return db.session.scalars(select(Contest).where(Contest.slug == slug)).one_or_none()


def get_public_contest(slug: str) -> Contest:
    """A contest of which a person has scheduled at least one round. Raises NoResultFound."""
    is_scheduled = exists().where(Round.contest_id == Contest.id, Round.scheduled_at.is_not(None))
    return db.session.scalars(select(Contest).where(Contest.slug == slug, is_scheduled)).one()


def get_round(slug: str, number: int) -> Round:
    """The round with its contest. Raises NoResultFound."""
    query = select(Round).join(Round.contest).where(Contest.slug == slug, Round.number == number)
    return db.session.scalars(query.options(joinedload(Round.contest))).one()


def get_public_round(slug: str, number: int) -> Round:
    """A round that a person has scheduled, with its contest. Raises NoResultFound."""
    found = get_round(slug, number)
    if found.scheduled_at is None:
        raise NoResultFound
    return found


def find_current_contest(now: datetime) -> Contest | None:
    """The contest open now, else the next to open, else the one that closed last; cancelled ones at last."""
    scheduled = select(Round).where(Round.scheduled_at.is_not(None)).options(joinedload(Round.contest))
    held = scheduled.where(Round.cancelled_at.is_(None))
    for query in (
        held.where(Round.opens_at <= now, now < Round.closes_at).order_by(Round.closes_at),
        held.where(Round.opens_at > now).order_by(Round.opens_at),
        held.order_by(Round.closes_at.desc()),
        scheduled.order_by(Round.closes_at.desc()),
    ):
        found = db.session.scalars(query.limit(1)).first()
        if found is not None:
            return found.contest
    return None


def rounds_of(contest: Contest) -> Sequence[Round]:
    query = select(Round).where(Round.contest_id == contest.id).order_by(Round.number)
    return db.session.scalars(query).all()


def lock_rounds(contest: Contest) -> Sequence[Round]:
    """The contest's rounds in order, locked and read anew."""
    query = select(Round).where(Round.contest_id == contest.id).order_by(Round.number)
    return db.session.scalars(_locked(query, Round)).all()


def has_scheduled_round(contest: Contest) -> bool:
    """Has the contest promised something that must stay?"""
    query = select(Round.id).where(Round.contest_id == contest.id, Round.scheduled_at.is_not(None)).limit(1)
    return db.session.scalars(query).first() is not None


def get_scope_unit(contest: Contest) -> Unit:
    """The unit whose people the contest is for."""
    return db.session.get_one(Unit, contest.scope_unit_id)


def public_rounds_of(contest: Contest) -> Sequence[Round]:
    """Only the rounds that a person has scheduled."""
    return [found for found in rounds_of(contest) if found.scheduled_at is not None]


def held_rounds(rounds: Sequence[Round]) -> list[Round]:
    """Those that were not cancelled: only they count as weeks of the contest."""
    return [found for found in rounds if found.cancelled_at is None]


def state_of(found: Round, now: datetime) -> rules.RoundState:
    return rules.round_state(
        scheduled_at=found.scheduled_at,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        is_frozen=found.frozen_at is not None,
        is_published=found.published_revision is not None,
        cancelled_at=found.cancelled_at,
        now=now,
    )


def in_scope(grants: tuple[Grant, ...], permission: Permission) -> ColumnElement[bool]:
    """The predicate that narrows contests to those the actor's grants cover."""
    allowed = contests_in_scope(grants, permission)
    return Contest.id.is_not(None) if allowed is None else Contest.id.in_(allowed)


def all_contests() -> Sequence[Contest]:
    """The newest first."""
    return db.session.scalars(select(Contest).order_by(Contest.created_at.desc(), Contest.id.desc())).all()


def contests_managed(grants: tuple[Grant, ...], permission: Permission) -> Sequence[Contest]:
    query = select(Contest).where(in_scope(grants, permission))
    return db.session.scalars(query.order_by(Contest.created_at.desc(), Contest.id.desc())).all()


def get_managed_contest(
    grants: tuple[Grant, ...], permission: Permission, slug: str, *, lock: bool = False
) -> Contest:
    """Another's contest does not exist for the actor: NoResultFound. `lock` holds back other changes."""
    query = select(Contest).where(in_scope(grants, permission), Contest.slug == slug)
    return db.session.scalars(_locked(query, Contest) if lock else query).one()


def get_managed_round(
    grants: tuple[Grant, ...], permission: Permission, slug: str, number: int, *, lock: bool = False
) -> Round:
    """The round with its contest, inside the actor's scope. Raises NoResultFound.

    `lock` locks both: two rounds scheduled at once must not choose the same questions.
    """
    query = (
        select(Round)
        .join(Round.contest)
        .where(in_scope(grants, permission), Contest.slug == slug, Round.number == number)
        .options(contains_eager(Round.contest))
    )
    return db.session.scalars(_locked(query, Round, Contest) if lock else query).one()


def get_scheduled_round(
    grants: tuple[Grant, ...], permission: Permission, slug: str, number: int, *, lock: bool = False
) -> Round:
    """As get_managed_round; a round that was never scheduled has nothing to show yet: NoResultFound."""
    found = get_managed_round(grants, permission, slug, number, lock=lock)
    if found.scheduled_at is None:
        raise NoResultFound
    return found


def _locked(query: Select[Row], *tables: type[Contest | Round]) -> Select[Row]:
    """Locked against changes, not against the foreign keys of people who start; read anew."""
    locked = query.with_for_update(of=tables, key_share=True)
    return locked.execution_options(populate_existing=True)


def get_package(round_id: int) -> RoundPackage:
    """Raises NoResultFound for a round that was never scheduled."""
    return db.session.scalars(select(RoundPackage).where(RoundPackage.round_id == round_id)).one()


def get_latest_key(round_id: int) -> RoundKey:
    """The answer key in force. Raises NoResultFound."""
    query = select(RoundKey).where(RoundKey.round_id == round_id).order_by(RoundKey.version.desc()).limit(1)
    return db.session.scalars(query).one()


def get_first_key(round_id: int) -> RoundKey:
    """The answer key that scheduling committed to. Raises NoResultFound."""
    query = select(RoundKey).where(RoundKey.round_id == round_id, RoundKey.version == 1)
    return db.session.scalars(query).one()


def packages_of(contest: Contest) -> dict[int, RoundPackage]:
    """Round id → what scheduling froze."""
    query = select(RoundPackage).join(Round, Round.id == RoundPackage.round_id)
    found = db.session.scalars(query.where(Round.contest_id == contest.id))
    return {package.round_id: package for package in found}


def get_policy(round_id: int) -> policy.Policy:
    """The ranking policy frozen with the round."""
    return policy.from_json(get_package(round_id).policy)


def extensions_of(round_id: int) -> Sequence[RoundExtension]:
    query = select(RoundExtension).where(RoundExtension.round_id == round_id).order_by(RoundExtension.id)
    return db.session.scalars(query).all()


def used_version_ids(contest_id: int, *, except_round_id: int | None) -> set[int]:
    """Question versions in the pools of the contest's other scheduled rounds."""
    query = select(RoundPackage.pool).join(Round, Round.id == RoundPackage.round_id)
    query = query.where(Round.contest_id == contest_id)
    if except_round_id is not None:
        query = query.where(Round.id != except_round_id)
    return {entry["id"] for pool in db.session.scalars(query) for entry in pool}


def pool_candidates(found: Round) -> list[list[rules.PoolQuestion]]:
    """Per blueprint cell: approved questions, valid on all the round's days, unused in the contest."""
    cells = rules.cells_of(found.blueprint)
    return candidates_of(found.contest_id, found.id, cells, (found.opens_at, found.closes_at))


def candidates_of(
    contest_id: int, round_id: int | None, cells: Sequence[rules.Cell], window: tuple[datetime, datetime]
) -> list[list[rules.PoolQuestion]]:
    """As pool_candidates, for cells and a window that may not be stored yet."""
    used = used_version_ids(contest_id, except_round_id=round_id)
    first, last = map(local_day, window)
    return [_candidates(cell, first, last, used) for cell in cells]


def count_candidates(
    contest_id: int, round_id: int | None, cells: Sequence[rules.Cell], window: tuple[datetime, datetime]
) -> list[int]:
    """How many candidates_of would find for each cell."""
    used = used_version_ids(contest_id, except_round_id=round_id)
    first, last = map(local_day, window)
    return [
        count_approved_versions(cell.topics, cell.level, first=first, last=last, excluding=used)
        for cell in cells
    ]


def _candidates(cell: rules.Cell, first: date, last: date, used: set[int]) -> list[rules.PoolQuestion]:
    return [
        rules.PoolQuestion(
            version_id=version.id,
            content_hash=version.content_hash,
            topic=version.question.topic.code,
            level=version.level,
            option_count=len(version.options),
            pinned=version.pinned,
            answer=version.answer,
        )
        for version in approved_versions(cell.topics, cell.level, first=first, last=last, excluding=used)
    ]


def count_approvers(contest_id: int, now: datetime) -> int:
    """How many people may approve this contest's results now."""
    roles = [str(role) for role, allowed in ROLE_PERMISSIONS.items() if Permission.RESULTS_APPROVE in allowed]
    query = select(func.count(func.distinct(RoleGrant.account_id))).join(
        Account, Account.id == RoleGrant.account_id
    )
    query = query.where(
        Account.disabled_at.is_(None),
        RoleGrant.role.in_(roles),
        or_(RoleGrant.contest_id.is_(None), RoleGrant.contest_id == contest_id),
        RoleGrant.valid_from <= now,
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > now),
    )
    return db.session.scalar(query) or 0
