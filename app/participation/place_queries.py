"""Where a staff page stands: one contest and one unit, inside what the reader's grants cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import NoResultFound

from app.contests.models import Contest, Round
from app.contests.queries import get_public_contest, held_rounds, public_rounds_of
from app.permissions import Grant, Permission, covers_unit
from app.units.models import Unit
from app.units.queries import get_unit


@dataclass(frozen=True)
class Place:
    """A contest with its held rounds in order, seen from one unit.

    The unit is one of the contest's series, or of another series whose units succeeded it.
    """

    contest: Contest
    rounds: Sequence[Round]
    unit: Unit

    @property
    def address(self) -> dict[str, Any]:
        """What url_for needs to stay in this place."""
        return {"slug": self.contest.slug, "series": self.unit.series_code, "unit_code": self.unit.code}

    @property
    def is_native(self) -> bool:
        """Is the unit of the contest's own series?"""
        return self.unit.series_code == self.contest.series_code

    def get_round(self, number: int) -> Round:
        """Raises NoResultFound."""
        for found in self.rounds:
            if found.number == number:
                return found
        raise NoResultFound

    def find_latest_round(self, now: datetime) -> Round | None:
        """The newest round that has opened by `now`; None before the first."""
        opened = [found for found in self.rounds if found.opens_at <= now]
        return opened[-1] if opened else None


def get_place(
    grants: tuple[Grant, ...], permission: Permission, slug: str, series: str, unit_code: str
) -> Place:
    """Raises NoResultFound: what no single grant covers does not exist for the reader."""
    contest = get_public_contest(slug)
    unit = get_unit(series, unit_code)
    if not covers_unit(grants, permission, contest.id, series=unit.series_code, path=unit.path):
        raise NoResultFound
    return Place(contest, held_rounds(public_rounds_of(contest)), unit)
