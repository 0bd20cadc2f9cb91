"""Choosing and deciding at the same moment, each on a connection of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.commendation import office_services, rules, workflow_rules
from app.commendation.models import AwardDecision, Dossier, DossierEvent
from app.commendation.workflow_rules import Act, State, Step
from app.errors import DomainError
from app.extensions import db as extension
from app.units.models import Unit
from tests.commendation.conftest import NOW, SIGNED, VALUES, Desk

pytestmark = pytest.mark.postgresql_only
PARALLEL = 8


@pytest.fixture
def all_at_once(app_with):
    """all_at_once(acts) → what each returned, or the class of the rule that refused it."""
    app = app_with(pool_size=PARALLEL)

    def run_all(acts):
        barrier = threading.Barrier(len(acts))

        def run(act):
            with app.app_context():
                barrier.wait()
                try:
                    return act()
                except DomainError as refusal:
                    extension.session.rollback()
                    return type(refusal)
                finally:
                    extension.session.remove()

        with ThreadPoolExecutor(PARALLEL) as pool:
            return [done.result() for done in [pool.submit(run, act) for act in acts]]

    return run_all


def choosing(desk, account_id):
    return lambda: len(desk.choose(extension.session.get_one(Account, account_id)))


def test_the_quota_holds_however_many_choose_at_once(desk, nominee, all_at_once, db):
    accounts = [nominee().id for _ in range(PARALLEL)]
    answers = all_at_once([choosing(desk, account_id) for account_id in accounts])

    limit = VALUES.quota_individual
    assert sorted(answers, key=str) == [1] * limit + [rules.QuotaFull] * (PARALLEL - limit)
    assert sorted(db.session.scalars(select(Dossier.number))) == list(range(1, limit + 1))


def test_two_bodies_do_not_propose_one_person(desk, nominee, campaign, organiser, staff, all_at_once, db):
    account_id = nominee().id
    district = db.session.get_one(Unit, desk.body.unit_id)
    other = replace(VALUES, name="Ban Thường vụ Huyện ủy mẫu")
    body = office_services.create_body(campaign, district, other, actor_id=organiser.id, now=NOW)
    twin = Desk(desk.contest_id, body, desk)
    office_services.give_hand(twin.office(), Step.CHOOSE, desk.chooser, actor_id=organiser.id, now=NOW)
    db.session.commit()
    answers = all_at_once([choosing(desk, account_id), choosing(twin, account_id)] * 4)

    assert sorted(answers, key=str) == [1] + [rules.CannotChoose] * 7
    assert db.session.scalar(select(func.count()).select_from(Dossier)) == 1


def test_one_of_two_deciders_decides(desk, nominee, organiser, staff, all_at_once, db):
    dossier_id = desk.approved(nominee()).id
    second = staff()
    office_services.give_hand(desk.office(), Step.DECIDE, second, actor_id=organiser.id, now=NOW)
    db.session.commit()

    def deciding(account_id, number):
        def act():
            by = extension.session.get_one(Account, account_id)
            dossier = extension.session.get_one(Dossier, dossier_id)
            return desk.decide(dossier, by=by, signed=replace(SIGNED, decision_no=number)).decision_no

        return act

    answers = all_at_once([deciding(desk.decider.id, "1/QĐ"), deciding(second.id, "2/QĐ")])

    refused = [answer for answer in answers if answer is workflow_rules.NotNow]
    assert len(refused) == 1
    assert db.session.scalar(select(func.count()).select_from(AwardDecision)) == 1
    decided = select(func.count()).select_from(DossierEvent).filter_by(act="decide")
    assert db.session.scalar(decided) == 1


def test_an_appraisal_and_a_refusal_do_not_both_happen(desk, nominee, all_at_once, db):
    dossier_id, appraiser_id = desk.submitted(nominee()).id, desk.appraiser.id

    def doing(what):
        def act():
            by = extension.session.get_one(Account, appraiser_id)
            dossier = extension.session.get_one(Dossier, dossier_id)
            if what is Act.REJECT:
                desk.reject(dossier, by)
            else:
                desk.act(dossier, what, by)
            return what

        return act

    answers = all_at_once([doing(Act.APPRAISE), doing(Act.REJECT)])

    assert answers.count(workflow_rules.NotNow) == 1
    states = select(DossierEvent.new_state).where(DossierEvent.old_state == State.SUBMITTED)
    assert len(db.session.scalars(states).all()) == 1
