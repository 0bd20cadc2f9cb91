"""Whom a body may choose: who has the flag, in a stated order, with what speaks against it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import Account
from app.commendation.models import Dossier
from app.commendation.queries import Office
from app.commendation.rules import BLOCKING, Conflict
from app.commendation.workflow_rules import OVER
from app.complaints.models import Complaint
from app.contests.models import Round
from app.emulation.models import AccountResult, Campaign, UnitResult
from app.emulation.queries import latest_criteria
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.exclusion_rules import Mode
from app.enrolments.models import Enrolment
from app.extensions import db
from app.integrity.models import Signal, SignalPerson, SignalReview
from app.units.models import Unit
from app.units.queries import under

PAGE_LINES = 50
NO_RANK = 1 << 30


@dataclass(frozen=True)
class Candidate:
    """A person with the flag; `met` criteria, `weeks` rounds taken, `referrals` that count and keep up."""

    account: Account
    unit: Unit
    met: int
    weeks: int
    referrals: int
    best_rank: int | None
    conflicts: frozenset[Conflict] = field(default_factory=frozenset)

    @property
    def is_blocked(self) -> bool:
        return bool(self.conflicts & BLOCKING)


@dataclass(frozen=True)
class CollectiveCandidate:
    """A collective with the flag; `rate_permille` None where no headcount was approved."""

    unit: Unit
    met: int
    people: int
    headcount: int | None
    rate_permille: int | None
    winners: int
    conflicts: frozenset[Conflict] = field(default_factory=frozenset)

    @property
    def is_blocked(self) -> bool:
        return bool(self.conflicts & BLOCKING)


def people_page(office: Office, actor_id: int, page: int) -> tuple[list[Candidate], int]:
    """(one page of people in the order of wording.ORDER_SENTENCE; number of pages)."""
    query = _people(office).where(AccountResult.is_met)
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(*_order(office.campaign))
    rows = db.session.execute(ordered.offset((page - 1) * PAGE_LINES).limit(PAGE_LINES)).all()
    return _candidates(office, rows, actor_id), max(1, -(-count // PAGE_LINES))


def _people(office: Office) -> Select[tuple[AccountResult, Account, Unit]]:
    return (
        select(AccountResult, Account, Unit)
        .join(Account, Account.id == AccountResult.account_id)
        .join(Unit, Unit.id == AccountResult.unit_id)
        .where(AccountResult.campaign_id == office.campaign.id, under(office.unit))
    )


def _order(campaign: Campaign) -> list[ColumnElement[Any]]:
    """The order of wording.ORDER_SENTENCE in SQL."""
    _version, criteria = latest_criteria(campaign)
    rounds = db.session.scalar(select(func.max(Round.number)).filter_by(contest_id=campaign.contest_id))
    return [
        _ones(AccountResult.met_bits, len(criteria.individual.criteria)).desc(),
        AccountResult.good_referrals.desc(),
        _ones(AccountResult.rounds_mask, rounds or 0).desc(),
        func.coalesce(AccountResult.best_rank, NO_RANK).asc(),
        Account.sort_key.asc(),
        Account.id.asc(),
    ]


def _ones(bits: InstrumentedAttribute[int], length: int) -> ColumnElement[int]:
    """How many of the lowest `length` bits are set, in SQL that both engines have."""
    ones = (case((bits.bitwise_and(1 << place) == 0, 0), else_=1) for place in range(length))
    return sum(ones, start=literal(0))


def people_to_choose(office: Office, public_ids: Collection[str], actor_id: int) -> list[Candidate]:
    """The people of these public ids in the body's place, whether they have the flag or not any more."""
    rows = db.session.execute(_people(office).where(Account.public_id.in_(public_ids))).all()
    return _candidates(office, rows, actor_id)


def _candidates(
    office: Office, rows: Sequence[Row[tuple[AccountResult, Account, Unit]]], actor_id: int
) -> list[Candidate]:
    conflicts = conflicts_of(office, [account.id for _result, account, _unit in rows], actor_id)
    return [
        Candidate(
            account,
            unit,
            met=result.met_bits.bit_count(),
            weeks=result.rounds_mask.bit_count(),
            referrals=result.good_referrals,
            best_rank=result.best_rank,
            conflicts=conflicts[account.id],
        )
        for result, account, unit in rows
    ]


