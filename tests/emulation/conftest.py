"""The contest of five weeks of tests.portal.weeks, and what counts of it."""

from datetime import timedelta

import pytest

from app.extensions import db as extension
from app.ranking import live_services
from tests.emulation import world as worlds
from tests.portal import conftest as five_weeks
from tests.portal.weeks import opening

preset, world, contest = five_weeks.preset, five_weeks.world, five_weeks.contest
person, signed_in, read = five_weeks.person, five_weeks.signed_in, five_weeks.read
enrolled, sit, bring = five_weeks.enrolled, five_weeks.sit, five_weeks.bring
freeze, publish = five_weeks.freeze, five_weeks.publish
unchanged, statements = five_weeks.unchanged, five_weeks.statements

IN_WEEK_3 = opening(3) + timedelta(days=2)
EVERYTHING = 10_000


@pytest.fixture
def in_week_3(world, clock_at):
    clock_at(IN_WEEK_3)
    return world


@pytest.fixture
def counted():
    """counted(): the live standings have taken every closed attempt in."""

    def tally(now=IN_WEEK_3):
        live_services.tally(EVERYTHING, now=now)
        extension.session.commit()

    return tally


@pytest.fixture
def bac_son(world, clock_at):
    """Everything after the five weeks of tests.emulation.world, at the hour it was evaluated."""
    clock_at(worlds.AFTER)
    return worlds.bac_son(world)
