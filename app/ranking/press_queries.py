"""What the press may print of a published revision."""

from collections.abc import Sequence

from sqlalchemy import select

from app.contests import wording
from app.contests.models import Round
from app.contests.policy import LEAGUE_NAMES
from app.contests.queries import get_policy
from app.contests.rules import cells_of, paper_size
from app.extensions import db
from app.ranking import annex_queries, board_queries, queries
from app.ranking.models import Freeze, FrozenLine, Revision
from app.ranking.press_wording import PressFacts, PressWinner


def press_facts(found: Round, revision: Revision) -> PressFacts:
    """What the press may print of a revision: names as on the public board."""
    freeze = queries.get_freeze(revision.freeze_id)
    policy = get_policy(found.id)
    prizes = {prize.code: prize.name for prize in policy.prizes}
    return PressFacts(
        contest=found.contest.name,
        organiser=found.contest.organiser,
        week=f"{found.contest.label} {found.number}",
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        revision=revision.number,
        reason=revision.reason,
        published_at=revision.published_at,
        figures=freeze.figures or {},
        max_score=paper_size(cells_of(found.blueprint)),
        target=freeze.target,
        target_name=wording.TARGET_NAMES[policy.target] if policy.target else "",
        winners=_winners(found, freeze, prizes),
        units=[(unit.name, unit.people, unit.attempts) for unit in annex_queries.top_units(freeze)],
        complaint_days=found.contest.complaint_days,
    )


def _winners(found: Round, freeze: Freeze, prizes: dict[str, str]) -> Sequence[PressWinner]:
    query = select(FrozenLine).where(FrozenLine.freeze_id == freeze.id, FrozenLine.prize.is_not(None))
    lines = db.session.scalars(query.order_by(FrozenLine.position)).all()
    people = board_queries.people_of([line.enrolment_id for line in lines], found.opens_at)
    winners = []
    for line in lines:
        person = people[line.enrolment_id]
        prize = prizes[line.prize or ""]
        winners.append(PressWinner(LEAGUE_NAMES[line.league], prize, person.name, person.place))
    return winners
