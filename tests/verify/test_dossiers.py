"""`flask verify` on dossiers: frozen evidence, decisions, quotas."""

import pytest
from sqlalchemy import text

from tests.commendation import conftest as dossiers
from tests.verify import test_verify

world, district, commune = dossiers.world, dossiers.district, dossiers.commune
organiser, campaign, staff = dossiers.organiser, dossiers.campaign, dossiers.staff
nominee, desk = dossiers.nominee, dossiers.desk
failed_checks, without_triggers = test_verify.failed_checks, test_verify.without_triggers


@pytest.fixture
def published(desk, nominee):
    dossier = desk.approved(nominee())
    desk.publish(desk.decide(dossier))
    return dossier


def test_a_published_dossier_passes(published, command):
    assert "I40" not in failed_checks(command)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_items SET value = '9/9'",
        "UPDATE awarding_bodies SET quota_individual = 0",
        "UPDATE award_decisions SET published_at = NULL, published_by = NULL",
    ],
)
def test_changed_evidence_and_awards_are_found(published, command, db, without_triggers, statement):
    without_triggers("evidence_items")
    db.session.execute(text(statement))
    db.session.commit()

    assert "I40" in failed_checks(command)
