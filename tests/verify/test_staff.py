"""`flask verify` on what staff rely on: figures and flags."""

import pytest
from sqlalchemy import text

from app.contests.queries import rounds_of
from app.emulation.evaluation_services import evaluate
from app.participation.tally_services import tally_round
from tests.emulation import conftest as five_weeks
from tests.emulation.world import AFTER
from tests.verify import test_verify

world, preset, contest, bac_son = five_weeks.world, five_weeks.preset, five_weeks.contest, five_weeks.bac_son
failed_checks = test_verify.failed_checks


@pytest.fixture
def counted(bac_son, db):
    for found in rounds_of(bac_son.contest):
        tally_round(found, AFTER)
    evaluate(bac_son.campaign, now=AFTER)
    db.session.commit()
    return bac_son


def test_five_counted_and_evaluated_weeks_pass(counted, command):
    assert failed_checks(command) & {"I31", "I39", "I40"} == set()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE unit_tallies SET attempts = attempts + 1", "I39"),
        ("UPDATE unit_tallies SET people = people - 1, newcomers = 0 WHERE people > 0", "I39"),
        ("UPDATE account_results SET missing_count = 0, is_met = true WHERE NOT is_met", "I31"),
    ],
)
def test_false_figures_and_flags_are_found(counted, command, db, statement, found):
    db.session.execute(text(statement))
    db.session.commit()

    assert found in failed_checks(command)
