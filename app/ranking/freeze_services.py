"""Compute a freeze: what is valid, counted, ranked and awarded, and the files that would be published.

Callers hold no lock and commit; the round's row lock taken here keeps decisions and publication out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from app.attempts.services import close_overdue
from app.audit.services import record
from app.contests import policy as policies
from app.contests.models import Round, RoundKey
from app.contests.queries import get_latest_key, get_package
from app.contests.result_services import mark_frozen
from app.extensions import db
from app.files.services import store_file
from app.ranking import freeze_queries, order_rules, publication_rules
from app.ranking.key_services import regrade_round
from app.ranking.models import Decision, Freeze, FrozenLine
from app.ranking.order_rules import AttemptRow, Result
from app.ranking.publication_rules import RoundFacts
from app.ranking.rules import Kind, PassedOver, StillReceiving
from app.sql import insert_many

LINE_COLUMNS = (
    *("freeze_id", "enrolment_id", "attempt_id", "position", "rank", "league", "score", "prediction"),
    *("duration", "finished_at", "lot", "prize", "passed_over"),
)


@dataclass(frozen=True)
class Settled:
    """A round's result with what it was computed from."""

    facts: RoundFacts
    result: Result
    rows: list[AttemptRow]

    @property
    def body(self) -> bytes:
        return publication_rules.body_of(self.facts, self.result)

    @property
    def public_file(self) -> bytes:
        return publication_rules.public_file_of(self.facts, self.result, self.rows)


def compute_freeze(freeze_id: int, *, now: datetime) -> None:
    """Fill in the freeze; does nothing when it is filled in already, or the round was cancelled meanwhile.

    Closes overdue attempts and grades by the newest key first. Raises StillReceiving, NoResultFound.
    """
    freeze = db.session.get_one(Freeze, freeze_id)
    found = db.session.scalars(
        select(Round).where(Round.id == freeze.round_id).with_for_update(key_share=True, of=Round)
    ).one()
    db.session.refresh(freeze)
    if freeze.frozen_at is not None or found.cancelled_at is not None:
        return
    _close_what_is_overdue(found.id, now)
    key = get_latest_key(found.id)
    if freeze_queries.has_attempts_of_other_key(found.id, key.version):
        regrade_round(found.id, key.version, now=now)
    decisions = freeze_queries.active_decisions(found.id)
    barred = barred_from_prizes(found, decisions)
    settled = settle_round(found, key, decisions, barred)
    _store(freeze, settled, now)
    freeze.key_version = key.version
    freeze.decision_ids = [decision.id for decision in decisions]
    freeze.barred = {str(number): str(reason) for number, reason in sorted(barred.items())}
    freeze.changes, freeze.public_changes = _compare(freeze, settled.result)
    mark_frozen(found, at=now)
    record(
        "results.frozen",
        actor_id=freeze.requested_by,
        subject=f"round:{found.id}",
        now=now,
        freeze=freeze.number,
        body_sha256=freeze.body_sha256,
    )


def _close_what_is_overdue(round_id: int, now: datetime) -> None:
    for attempt_id in freeze_queries.open_attempt_ids(round_id):
        close_overdue(attempt_id, now=now)
    if freeze_queries.open_attempt_ids(round_id):
        raise StillReceiving


def barred_from_prizes(found: Round, decisions: Sequence[Decision]) -> dict[int, PassedOver]:
    """Contestant numbers that take no prize in this round now, and why."""
    decided = [decision.enrolment_id for decision in decisions if decision.kind == Kind.NO_PRIZE]
    numbers = freeze_queries.contestant_numbers(decided)
    barred = {numbers[enrolment_id]: PassedOver.NO_PRIZE for enrolment_id in decided}
    policy = policies.from_json(get_package(found.id).policy)
    if policy.one_prize_per_person:
        for number in freeze_queries.winners_of_other_rounds(found.contest_id, found.id):
            barred.setdefault(number, PassedOver.WON_BEFORE)
    return barred


