"""The closed week of the ranking tests."""

from tests.ranking.conftest import AFTER, CLOSES, organisers, preset, sit, week, world

FIXTURES = (organisers, preset, sit, week, world)
MOMENTS = (AFTER, CLOSES)
