"""What open data says of contests, rounds, published results and participation: only what is public."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import NoResultFound

from app.contests.models import Contest, Round
from app.contests.queries import get_policy, get_scope_unit, held_rounds, public_rounds_of, state_of
from app.contests.rules import RoundState
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import local_day
from app.participation.headcount_queries import headcounts_on
from app.participation.report_rules import rate_of
from app.participation.tally_queries import figures_of_units, tallied_at
from app.portal.api_rules import Listing, Page, Value, moment
from app.ranking.board_queries import PublicBoard, board_of
from app.ranking.models import FrozenLine
from app.units.models import Unit
from app.units.queries import children_of, under

CONTEST = (
    "slug",
    "name",
    "place",
    "organiser",
    "round_label",
    "unit_series",
    "rounds",
    "opens_at",
    "closes_at",
)
ROUND = (
    *("number", "title", "state", "opens_at", "closes_at", "people", "attempts", "people_all_correct"),
    *("prediction_target", "target", "revision", "published_at", "digest"),
)
RESULT = (
    *("position", "rank", "contestant_no", "league", "score", "prediction", "seconds", "finished_at"),
    *("prize", "prize_name"),
)
PARTICIPATION = ("unit_series", "unit_code", "unit_name", "people", "attempts", "headcount", "rate")
NOT_PUBLIC_YET = (RoundState.DRAFT, RoundState.SCHEDULED, RoundState.OPEN, RoundState.CANCELLED)


def contests(page: Page) -> Listing:
    """Contests with a scheduled round, the newest first."""
    is_public = exists().where(Round.contest_id == Contest.id, Round.scheduled_at.is_not(None))
    total = db.session.scalar(select(func.count()).select_from(Contest).where(is_public)) or 0
    query = select(Contest).where(is_public).order_by(Contest.id.desc())
    found = db.session.scalars(query.offset(page.start).limit(page.size))
    return Listing(CONTEST, [contest_item(one) for one in found], total, {})


def contest_item(contest: Contest) -> dict[str, Value]:
    """CONTEST of one; its window spans the rounds that were not cancelled, if any."""
    rounds = public_rounds_of(contest)
    held = held_rounds(rounds) or rounds
    return {
        "slug": contest.slug,
        "name": contest.name,
        "place": contest.place,
        "organiser": contest.organiser,
        "round_label": contest.label,
        "unit_series": contest.series_code,
        "rounds": len(rounds),
        "opens_at": moment(held[0].opens_at),
        "closes_at": moment(held[-1].closes_at),
    }


def rounds(contest: Contest, page: Page, now: datetime) -> Listing:
    found = public_rounds_of(contest)
    shown = found[page.start : page.start + page.size]
    return Listing(ROUND, [round_item(one, now) for one in shown], len(found), {"contest": contest.slug})


def round_item(found: Round, now: datetime) -> dict[str, Value]:
    """ROUND of one; what is not public yet is None."""
    shown = board_of(found, now)
    state = state_of(found, now)
    figures = shown.figures if state not in NOT_PUBLIC_YET else None
    revision = shown.revision
    target = get_policy(found.id).target
    return {
        "number": found.number,
        "title": found.title,
        "state": state.value,
        "opens_at": moment(found.opens_at),
        "closes_at": moment(found.closes_at),
        "people": figures.people if figures else None,
        "attempts": figures.attempts if figures else None,
        "people_all_correct": figures.people_all_correct if figures else None,
        "prediction_target": target.value if target else None,
        "target": shown.target if revision else None,
        "revision": revision.number if revision else None,
        "published_at": moment(revision.published_at) if revision else None,
        "digest": revision.digest if revision else None,
    }


def results(found: Round, page: Page, now: datetime) -> Listing:
    """The lines of the revision in force, by number and without names. Raises NoResultFound before it."""
    shown = board_of(found, now)
    if shown.revision is None or shown.freeze is None:
        raise NoResultFound
    query = (
        select(FrozenLine, Enrolment.contestant_no)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .where(FrozenLine.freeze_id == shown.freeze.id)
        .where(FrozenLine.position.between(page.start + 1, page.start + page.size))
        .order_by(FrozenLine.position)
    )
    names = {prize.code: prize.name for prize in shown.policy.prizes}
    items = [_result_item(line, number, names) for line, number in db.session.execute(query)]
    about: dict[str, Value] = {
        "contest": found.contest.slug,
        "round": found.number,
        "revision": shown.revision.number,
        "published_at": moment(shown.revision.published_at),
        "digest": shown.revision.digest,
    }
    return Listing(RESULT, items, sum((shown.freeze.line_counts or {}).values()), about)


def _result_item(line: FrozenLine, contestant_no: int, prize_names: Mapping[str, str]) -> dict[str, Value]:
    return {
        "position": line.position,
        "rank": line.rank,
        "contestant_no": contestant_no,
        "league": line.league,
        "score": line.score,
        "prediction": line.prediction,
        "seconds": line.duration,
        "finished_at": moment(line.finished_at),
        "prize": line.prize,
        "prize_name": prize_names[line.prize] if line.prize else None,
    }


def participation(found: Round, page: Page, now: datetime, *, is_lowest: bool) -> Listing:
    """People and attempts by unit, once the round is over and nobody predicts them any more.

    The units right below the contest's own, or those at the bottom of the tree. Raises NoResultFound.
    """
    shown = board_of(found, now)
    if state_of(found, now) in NOT_PUBLIC_YET or shown.figures is None:
        raise NoResultFound
    units = _units(get_scope_unit(found.contest), is_lowest=is_lowest)
    part = units[page.start : page.start + page.size]
    counts = figures_of_units(part, [found.id])
    headcounts = headcounts_on(part, local_day(found.closes_at))
    items = [
        _participation_item(unit, counts[unit.id].people, counts[unit.id].attempts, headcounts.get(unit.id))
        for unit in part
    ]
    return Listing(PARTICIPATION, items, len(units), _about_participation(found, shown))


def _units(scope: Unit, *, is_lowest: bool) -> Sequence[Unit]:
    if not is_lowest:
        return children_of(scope)
    query = select(Unit).where(under(scope), Unit.is_leaf).order_by(Unit.path)
    return db.session.scalars(query).all()


def _about_participation(found: Round, shown: PublicBoard) -> dict[str, Value]:
    counted = tallied_at(found.id)
    return {
        "contest": found.contest.slug,
        "round": found.number,
        "is_final": shown.revision is not None,
        "as_of": moment(counted) if counted else None,
    }


def _participation_item(unit: Unit, people: int, attempts: int, headcount: int | None) -> dict[str, Any]:
    rate = rate_of(people, headcount)
    return {
        "unit_series": unit.series_code,
        "unit_code": unit.code,
        "unit_name": unit.full_name,
        "people": people,
        "attempts": attempts,
        "headcount": headcount,
        "rate": None if rate is None else round(rate, 4),
    }