def conflicts_of(
    office: Office, account_ids: Collection[int], actor_id: int
) -> dict[int, frozenset[Conflict]]:
    """Account → what a chooser should know of it. A signal says only that something is looked at."""
    campaign = office.campaign
    flagged = select(AccountResult.account_id).where(
        AccountResult.campaign_id == campaign.id, AccountResult.is_met
    )
    met = set(db.session.scalars(flagged.where(AccountResult.account_id.in_(account_ids))))
    found: dict[int, set[Conflict]] = {one: set() for one in account_ids}
    for conflict, ids in (
        (Conflict.SELF, {actor_id}),
        (Conflict.NOT_MET, set(account_ids) - met),
        (Conflict.PROPOSED, _proposed(campaign, Dossier.account_id, account_ids)),
        (Conflict.UNDER_REVIEW, _under_review(campaign.contest_id, account_ids)),
        (Conflict.COMPLAINT, _complaining(campaign.contest_id, account_ids)),
    ):
        for one in found.keys() & ids:
            found[one].add(conflict)
    for account_id, mode in _excluded(campaign.contest_id, account_ids):
        found[account_id].add(Conflict.BARRED if mode == Mode.BARRED else Conflict.EXCLUDED)
    return {account_id: frozenset(conflicts) for account_id, conflicts in found.items()}


def _proposed(
    campaign: Campaign, column: InstrumentedAttribute[int | None], ids: Collection[int]
) -> set[int]:
    query = select(column).where(
        Dossier.campaign_id == campaign.id, column.in_(ids), Dossier.state.not_in(OVER)
    )
    return {one for one in db.session.scalars(query) if one is not None}


def _under_review(contest_id: int, account_ids: Collection[int]) -> set[int]:
    reviewed = select(SignalReview.id).where(SignalReview.signal_id == Signal.id).exists()
    query = (
        select(Enrolment.account_id)
        .join(SignalPerson, SignalPerson.enrolment_id == Enrolment.id)
        .join(Signal, Signal.id == SignalPerson.signal_id)
        .where(Enrolment.contest_id == contest_id, Enrolment.account_id.in_(account_ids), ~reviewed)
    )
    return set(db.session.scalars(query))


def _complaining(contest_id: int, account_ids: Collection[int]) -> set[int]:
    query = (
        select(Complaint.account_id)
        .join(Round, Round.id == Complaint.round_id)
        .where(
            Round.contest_id == contest_id,
            Complaint.account_id.in_(account_ids),
            Complaint.closed_at.is_(None),
        )
    )
    return set(db.session.scalars(query))


def _excluded(contest_id: int, account_ids: Collection[int]) -> Iterable[tuple[int, str]]:
    """(account, mode) of who is on the contest's list, by account or still by their number."""
    query = (
        select(Account.id, Exclusion.mode)
        .join(
            Exclusion,
            or_(Exclusion.account_id == Account.id, Exclusion.phone == Account.sign_in_name),
        )
        .where(
            and_(Exclusion.contest_id == contest_id, Exclusion.removed_at.is_(None)),
            Account.id.in_(account_ids),
        )
    )
    return [(account_id, mode) for account_id, mode in db.session.execute(query)]


def collective_candidates(office: Office) -> list[CollectiveCandidate]:
    """Collectives with the flag in the order of wording.COLLECTIVE_ORDER_SENTENCE."""
    query = _units(office).where(UnitResult.is_met)
    found = _collectives(office, query)
    return sorted(
        found,
        key=lambda one: (-one.met, -(one.rate_permille or 0), -one.people, -one.winners, one.unit.sort_key),
    )


def collectives_to_choose(office: Office, codes: Collection[str]) -> list[CollectiveCandidate]:
    """The units of these codes in the body's place, whether they have the flag or not any more."""
    return _collectives(office, _units(office).where(Unit.code.in_(codes)))


def _units(office: Office) -> Select[tuple[UnitResult, Unit]]:
    return (
        select(UnitResult, Unit)
        .join(Unit, Unit.id == UnitResult.unit_id)
        .where(UnitResult.campaign_id == office.campaign.id, under(office.unit))
    )


def _collectives(office: Office, query: Select[tuple[UnitResult, Unit]]) -> list[CollectiveCandidate]:
    rows = db.session.execute(query).all()
    proposed = select(Dossier.unit_id).where(
        Dossier.campaign_id == office.campaign.id, Dossier.account_id.is_(None), Dossier.state.not_in(OVER)
    )
    taken = set(db.session.scalars(proposed))
    return [
        CollectiveCandidate(
            unit,
            met=result.met_bits.bit_count(),
            people=result.people,
            headcount=result.headcount,
            rate_permille=result.rate_permille,
            winners=result.winners,
            conflicts=frozenset(
                conflict
                for conflict, holds in (
                    (Conflict.PROPOSED, unit.id in taken),
                    (Conflict.NOT_MET, not result.is_met),
                )
                if holds
            ),
        )
        for result, unit in rows
    ]


def is_met(campaign: Campaign, account_id: int | None, unit: Unit) -> bool:
    """Did the last evaluation leave the person, or without one the unit, with the flag?"""
    result: AccountResult | UnitResult | None
    if account_id is None:
        result = db.session.get(UnitResult, (campaign.id, unit.id))
    else:
        result = db.session.get(AccountResult, (campaign.id, account_id))
    return result is not None and result.is_met
