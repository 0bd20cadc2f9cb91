"""Gather what the annex of a decision prints: the only place with full names, and only with consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.accounts.consent_wording import Purpose
from app.accounts.models import Account
from app.accounts.queries import people_consenting
from app.accounts.rules import age_on
from app.contests import policy as policies
from app.contests import wording
from app.contests.models import Contest, Round
from app.contests.policy import Policy, prediction_distance
from app.contests.queries import get_package
from app.contests.rules import KEY_VOIDED, cells_of, paper_size
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import local_day
from app.questions.models import QuestionVersion
from app.ranking import award_queries, freeze_queries, queries, rules
from app.ranking.desk_models import SignedDecision
from app.ranking.models import Freeze, FrozenLine, Revision
from app.units.models import Unit

UNITS_LISTED = 10
LETTERS = "ABCDEFGH"
VOIDED_ANSWER = "Hủy câu hỏi: người có câu này đều được tính điểm"


@dataclass(frozen=True)
class Winner:
    """A winner or, with an empty `prize`, a substitute; `is_named` is false where the number is the name."""

    rank: int
    name: str
    is_named: bool
    place: str
    score: int
    prediction: int | None
    distance: int | None
    duration: int
    finished_at: datetime
    prize: str
    lot: str | None


@dataclass(frozen=True)
class AnnexLeague:
    """`passed_over` are (rank, name, why), `empty_slots` prizes that too few people leave."""

    name: str
    winners: list[Winner]
    substitutes: list[Winner]
    passed_over: list[tuple[int, str, str]]
    ranked: int
    empty_slots: int


@dataclass(frozen=True)
class UnitLine:
    name: str
    people: int
    attempts: int


@dataclass(frozen=True)
class Answer:
    """A question of the week's pool and its right options in words."""

    stem: str
    right: list[str]


@dataclass(frozen=True)
class Annex:
    """Everything the annex shows; `target_name` is empty without one, `decision` None before it is signed."""

    contest: Contest
    round: Round
    revision: Revision
    decision: SignedDecision | None
    figures: dict[str, int]
    max_score: int
    policy: Policy
    target: int | None
    target_name: str
    leagues: list[AnnexLeague]
    units: list[UnitLine]
    sentences: list[str]
    answers: list[Answer]

    @property
    def has_unnamed(self) -> bool:
        return any(
            not person.is_named
            for league in self.leagues
            for person in [*league.winners, *league.substitutes]
        )

    @property
    def has_substitutes(self) -> bool:
        return any(league.substitutes or league.passed_over for league in self.leagues)


def annex_of(round_id: int, number: int) -> Annex:
    """What the annex of a revision prints. Raises NoResultFound."""
    revision = queries.get_revision(round_id, number)
    found = db.session.get_one(Round, round_id)
    freeze = queries.get_freeze(revision.freeze_id)
    policy = policies.from_json(get_package(round_id).policy)
    return Annex(
        contest=found.contest,
        round=found,
        revision=revision,
        decision=next(iter(queries.signed_decisions_of(revision)), None),
        figures=freeze.figures or {},
        max_score=paper_size(cells_of(found.blueprint)),
        policy=policy,
        target=freeze.target,
        target_name=wording.TARGET_NAMES[policy.target] if policy.target else "",
        leagues=[
            _league(freeze, awards, policy, found.opens_at)
            for awards in award_queries.awards_of(freeze, policy)
        ],
        units=top_units(freeze),
        sentences=wording.rules_sentences(policy, found.contest.label),
        answers=_answers(freeze),
    )


def _league(
    freeze: Freeze, awards: award_queries.LeagueAwards, policy: Policy, opens_at: datetime
) -> AnnexLeague:
    lines = [line for _prize, line in awards.slots if line is not None]
    people = _people(freeze, [*lines, *awards.substitutes], policy, opens_at)
    passed = _people(freeze, [line for line, _reason in awards.passed_over], policy, opens_at)
    reasons = [rules.PASSED_OVER_NAMES[rules.PassedOver(reason)] for _line, reason in awards.passed_over]
    return AnnexLeague(
        name=awards.name,
        winners=people[: len(lines)],
        substitutes=people[len(lines) :],
        passed_over=[(one.rank, one.name, why) for one, why in zip(passed, reasons, strict=True)],
        ranked=awards.ranked,
        empty_slots=awards.empty_slots,
    )


def _people(freeze: Freeze, lines: Sequence[FrozenLine], policy: Policy, opens_at: datetime) -> list[Winner]:
    """The people of these lines, which stand by position."""
    parent = aliased(Unit)
    query = (
        select(FrozenLine, Enrolment.contestant_no, Account, Unit.full_name, parent.full_name)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .where(FrozenLine.freeze_id == freeze.id)
        .where(FrozenLine.enrolment_id.in_([line.enrolment_id for line in lines]))
        .order_by(FrozenLine.position)
    )
    rows = db.session.execute(query).all()
    consenting = people_consenting(Purpose.PUBLICATION, [row[2].id for row in rows])
    prizes = {prize.code: prize.name for prize in policy.prizes}
    winners = []
    for line, contestant_no, account, unit, above in rows:
        age = age_on(account.date_of_birth, local_day(opens_at))
        is_named = rules.may_be_named(has_consent=account.id in consenting, age=age)
        winners.append(
            Winner(
                rank=line.rank,
                name=account.full_name if is_named else f"Thí sinh {contestant_no}",
                is_named=is_named,
                place=", ".join(filter(None, (unit, above))) if is_named else "",
                score=line.score,
                prediction=line.prediction,
                distance=_distance(line.prediction, freeze.target),
                duration=line.duration,
                finished_at=line.finished_at,
                prize=prizes[line.prize] if line.prize else "",
                lot=line.lot,
            )
        )
    return winners


def _distance(prediction: int | None, target: int | None) -> int | None:
    return None if prediction is None or target is None else prediction_distance(prediction, target)


def top_units(freeze: Freeze) -> list[UnitLine]:
    """The units of the second level with the most people."""
    listed = (freeze.units or [])[:UNITS_LISTED]
    query = select(Unit.id, Unit.full_name).where(Unit.id.in_([unit["unit_id"] for unit in listed]))
    names = {unit_id: name for unit_id, name in db.session.execute(query)}
    return [UnitLine(names[unit["unit_id"]], unit["people"], unit["attempts"]) for unit in listed]


def _answers(freeze: Freeze) -> list[Answer]:
    """The pool in its order with the key that the freeze graded by."""
    key = freeze_queries.get_key(freeze.round_id, freeze.key_version or 0).answers
    ids: Sequence[int] = [entry["id"] for entry in get_package(freeze.round_id).pool]
    query = select(QuestionVersion).where(QuestionVersion.id.in_(ids))
    versions = {version.id: version for version in db.session.scalars(query)}
    return [Answer(versions[one].stem, _right(versions[one].options, key[str(one)])) for one in ids]


def _right(options: Sequence[str], letters: str) -> list[str]:
    if letters == KEY_VOIDED:
        return [VOIDED_ANSWER]
    return [f"{letter}. {options[LETTERS.index(letter)]}" for letter in letters]
