"""The closed week of the ranking tests."""

from tests.ranking.conftest import organisers, preset, sit, week, world

FIXTURES = (organisers, preset, sit, week, world)
