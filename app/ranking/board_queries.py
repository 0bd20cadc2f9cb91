"""What the public may see of a round: every public page and number comes through `board_of`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select

from app.accounts.consent_wording import Purpose
from app.accounts.models import Account
from app.accounts.queries import people_consenting
from app.accounts.rules import age_on
from app.attempts.models import Attempt
from app.attempts.queries import policy_of
from app.contests.models import Round
from app.contests.policy import Leagues, Policy, prediction_distance
from app.contests.queries import state_of
from app.contests.rules import cells_of, paper_size
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import local_day
from app.ranking import live_queries, queries, rules
from app.ranking.models import Freeze, FrozenLine, LiveBoard, Revision
from app.ranking.order_rules import Figures
from app.ranking.rules import Board
from app.text import public_name
from app.units.models import Unit

TOP_LINES = 20
PAGE_LINES = 20


class PublicPerson(NamedTuple):
    """How the public sees somebody: name and district with consent, otherwise only the number."""

    name: str
    place: str
    contestant_no: int


@dataclass(frozen=True)
class PublicBoard:
    """What may be shown now. `figures` is None where they would tell what people predict.

    `freeze` is that of the revision in force on an official board; `live` belongs to a live one.
    """

    board: Board
    policy: Policy
    max_score: int
    figures: Figures | None
    computed_at: datetime | None
    freeze: Freeze | None
    revision: Revision | None

    @property
    def target(self) -> int | None:
        return self.freeze.target if self.freeze else None


@dataclass(frozen=True)
class BoardLine:
    """One line of a board; `prize` is a prize code, `distance` how far the prediction was."""

    enrolment_id: int
    person: PublicPerson
    rank: int
    score: int
    prediction: int | None
    distance: int | None
    duration: int
    finished_at: datetime
    lot: str | None = None
    prize: str | None = None
    passed_over: str | None = None


def board_of(found: Round, now: datetime, *, revision_number: int | None = None) -> PublicBoard:
    """What the public may see of the round now, or of one published revision. Raises NoResultFound."""
    policy = policy_of(found.id)
    state = state_of(found, now)
    freeze = queries.find_computed_freeze(found.id)
    board = rules.shown_board(
        state, policy, closes_at=found.closes_at, has_freeze=freeze is not None, now=now
    )
    revision = None
    if board is Board.OFFICIAL:
        revision = queries.get_revision(found.id, revision_number or found.published_revision or 0)
        freeze = queries.get_freeze(revision.freeze_id)
    live = live_queries.find_live_board(found.id) if board is Board.LIVE else None
    is_settled = board in (Board.FROZEN, Board.OFFICIAL)
    return PublicBoard(
        board=board,
        policy=policy,
        max_score=paper_size(cells_of(found.blueprint)),
        figures=_figures(board, policy, freeze, live),
        computed_at=live.computed_at if live else freeze.frozen_at if freeze and is_settled else None,
        freeze=freeze if is_settled else None,
        revision=revision,
    )


def _figures(board: Board, policy: Policy, freeze: Freeze | None, live: LiveBoard | None) -> Figures | None:
    if not rules.shows_figures(board, policy):
        return None
    if live is not None:
        return Figures(live.people, live.attempts, live.people_all_correct)
    return Figures(**freeze.figures) if board is not Board.LIVE and freeze and freeze.figures else None


def leagues_of(shown: PublicBoard) -> Sequence[str]:
    """The leagues that a board is divided in: those with anybody in them once it is frozen."""
    if shown.freeze is not None:
        return sorted(shown.freeze.line_counts or {})
    return ["inside", "outside"] if shown.policy.leagues is Leagues.BY_SCOPE else [""]


def top_lines(found: Round, shown: PublicBoard, league: str) -> list[BoardLine]:
    """The first TOP_LINES of a provisional board, without prizes."""
    if shown.board is Board.LIVE:
        return _live_lines(found, league)
    lines = frozen_page(found, shown, league, 1, size=TOP_LINES)
    return [_without_prize(line) for line in lines]


def _without_prize(line: BoardLine) -> BoardLine:
    return BoardLine(**vars(line) | {"lot": None, "prize": None, "passed_over": None})


def _live_lines(found: Round, league: str) -> list[BoardLine]:
    top = live_queries.top_standings(found.id, league, TOP_LINES)
    query = select(Attempt).where(Attempt.id.in_([row.attempt_id for row in top]))
    attempts = {attempt.id: attempt for attempt in db.session.scalars(query)}
    people = people_of([row.enrolment_id for row in top], found.opens_at)
    keys = [row.sort_key for row in top]
    return [
        _live_line(row, attempts[row.attempt_id], people[row.enrolment_id], 1 + keys.index(row.sort_key))
        for row in top
    ]


def _live_line(row: Row[Any], attempt: Attempt, person: PublicPerson, rank: int) -> BoardLine:
    finished_at = attempt.finished_at or attempt.deadline_at
    return BoardLine(
        enrolment_id=row.enrolment_id,
        person=person,
        rank=rank,
        score=attempt.score or 0,
        prediction=None,
        distance=None,
        duration=int(finished_at.timestamp()) - int(attempt.started_at.timestamp()),
        finished_at=finished_at,
    )


def frozen_page(
    found: Round, shown: PublicBoard, league: str, page: int, *, size: int = PAGE_LINES
) -> list[BoardLine]:
    """One page (from 1) of a league of a frozen or official board."""
    counts = (shown.freeze.line_counts or {}) if shown.freeze else {}
    before = sum(count for code, count in counts.items() if code < league) + (page - 1) * size
    last = min(before + size, before - (page - 1) * size + counts.get(league, 0))
    query = _lines_query(shown).where(FrozenLine.position.between(before + 1, last))
    return _as_board_lines(found, shown, query.order_by(FrozenLine.position))


def find_line(found: Round, shown: PublicBoard, contestant_no: int) -> BoardLine | None:
    """The line of a contestant number, in whatever league."""
    query = _lines_query(shown).join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
    lines = _as_board_lines(found, shown, query.where(Enrolment.contestant_no == contestant_no))
    return lines[0] if lines else None


def count_pages(shown: PublicBoard, league: str) -> int:
    counts = (shown.freeze.line_counts or {}) if shown.freeze else {}
    return max(1, -(-counts.get(league, 0) // PAGE_LINES))


def _lines_query(shown: PublicBoard) -> Select[tuple[FrozenLine]]:
    return select(FrozenLine).where(FrozenLine.freeze_id == (shown.freeze.id if shown.freeze else 0))


def _as_board_lines(found: Round, shown: PublicBoard, query: Select[tuple[FrozenLine]]) -> list[BoardLine]:
    lines = db.session.scalars(query).all()
    people = people_of([line.enrolment_id for line in lines], found.opens_at)
    return [
        BoardLine(
            enrolment_id=line.enrolment_id,
            person=people[line.enrolment_id],
            rank=line.rank,
            score=line.score,
            prediction=line.prediction,
            distance=_distance(line.prediction, shown.target),
            duration=line.duration,
            finished_at=line.finished_at,
            lot=line.lot,
            prize=line.prize,
            passed_over=line.passed_over,
        )
        for line in lines
    ]


def _distance(prediction: int | None, target: int | None) -> int | None:
    return None if prediction is None or target is None else prediction_distance(prediction, target)


def people_of(enrolment_ids: Collection[int], opens_at: datetime) -> dict[int, PublicPerson]:
    """The public names of people in a round that opened at `opens_at`, by enrolment."""
    rows = _identities(enrolment_ids)
    consenting = people_consenting(Purpose.PUBLICATION, [row.account_id for row in rows])
    places = second_level_names(rows)
    day = local_day(opens_at)
    people = {}
    for row in rows:
        has_consent = row.account_id in consenting
        if rules.may_be_named(has_consent=has_consent, age=age_on(row.date_of_birth, day)):
            person = PublicPerson(public_name(row.full_name), places.get(row.unit_id, ""), row.contestant_no)
        else:
            person = PublicPerson(f"Thí sinh {row.contestant_no}", "", row.contestant_no)
        people[row.id] = person
    return people


def _identities(enrolment_ids: Collection[int]) -> Sequence[Row[Any]]:
    query = (
        select(
            *(Enrolment.id, Enrolment.contestant_no, Enrolment.account_id, Enrolment.unit_id),
            *(Account.full_name, Account.date_of_birth, Unit.path, Unit.series_code),
            Unit.full_name.label("unit_name"),
        )
        .join(Account, Account.id == Enrolment.account_id)
        .join(Unit, Unit.id == Enrolment.unit_id)
        .where(Enrolment.id.in_(enrolment_ids))
    )
    return db.session.execute(query).all()


def second_level_names(rows: Sequence[Row[Any]]) -> Mapping[int, str]:
    """Unit id → the name of the unit of the second level above it; rows have unit_id, path, series_code."""
    places = {row.unit_id: (row.series_code, "/".join(row.path.split("/")[:3]) + "/") for row in rows}
    query = select(Unit.series_code, Unit.path, Unit.full_name).where(
        Unit.series_code.in_({series for series, _path in places.values()}),
        Unit.path.in_({path for _series, path in places.values()}),
    )
    names = {(series, path): name for series, path, name in db.session.execute(query)}
    return {unit_id: names.get(place, "") for unit_id, place in places.items()}
