"""Read the facts that criteria ask of people: streamed for everybody, or with every detail for one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, text

from app.accounts.models import Account, Referral
from app.contests.models import Contest, Round
from app.contests.queries import rounds_of
from app.emulation.criteria_rules import Referrals
from app.emulation.facts_rules import (
    AccountFacts,
    Barrier,
    Brought,
    Calendar,
    Counted,
    Needs,
    count_referrals,
)
from app.emulation.facts_statements import ask_everybody, ask_few
from app.emulation.models import Campaign
from app.emulation.rules import mask_of
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.localtime import local_day
from app.ranking.models import Decision, Revision
from app.ranking.rules import Kind
from app.sql import dialect_name
from app.units.models import Unit
from app.units.rules import range_end

STREAMED_ROWS = 5_000
# Columns of the statement that are AccountFacts as they stand.
FACTS = 11


@dataclass(frozen=True)
class Ground:
    """What an evaluation stands on: the contest's rounds that count, and whose people are meant."""

    campaign: Campaign
    contest: Contest
    rounds: Sequence[Round]
    calendar: Calendar
    parameters: Mapping[str, Any]

    @property
    def keys(self) -> list[tuple[int, int]]:
        """(id, number) of the rounds that count."""
        return [(found.id, found.number) for found in self.rounds]


class Kept(NamedTuple):
    """A stored result, in the order of evaluation_services.RESULT_COLUMNS."""

    version: int
    unit_id: int
    rounds_mask: int
    streak: int
    best_score: int
    best_rank: int | None
    referred_count: int
    good_referrals: int
    met_bits: int
    is_met: bool
    missing_count: int


@dataclass(frozen=True)
class Person:
    """One person with whom they brought; whoever was brought with their name."""

    facts: AccountFacts
    brought: Sequence[Brought]
    accounts: Mapping[int, Account]


def ground_of(campaign: Campaign, now: datetime) -> Ground:
    """A round counts unless it was cancelled; a draft counts as long as it may still be scheduled."""
    contest = db.session.get_one(Contest, campaign.contest_id)
    rounds = [
        found
        for found in rounds_of(contest)
        if found.cancelled_at is None and (found.scheduled_at is not None or found.opens_at > now)
    ]
    calendar = Calendar(
        numbers=tuple(found.number for found in rounds),
        open=mask_of(found.number for found in rounds if found.closes_at > now),
        unpublished=mask_of(found.number for found in rounds if found.published_revision is None),
        today=local_day(now),
    )
    return Ground(campaign, contest, rounds, calendar, _parameters(campaign, contest, rounds))


def _parameters(campaign: Campaign, contest: Contest, rounds: Sequence[Round]) -> dict[str, Any]:
    unit = db.session.get_one(Unit, campaign.unit_id)
    scope = db.session.get_one(Unit, contest.scope_unit_id)
    official = select(Revision.freeze_id).join(Round, Round.id == Revision.round_id)
    official = official.where(
        Round.id.in_([found.id for found in rounds]), Round.published_revision == Revision.number
    )
    return {
        "campaign_id": campaign.id,
        "contest_id": contest.id,
        "series": contest.series_code,
        "unit_path": unit.path,
        "unit_end": range_end(unit.path),
        "scope_path": scope.path,
        "scope_end": range_end(scope.path),
        "freeze_ids": list(db.session.scalars(official)),
    }


def stream_people(
    ground: Ground, needs: Needs, attested: Mapping[int, Mapping[str, bool]]
) -> Iterator[tuple[AccountFacts, Kept | None]]:
    """Everybody in the campaign's unit who did anything or has a result, streamed in one transaction.

    `attested` is queries.attested_accounts.
    """
    asked = ask_everybody(ground.keys, ground.calendar, needs)
    if dialect_name() == "postgresql":
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
    parameters = {**ground.parameters, **asked.parameters, "attested_ids": list(attested)}
    rows = db.session.execute(asked.statement, parameters, execution_options={"yield_per": STREAMED_ROWS})
    first, width = FACTS + len(needs.percents), len(Kept._fields)
    for row in rows:
        counted = {
            criterion: Counted(row[first + 2 * index], row[first + 2 * index + 1])
            for index, criterion in enumerate(needs.referrals)
        }
        kept = Kept(*row[-width:]) if row[-width] is not None else None
        yield _facts(row, needs, counted, attested.get(row[0], {})), kept


def _facts(
    row: Row[Any], needs: Needs, counted: Mapping[Referrals, Counted], attested: Mapping[str, bool]
) -> AccountFacts:
    """The statement's columns come in the order of AccountFacts: a million rows are read by place."""
    plain: list[Any] = list(row[:FACTS])
    plain[-1] = Barrier(plain[-1])
    scores = dict(zip(needs.percents, row[FACTS:], strict=False))
    plain += (scores, counted, attested)
    return AccountFacts(*plain)


def read_person(ground: Ground, needs: Needs, account_id: int, attested: Mapping[str, bool]) -> Person:
    """The same facts of one person, read now, with everybody they brought. Raises NoResultFound."""
    account = db.session.get_one(Account, account_id)
    merged = _merged_into([account_id])
    referrals = select(Referral).where(Referral.referrer_id.in_([account_id, *merged]))
    found = [one for one in db.session.scalars(referrals) if one.account_id != account_id]
    accounts = _accounts([one.account_id for one in found])
    everybody = [account_id, *accounts]
    asked = ask_few(ground.keys, needs)
    parameters = {
        **ground.parameters,
        **asked.parameters,
        "account_ids": everybody,
        "enrolled_ids": [*everybody, *_merged_into(everybody)],
    }
    rows = {row.account_id: row for row in db.session.execute(asked.statement, parameters)}
    brought = [_brought(rows[one.account_id], one.at) for one in found]
    counted = {one: count_referrals(one, brought, ground.calendar) for one in needs.referrals}
    return Person(
        _facts(rows[account_id], needs, counted, attested), brought, {account_id: account} | accounts
    )


def voided_rounds(contest_id: int) -> dict[int, set[int]]:
    """Person → numbers of the rounds in which an attempt of theirs is voided."""
    query = (
        select(func.coalesce(AccountMerge.kept_id, Enrolment.account_id), Round.number)
        .select_from(Decision)
        .join(Round, Round.id == Decision.round_id)
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .outerjoin(
            AccountMerge,
            (AccountMerge.absorbed_id == Enrolment.account_id) & AccountMerge.undone_at.is_(None),
        )
        .where(Round.contest_id == contest_id, Decision.kind == Kind.VOID, Decision.undone_at.is_(None))
    )
    rounds: dict[int, set[int]] = {}
    for person_id, number in db.session.execute(query):
        rounds.setdefault(person_id, set()).add(number)
    return rounds


def _merged_into(account_ids: Collection[int]) -> Sequence[int]:
    query = select(AccountMerge.absorbed_id)
    return db.session.scalars(
        query.where(AccountMerge.kept_id.in_(account_ids), AccountMerge.undone_at.is_(None))
    ).all()


def _accounts(account_ids: Collection[int]) -> dict[int, Account]:
    query = select(Account).where(Account.id.in_(account_ids))
    return {account.id: account for account in db.session.scalars(query)}


def _brought(row: Row[Any], at: datetime) -> Brought:
    return Brought(
        account_id=row.account_id,
        at=at,
        rounds_mask=row.rounds_mask,
        lives_in_unit=row.home_inside is not None,
        lives_in_contest=row.home_in_scope is not None,
        barrier=Barrier(row.barrier),
    )
