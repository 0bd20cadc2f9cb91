"""Evaluate a campaign: read everybody's facts, judge them, and write only what changed. Callers commit."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app.contests.models import Round
from app.emulation import facts_queries, queries
from app.emulation.cause_rules import After, Before, cause_of
from app.emulation.criteria_rules import Criteria
from app.emulation.facts_queries import Ground, Kept
from app.emulation.facts_rules import NOBODY, AccountFacts, judge_account, needs_of, own_streak
from app.emulation.mark_queries import mark_of
from app.emulation.models import AccountResult, Campaign, CriteriaVersion, ResultChange
from app.emulation.rules import Cause, Counts
from app.emulation.unit_services import evaluate_units
from app.errors import DomainError
from app.extensions import db
from app.sql import insert_many

BATCH = 5_000
RESULT_COLUMNS = (
    *("campaign_id", "account_id", "version", "unit_id", "rounds_mask", "streak", "best_score"),
    *("best_rank", "referred_count", "good_referrals", "met_bits", "is_met", "missing_count"),
    "evaluated_at",
)
CHANGE_COLUMNS = (
    *("campaign_id", "account_id", "old_bits", "new_bits", "was_met", "is_met", "cause", "round_id"),
    *("version", "at"),
)


class EvaluationRunning(DomainError):
    message = "Kết quả thi đua đang được tính."
    todo = "Bạn chờ một lát rồi tải lại trang."


@dataclass
class Evaluation:
    """One run. `rows` and `changes` wait to be written."""

    ground: Ground
    version: int
    criteria: Criteria
    voided: dict[int, set[int]]
    cancelled: dict[int, int]
    round_ids: dict[int, int]
    now: datetime
    counts: Counts = field(default_factory=Counts)
    stale: list[int] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)


def evaluate(campaign: Campaign, *, now: datetime) -> Counts:
    """Who meets the newest criteria, by all that is known now; the same again changes nothing.

    A closed campaign stays as it was. Raises EvaluationRunning: what is found anew is written once. The
    lock is on the first version of the criteria, so that nobody who attests or saves waits for it.
    """
    first = select(CriteriaVersion).filter_by(campaign_id=campaign.id, version=1)
    if db.session.scalars(first.with_for_update(skip_locked=True)).one_or_none() is None:
        raise EvaluationRunning
    db.session.refresh(campaign)
    version, criteria = queries.latest_criteria(campaign)
    if campaign.closed_at is not None:
        return Counts()
    mark = mark_of(campaign, now)
    run = _begin(campaign, version, criteria, now)
    _evaluate_people(run)
    counts = run.counts + evaluate_units(run.ground, version, criteria.collective, now=now)
    campaign.evaluated_mark, campaign.evaluated_at = mark, now
    db.session.flush()
    return counts


def _begin(campaign: Campaign, version: int, criteria: Criteria, now: datetime) -> Evaluation:
    everything = select(Round.id, Round.number, Round.cancelled_at)
    rounds = db.session.execute(everything.where(Round.contest_id == campaign.contest_id)).all()
    return Evaluation(
        ground=facts_queries.ground_of(campaign, now),
        version=version,
        criteria=criteria,
        voided=facts_queries.voided_rounds(campaign.contest_id),
        cancelled={number: round_id for round_id, number, at in rounds if at is not None},
        round_ids={number: round_id for round_id, number, _at in rounds},
        now=now,
    )


def _evaluate_people(run: Evaluation) -> None:
    part, calendar = run.criteria.individual, run.ground.calendar
    needs = needs_of(part)
    attested = queries.attested_accounts(run.ground.campaign)
    evaluated = 0
    for facts, kept in facts_queries.stream_people(run.ground, needs, attested):
        evaluated += 1
        verdict = judge_account(part, facts, calendar)
        counted = facts.referrals[needs.referrals[0]] if needs.referrals else NOBODY
        new = Kept(
            *(run.version, facts.unit_id, facts.rounds_mask, own_streak(facts, calendar), facts.best_score),
            *(facts.best_rank, counted.referred, counted.good),
            *(verdict.bits, verdict.is_met, verdict.missing),
        )
        if new != kept:
            _note_person(run, facts, kept, new)
    _write_people(run)
    run.counts += Counts(evaluated=evaluated)


def _note_person(run: Evaluation, facts: AccountFacts, kept: Kept | None, new: Kept) -> None:
    campaign_id = run.ground.campaign.id
    if kept is not None:
        run.stale.append(facts.account_id)
    run.rows.append((campaign_id, facts.account_id, *new, run.now))
    was_met, old_bits = (kept.is_met, kept.met_bits) if kept else (False, 0)
    run.counts += Counts(changed=1, met=new.is_met > was_met, lost=was_met > new.is_met)
    has_lost = kept is not None and kept.version == new.version and old_bits & ~new.met_bits
    if was_met != new.is_met or has_lost:
        cause, number = _cause(run, facts, kept, new)
        round_id = run.round_ids[number] if number is not None else None
        run.changes.append(
            (
                *(campaign_id, facts.account_id, old_bits, new.met_bits, was_met, new.is_met),
                *(str(cause), round_id, new.version, run.now),
            )
        )
    if len(run.rows) >= BATCH:
        _write_people(run)


def _cause(run: Evaluation, facts: AccountFacts, kept: Kept | None, new: Kept) -> tuple[Cause, int | None]:
    if kept is None:
        return Cause.PROGRESS, None
    if kept.version != new.version:
        return Cause.CRITERIA, None
    voided = run.voided.get(facts.account_id, set())
    after = After(new.rounds_mask, new.met_bits, facts.barrier, voided)
    before = Before(kept.rounds_mask, kept.met_bits)
    return cause_of(run.criteria.individual.criteria, before, after, run.cancelled)


def _write_people(run: Evaluation) -> None:
    if run.stale:
        own = delete(AccountResult).where(
            AccountResult.campaign_id == run.ground.campaign.id, AccountResult.account_id.in_(run.stale)
        )
        db.session.execute(own.execution_options(synchronize_session=False))
    insert_many(AccountResult, RESULT_COLUMNS, run.rows)
    insert_many(ResultChange, CHANGE_COLUMNS, run.changes)
    run.stale, run.rows, run.changes = [], [], []
