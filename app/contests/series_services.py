"""Create the drafts of a series; schedule every draft that is ready. Callers lock the contest and commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.contests import queries
from app.contests.checklist_queries import checklist
from app.contests.models import Contest, Round
from app.contests.rules import Check
from app.contests.services import create_round, schedule_round


@dataclass(frozen=True)
class Scheduled:
    """`done` are the rounds scheduled now, `waiting` the drafts with the checks they still miss."""

    done: list[Round]
    waiting: list[tuple[Round, list[Check]]]


def create_series(
    contest: Contest, rounds: Sequence[Mapping[str, Any]], *, actor_id: int, now: datetime
) -> list[Round]:
    """A draft for each of `rounds` (columns of Round), numbered in this order."""
    return [create_round(contest, values, actor_id=actor_id, now=now) for values in rounds]


def schedule_ready(contest: Contest, *, actor_id: int, now: datetime) -> Scheduled:
    """Schedule the drafts in the order of their numbers, each under its own checklist.

    The caller holds the row lock of the contest.
    """
    done, waiting = [], []
    for found in queries.lock_rounds(contest):
        if found.scheduled_at is not None:
            continue
        missing = [check for check in checklist(found, now) if not check.is_done]
        if missing:
            waiting.append((found, missing))
            continue
        schedule_round(found, actor_id=actor_id, now=now)
        done.append(found)
    return Scheduled(done, waiting)
