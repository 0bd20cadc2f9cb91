"""Campaigns and versions, when an evaluation is asked for, the commands, and two evaluations at once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from app.accounts.models import Account
from app.emulation import evaluation_services, explain_queries, jobs, mark_queries, queries, services
from app.emulation.criteria_json_rules import BadCriteria
from app.emulation.criteria_rules import Criteria, Group, Part, Took, TookPart
from app.emulation.models import AccountResult, Campaign, ResultChange
from app.emulation.preset_rules import PRESETS
from app.emulation.unit_services import evaluate_units
from app.emulation.wording import State
from app.extensions import db as extension
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.localtime import from_local
from app.participation.tally_services import tally_round
from app.permissions import Grant, Permission, Role
from tests.emulation.crowd import AFTER, Crowd
from tests.emulation.test_evaluation import STREAK_OF_TWO, evaluate, flagged, make_campaign

BAC_SON = PRESETS["bac-son-2024"].criteria
PARALLEL = 4


@pytest.fixture
def crowd(db):
    return Crowd(1)


@pytest.fixture
def campaign(crowd):
    return make_campaign(crowd, BAC_SON)


def save(campaign, criteria, actor_id, *, base=1, reason="Nâng mức"):
    return services.save_criteria(campaign, criteria, reason=reason, base=base, actor_id=actor_id, now=AFTER)


def test_versions_follow_one_another(crowd, campaign):
    save(campaign, STREAK_OF_TWO, crowd.organisers[0])

    assert queries.latest_criteria(campaign) == (2, STREAK_OF_TWO)
    assert [version.reason for version in queries.versions_of(campaign)] == ["Nâng mức", "Tiêu chí ban đầu"]


def test_a_change_of_an_older_version_is_refused(crowd, campaign):
    save(campaign, STREAK_OF_TWO, crowd.organisers[0])

    with pytest.raises(services.ChangedMeanwhile):
        save(campaign, BAC_SON, crowd.organisers[1])


@pytest.mark.parametrize(
    ("criteria", "reason", "refusal"),
    [
        (BAC_SON, "Nâng mức", services.SameCriteria),
        (STREAK_OF_TWO, "ok", services.ReasonNeeded),
        (STREAK_OF_TWO, "a" * 1001, services.ReasonNeeded),
        (Criteria(), "Nâng mức", BadCriteria),
    ],
)
def test_what_makes_no_version(crowd, campaign, criteria, reason, refusal):
    with pytest.raises(refusal):
        save(campaign, criteria, crowd.organisers[0], reason=reason)
    assert len(queries.versions_of(campaign)) == 1


def test_a_campaign_belongs_to_a_unit_of_its_contest(crowd):
    with pytest.raises(services.UnitOutsideContest):
        make_campaign(crowd, BAC_SON, crowd.outsider_unit)


def test_a_campaign_is_found_by_whom_one_grant_covers(crowd, campaign):
    reads, edits = Permission.CAMPAIGNS_READ, Permission.CAMPAIGNS_EDIT

    def find(grant, permission=reads):
        return queries.get_campaign((grant,), permission, campaign.public_id)

    province, district, commune = crowd.province, crowd.district, crowd.communes[0]
    organiser = Grant(Role.ORGANISER, contest_id=crowd.contest.id)
    assert find(organiser, edits) == campaign
    for unit in (province, district):
        staff = Grant(Role.STAFF, unit_series=unit.series_code, unit_path=unit.path)
        assert find(staff) == campaign
        with pytest.raises(NoResultFound):
            find(staff, edits)
    for grant in (
        Grant(Role.STAFF, unit_series=commune.series_code, unit_path=commune.path),
        Grant(Role.STAFF, unit_series="vn-2025", unit_path=district.path),
        Grant(Role.ORGANISER, contest_id=crowd.contest.id + 1),
        Grant(Role.ADMINISTRATOR),
    ):
        with pytest.raises(NoResultFound):
            find(grant)


def test_a_unit_sees_the_campaigns_above_and_below_it(crowd, campaign):
    for unit in (crowd.province, crowd.district, crowd.communes[1]):
        assert queries.campaigns_at(crowd.contest.id, unit) == [campaign]
        assert queries.get_campaign_at(crowd.contest.id, unit, campaign.public_id) == campaign
    other = next(leaf for leaf in crowd.leaves if leaf not in crowd.communes)
    assert queries.campaigns_at(crowd.contest.id, other) == []
    with pytest.raises(NoResultFound):
        queries.get_campaign_at(crowd.contest.id, other, campaign.public_id)


def test_flagged_people_are_read_in_pages_below_a_unit(crowd):
    campaign = make_campaign(crowd, STREAK_OF_TWO, crowd.province)
    evaluate(campaign)
    everybody = sorted(flagged(campaign))

    pages, after = [], 0
    while page := queries.flagged_accounts(campaign, crowd.province, after, 3):
        pages += [account.id for _result, account in page]
        after = pages[-1]
    below = {
        leaf.id: [account.id for _result, account in queries.flagged_accounts(campaign, leaf)]
        for leaf in crowd.leaves
    }

    assert pages == everybody
    assert sorted(chain.from_iterable(below.values())) == [
        person
        for person in everybody
        if extension.session.get(AccountResult, (campaign.id, person)).unit_id in below
    ]
    assert queries.count_results(campaign, crowd.province).people_met == len(everybody)


def test_one_step_away_is_one_criterion_less(crowd):
    two_steps = Group(
        *("x", "x", (TookPart("r1", "Một", Took.COUNT, 1), TookPart("r2", "Tất cả các vòng", Took.ALL)))
    )
    campaign = make_campaign(crowd, Criteria(Part((two_steps,))), crowd.province)
    evaluate(campaign)

    near = queries.one_step_away(campaign, crowd.province)

    assert near
    assert {result.met_bits for result, _account in near} == {1}
    for _result, account in near:
        items = explain_queries.explain_account(campaign, account.id, now=AFTER).items
        assert [item.check.state is State.MET for item in items] == [True, False]


def test_an_evaluation_is_asked_for_when_something_moved(crowd, campaign, clock_at):
    clock_at(AFTER)
    for week in crowd.weeks:
        tally_round(week, AFTER)
    extension.session.commit()
    extension.session.query(Job).delete()
    extension.session.commit()

    assert jobs.request_due_evaluations() == 1
    assert run_waiting_jobs() == 1
    assert extension.session.scalars(select(AccountResult)).first() is not None
    assert jobs.request_due_evaluations() == 0

    crowd.void_some(0.3)
    tally_round(crowd.weeks[0], AFTER)
    extension.session.commit()
    assert [found.id for found in mark_queries.campaigns_to_evaluate(AFTER)] == [campaign.id]


def test_every_act_that_counts_moves_the_mark(crowd, campaign):
    seen = {mark_queries.mark_of(campaign, AFTER)}
    acts = [
        lambda: save(campaign, STREAK_OF_TWO, crowd.organisers[0]),
        lambda: crowd.attest(campaign, "a1", crowd.accounts[0]),
        lambda: crowd.bar(crowd.accounts[1]),
        lambda: tally_round(crowd.weeks[0], AFTER),
        lambda: crowd.publish(crowd.weeks[0]),
        lambda: setattr(crowd.weeks[1], "cancelled_at", AFTER),
    ]
    for act in acts:
        act()
        extension.session.commit()
        mark = mark_queries.mark_of(campaign, AFTER)
        assert mark not in seen
        seen.add(mark)


def test_the_night_begins_at_two_in_viet_nam(crowd, campaign):
    minute = timedelta(minutes=1)
    at_two = from_local(2024, 5, 20, 2)

    before, after = (mark_queries.mark_of(campaign, moment) for moment in (at_two - minute, at_two))

    assert before != after
    assert mark_queries.mark_of(campaign, at_two + timedelta(hours=23)) == after


def test_closed_campaigns_are_not_evaluated_again(crowd, campaign):
    services.close_campaign(campaign, actor_id=crowd.organisers[0], now=AFTER)
    extension.session.commit()

    assert mark_queries.campaigns_to_evaluate(AFTER) == []
    with pytest.raises(services.CampaignClosed):
        services.close_campaign(campaign, actor_id=crowd.organisers[0], now=AFTER)


def test_the_command_evaluates_and_sums_up(crowd, campaign, command, clock_at):
    clock_at(AFTER)

    first = command("emulation", "evaluate", campaign.public_id)
    second = command("emulation", "evaluate", campaign.public_id, "--json")

    assert first.exit_code == second.exit_code == 0
    assert first.output.splitlines()[-1].endswith("units have the flag")
    told = json.loads(second.output)
    assert (told["campaign"], told["changed"]) == (campaign.public_id, 0)
    assert told["evaluated"] > 0
    assert told["people_met"] == len(flagged(campaign))


def test_the_command_says_what_is_wrong(crowd, campaign, command):
    assert "There is no campaign" in command("emulation", "evaluate", "0" * 32).output
    services.close_campaign(campaign, actor_id=crowd.organisers[0], now=AFTER)
    extension.session.commit()

    result = command("emulation", "evaluate", campaign.public_id)

    assert result.exit_code == 1
    assert "is closed" in result.output


def test_the_command_lists_the_presets(command):
    result = command("emulation", "presets")

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == f"{len(PRESETS)} presets"
    assert "bac-son-2024\tBắc Sơn 2024" in result.output


@pytest.mark.postgresql_only
def test_evaluations_at_once_write_every_change_once(crowd, app_with):
    campaign_id = make_campaign(crowd, STREAK_OF_TWO).id
    barrier = threading.Barrier(PARALLEL)
    app = app_with(pool_size=PARALLEL)

    def run(_number):
        with app.app_context():
            barrier.wait()
            campaign = extension.session.get_one(Campaign, campaign_id)
            try:
                return evaluation_services.evaluate(campaign, now=AFTER)
            except evaluation_services.EvaluationRunning:
                return None
            finally:
                extension.session.commit()
                extension.session.remove()

    with ThreadPoolExecutor(PARALLEL) as pool:
        counts = [one for one in pool.map(run, range(PARALLEL)) if one is not None]

    assert sorted(one.changed > 0 for one in counts) == [False] * (len(counts) - 1) + [True]
    changes = extension.session.scalar(select(func.count()).select_from(ResultChange))
    met = flagged(extension.session.get_one(Campaign, campaign_id))
    assert changes == sum(one.met for one in counts) == len(met)


@pytest.mark.postgresql_only
def test_nobody_waits_for_an_evaluation(crowd, app_with, monkeypatch):
    """While one runs, staff attest, organisers save criteria and lock accounts; a second one is refused."""
    campaign = make_campaign(crowd, STREAK_OF_TWO)
    campaign_id, account_id = campaign.id, crowd.accounts[0].id
    people_are_written, may_end = threading.Event(), threading.Event()

    def wait(*arguments, **named):
        people_are_written.set()
        assert may_end.wait(30)
        return evaluate_units(*arguments, **named)

    monkeypatch.setattr(evaluation_services, "evaluate_units", wait)
    app = app_with(pool_size=PARALLEL)

    def run():
        with app.app_context():
            counts = evaluate(extension.session.get_one(Campaign, campaign_id))
            extension.session.remove()
            return counts

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            assert people_are_written.wait(30)
            account = extension.session.get_one(Account, account_id, with_for_update=True)
            crowd.attest(campaign, "a1", account)
            save(campaign, BAC_SON, crowd.organisers[0])
            extension.session.commit()
            with pytest.raises(evaluation_services.EvaluationRunning):
                evaluate(campaign)
            extension.session.rollback()
        finally:
            may_end.set()
        assert running.result().met > 0
    assert mark_queries.campaigns_to_evaluate(AFTER) == [campaign]
