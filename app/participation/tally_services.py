"""Count the participants of a round anew and keep what was counted. Callers commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app.contests.models import Round
from app.contests.queries import get_package, held_rounds, public_rounds_of
from app.extensions import db
from app.participation.count_statements import count_days, count_groups
from app.participation.mark_queries import marks_of
from app.participation.models import GroupTally, TallyState, UnitTally
from app.participation.rules import day_end, days_of
from app.sql import insert_many, insert_new

TALLY_COLUMNS = ("round_id", "unit_id", "day", "attempts", "people", "newcomers", "people_all_correct")
GROUP_COLUMNS = ("round_id", "unit_id", "age_band", "gender", "people")


def tally_round(found: Round, now: datetime) -> None:
    """Write the round's tallies anew from its standings; the same standings give the same tallies.

    Those who count the same round at once wait for one another. A cancelled round has no tallies.
    """
    db.session.flush()
    state = _lock_state(found, now)
    mark = marks_of(public_rounds_of(found.contest))[
        found.id
    ]  # before counting: what comes meanwhile is counted at the next turn
    days, groups = ([], []) if found.cancelled_at else (_count_days(found), _count_groups(found))
    for tally in (UnitTally, GroupTally):
        own = delete(tally).where(tally.round_id == found.id)
        db.session.execute(own.execution_options(synchronize_session=False))
    insert_many(UnitTally, TALLY_COLUMNS, days)
    insert_many(GroupTally, GROUP_COLUMNS, groups)
    state.mark, state.tallied_at = mark, now


def _lock_state(found: Round, now: datetime) -> TallyState:
    db.session.execute(insert_new(TallyState, {"round_id": found.id, "mark": "", "tallied_at": now}))
    query = select(TallyState).where(TallyState.round_id == found.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _count_days(found: Round) -> list[Sequence[Any]]:
    """Rows of TALLY_COLUMNS."""
    days = days_of(found.opens_at, found.closes_at)
    earlier = [
        other.id for other in held_rounds(public_rounds_of(found.contest)) if other.number < found.number
    ]
    ends = {f"end_{index}": day_end(day) for index, day in enumerate(days[:-1])}
    values = _keys(found) | ends
    values |= {"earlier_ids": earlier, "minimum_answered": get_package(found.id).settings["minimum_answered"]}
    rows = db.session.execute(count_days(len(days)), values)
    return [(found.id, unit_id, days[index], *counts) for unit_id, index, *counts in rows]


def _count_groups(found: Round) -> list[Sequence[Any]]:
    """Rows of GROUP_COLUMNS."""
    return [(found.id, *row) for row in db.session.execute(count_groups(), _keys(found))]


def _keys(found: Round) -> dict[str, Any]:
    return {"contest_id": found.contest_id, "round_id": found.id, "closes_at": found.closes_at}