def settle_round(
    found: Round, key: RoundKey, decisions: Sequence[Decision], barred: Mapping[int, PassedOver]
) -> Settled:
    """Compute the result from the attempts as they are stored; changes nothing."""
    package = get_package(found.id)
    minimum_answered = int(package.settings["minimum_answered"])
    rows = list(
        freeze_queries.closed_attempts(
            found.id,
            minimum_answered=minimum_answered,
            decisions=decisions,
            units=freeze_queries.second_level_units(found.contest),
        )
    )
    facts = RoundFacts(
        contest=found.contest.slug,
        round=found.number,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        minimum_answered=minimum_answered,
        commitment=package.commitment,
        seed=package.seed,
        policy=package.policy,
        key_version=key.version,
        key_digest=key.digest,
    )
    policy = policies.from_json(package.policy)
    return Settled(facts, order_rules.settle(rows, policy, seed=package.seed, barred=barred), rows)


def recompute(freeze: Freeze) -> Settled:
    """The freeze computed again from the attempts, with the decisions and bars it applied.

    Equal to the frozen files as long as the round is still graded by the freeze's key version.
    """
    found = db.session.get_one(Round, freeze.round_id)
    key = freeze_queries.get_key(freeze.round_id, freeze.key_version or 0)
    decisions = freeze_queries.decisions_by_id(freeze.decision_ids or [])
    barred = {int(number): PassedOver(reason) for number, reason in (freeze.barred or {}).items()}
    return settle_round(found, key, decisions, barred)


def _store(freeze: Freeze, settled: Settled, now: datetime) -> None:
    result = settled.result
    body = store_file(settled.body, publication_rules.BODY_TYPE, now=now)
    public = store_file(settled.public_file, publication_rules.PUBLIC_TYPE, now=now)
    freeze.frozen_at, freeze.body_sha256, freeze.public_sha256 = now, body, public
    freeze.target = result.target
    freeze.figures = vars(result.figures)
    freeze.line_counts = _count_lines(result)
    most_people_first = sorted(result.units.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    freeze.units = [
        {"unit_id": unit_id, "people": people, "attempts": attempts}
        for unit_id, (people, attempts) in most_people_first
    ]
    db.session.flush()
    insert_many(FrozenLine, LINE_COLUMNS, _line_values(freeze.id, result))


def _count_lines(result: Result) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place in result.places:
        counts[place.entry.league] = counts.get(place.entry.league, 0) + 1
    return counts


def _line_values(freeze_id: int, result: Result) -> list[tuple[object, ...]]:
    return [
        (
            *(freeze_id, place.entry.enrolment_id, place.entry.attempt_id, place.position, place.rank),
            *(place.entry.league, place.entry.line.score, place.entry.line.prediction),
            *(place.entry.line.duration, place.entry.line.finished_at, place.lot, place.prize),
            str(place.passed_over) if place.passed_over else None,
        )
        for place in result.places
    ]


def _compare(freeze: Freeze, result: Result) -> tuple[dict[str, object] | None, dict[str, object] | None]:
    """Changes against the previous freeze and against what is published; drops lines nobody needs."""
    previous = freeze_queries.previous_freeze(freeze)
    published = freeze_queries.published_freeze(freeze.round_id)
    changes = _changes_since(previous, freeze, result) if previous else None
    if previous is None or published is None:
        public = None
    elif published.id == previous.id:
        public = changes
    else:
        public = _changes_since(published, freeze, result)
    if previous is not None and not freeze_queries.is_published(previous.id):
        db.session.execute(delete(FrozenLine).where(FrozenLine.freeze_id == previous.id))
    return changes, public


def _changes_since(older: Freeze, freeze: Freeze, result: Result) -> dict[str, object]:
    new = {place.entry.line.contestant_no: (place.rank, place.prize) for place in result.places}
    return order_rules.changes_between(
        freeze_queries.places_of(older.id),
        new,
        {"target": older.target, **(older.figures or {})},
        {"target": freeze.target, **(freeze.figures or {})},
    )
