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
from app.contests.policy import LEAGUE_NAMES, Policy, prediction_distance
from app.contests.queries import get_package
from app.contests.rules import KEY_VOIDED, cells_of, paper_size
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import local_day
from app.questions.models import QuestionVersion
from app.ranking import freeze_queries, queries, rules
from app.ranking.models import Freeze, FrozenLine, Revision
from app.units.models import Unit

UNITS_LISTED = 10
LETTERS = "ABCDEFGH"
VOIDED_ANSWER = "Hủy câu hỏi: người có câu này đều được tính điểm"


@dataclass(frozen=True)
class Winner:
    """`is_named` is false where the number stands for the name."""

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
    """Everything the annex shows; `leagues` are (name, winners), `target_name` is empty without one."""

    contest: Contest
    round: Round
    revision: Revision
    figures: dict[str, int]
    max_score: int
    policy: Policy
    target: int | None
    target_name: str
    leagues: list[tuple[str, list[Winner]]]
    units: list[UnitLine]
    sentences: list[str]
    answers: list[Answer]

    @property
    def has_unnamed(self) -> bool:
        return any(not winner.is_named for _name, winners in self.leagues for winner in winners)


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
        figures=freeze.figures or {},
        max_score=paper_size(cells_of(found.blueprint)),
        policy=policy,
        target=freeze.target,
        target_name=wording.TARGET_NAMES[policy.target] if policy.target else "",
        leagues=[
            (LEAGUE_NAMES[league], _winners(freeze, league, policy, found.opens_at))
            for league in sorted(freeze.line_counts or {})
        ],
        units=_units(freeze),
        sentences=wording.rules_sentences(policy, found.contest.label),
        answers=_answers(freeze),
    )


def _winners(freeze: Freeze, league: str, policy: Policy, opens_at: datetime) -> list[Winner]:
    parent = aliased(Unit)
    query = (
        select(FrozenLine, Enrolment.contestant_no, Account, Unit.full_name, parent.full_name)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .where(FrozenLine.freeze_id == freeze.id, FrozenLine.league == league)
        .where(FrozenLine.prize.is_not(None))
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
                prize=prizes[line.prize],
                lot=line.lot,
            )
        )
    return winners


def _distance(prediction: int | None, target: int | None) -> int | None:
    return None if prediction is None or target is None else prediction_distance(prediction, target)


def _units(freeze: Freeze) -> list[UnitLine]:
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
