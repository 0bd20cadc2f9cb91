"""Collectives: figures from the tallies, headcounts and prizes; every criterion against a slow count."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.emulation import explain_queries, queries
from app.emulation.criteria_rules import (
    AllUnits,
    Criteria,
    Group,
    Part,
    Span,
    UnitAttested,
    UnitPeople,
    UnitRate,
    UnitWinners,
)
from app.emulation.models import Attestation, ResultChange, UnitResult
from app.emulation.rules import Cause
from app.emulation.wording import State
from app.extensions import db as extension
from app.localtime import local_day
from app.participation.headcount_models import Headcount, HeadcountDecision
from app.participation.tally_services import tally_round
from tests.emulation.crowd import AFTER, Crowd
from tests.emulation.reference import Reference
from tests.emulation.test_evaluation import evaluate, make_campaign
from tests.participation.world import OPENS, WEEK

KINDS = (
    UnitRate("t1", "Tỷ lệ cả cuộc thi", 50, least_headcount=4),
    UnitRate("t2", "Tỷ lệ mỗi tuần", 30, Span.EVERY_ROUND, least_headcount=4),
    UnitPeople("t3", "Số người", 4),
    UnitPeople("t4", "Số người mỗi tuần", 2, Span.EVERY_ROUND),
    AllUnits("t5", "Đơn vị trực thuộc"),
    UnitWinners("t6", "Giải", 2),
    UnitAttested("t7", "Được xác nhận", "Ban Dân vận"),
)
CRITERIA = Criteria(collective=Part((Group("t", "Tập thể", KINDS, 4),)))
HEADCOUNT = 8


@pytest.fixture
def crowd(db):
    found = Crowd(3)
    found.publish(found.weeks[0])
    found.void_some()
    found.merge_some()
    return found


def count_tallies(crowd):
    for week in crowd.weeks:
        tally_round(week, AFTER)
    extension.session.commit()


def declare(crowd, unit, people):
    declarer, decider = crowd.organisers
    values = {"people": people, "note": "", "source": "form", "valid_from": local_day(OPENS - WEEK)}
    headcount = Headcount(unit_id=unit.id, declared_by=declarer, declared_at=OPENS - WEEK, **values)
    extension.session.add(headcount)
    extension.session.flush()
    decision = {"is_approved": True, "reason": "", "decided_by": decider, "decided_at": OPENS - WEEK}
    declared = {"headcount_id": headcount.id, "declared_by": declarer}
    extension.session.add(HeadcountDecision(**declared, **decision))
    extension.session.commit()


def results_of(campaign):
    found = extension.session.scalars(select(UnitResult).where(UnitResult.campaign_id == campaign.id))
    return {result.unit_id: result for result in found}


def slow_figures(crowd, campaign, unit):
    """(people of the contest, people by round, winners) of a subtree."""
    reference = Reference(campaign, AFTER)
    inside = [
        person
        for person in reference.accounts
        if person not in reference.kept
        and (home := reference.home(person))
        and reference.is_inside(home.unit_id, unit.id)
    ]
    by_round = [
        sum(bool(reference.valid_attempts(person, found)) for person in inside) for found in reference.rounds
    ]
    winners = [
        person for person in inside if any(line.prize for _number, line in reference.official_lines(person))
    ]
    return sum(bool(reference.rounds_taken(person)) for person in inside), by_round, len(winners)


def test_every_collective_criterion_as_a_slow_count_says(crowd):
    count_tallies(crowd)
    declare(crowd, crowd.communes[0], HEADCOUNT)
    declare(crowd, crowd.leaves[3], 3)
    campaign = make_campaign(crowd, CRITERIA, crowd.province)

    evaluate(campaign)

    found = results_of(campaign)
    below = [crowd.district, *crowd.leaves]
    assert {unit.id for unit in below} < found.keys()
    assert crowd.province.id not in found
    headcounts = {crowd.communes[0].id: HEADCOUNT, crowd.district.id: HEADCOUNT, crowd.leaves[3].id: 3}
    for unit in below:
        people, by_round, _winners = slow_figures(crowd, campaign, unit)
        result, headcount = found[unit.id], headcounts.get(unit.id)
        assert (result.people, result.headcount) == (people, headcount)
        met = {one.code for index, one in enumerate(KINDS) if result.met_bits >> index & 1}
        is_large = headcount is not None and headcount >= 4
        assert ("t1" in met) == (is_large and people / headcount >= 0.5)
        assert ("t2" in met) == (is_large and min(by_round) / headcount >= 0.3)
        assert ("t3" in met) == (people >= 4)
        assert ("t4" in met) == (min(by_round) >= 2)
        silent = [leaf for leaf in crowd.communes if slow_figures(crowd, campaign, leaf)[0] == 0]
        assert ("t5" in met) == (people > 0 and not (silent if unit is crowd.district else []))
        assert ("t6" in met) == (result.winners >= 2)
        assert "t7" not in met
        assert result.is_met == (len(met) >= 4)


def test_winners_are_people_of_the_unit_with_a_prize(crowd):
    count_tallies(crowd)
    campaign = make_campaign(crowd, CRITERIA, crowd.province)

    evaluate(campaign)

    found = results_of(campaign)
    leaves = {leaf.id: found[leaf.id].winners for leaf in crowd.leaves}
    assert sum(leaves.values()) > 0
    assert found[crowd.district.id].winners == sum(leaves[leaf.id] for leaf in crowd.communes)


def attest(crowd, campaign, unit, *, is_met):
    values = {"text": "Đã kiểm tra thực tế", "attested_by": crowd.organisers[0], "at": AFTER}
    row = Attestation(campaign_id=campaign.id, code="t7", unit_id=unit.id, is_met=is_met, **values)
    row.public_id = f"{crowd.random.getrandbits(128):032x}"
    extension.session.add(row)
    extension.session.commit()


def test_somebodys_word_gives_and_takes_the_flag_of_a_unit(crowd):
    criteria = Criteria(collective=Part((Group("t", "Tập thể", (KINDS[6],)),)))
    campaign = make_campaign(crowd, criteria)
    commune = crowd.communes[0]
    evaluate(campaign)
    attest(crowd, campaign, commune, is_met=True)

    assert evaluate(campaign).met == 1
    assert [unit.id for _result, unit in queries.flagged_units(campaign, crowd.district)] == [commune.id]

    attest(crowd, campaign, commune, is_met=False)
    assert evaluate(campaign).lost == 1
    causes = extension.session.scalars(select(ResultChange.cause).where(ResultChange.unit_id == commune.id))
    assert list(causes) == [Cause.ATTESTED, Cause.ATTESTED]


def test_a_unit_is_explained_as_it_was_evaluated(crowd):
    count_tallies(crowd)
    declare(crowd, crowd.communes[0], HEADCOUNT)
    campaign = make_campaign(crowd, CRITERIA)
    evaluate(campaign)

    for unit_id, result in results_of(campaign).items():
        unit = extension.session.get_one(type(crowd.province), unit_id)
        explained = explain_queries.explain_unit(campaign, unit, now=AFTER)
        met = [item.check.state is State.MET for item in explained.items]
        assert met == [bool(result.met_bits >> index & 1) for index in range(len(KINDS))]
        assert explained.is_met == result.is_met
        assert explained.items[0].check.rule == (
            "Tỷ lệ tham gia trong cả cuộc thi từ 50% quân số trở lên (đơn vị có quân số từ 4 người)."
        )


def test_what_waits_is_what_could_still_come(crowd):
    """While a round is open figures may grow; a headcount that nobody declared does not come by waiting."""
    count_tallies(crowd)
    declare(crowd, crowd.communes[0], 1000)
    campaign = make_campaign(crowd, CRITERIA)
    in_the_last_week = crowd.weeks[-1].closes_at - timedelta(days=1)

    def states(unit, now):
        items = explain_queries.explain_unit(campaign, unit, now=now).items
        return {item.check.code: item.check.state for item in items}

    assert states(crowd.communes[0], in_the_last_week)["t1"] is State.WAITING
    assert states(crowd.communes[0], AFTER)["t1"] is State.MISSING
    assert states(crowd.communes[1], in_the_last_week)["t1"] is State.MISSING
    assert states(crowd.communes[1], AFTER)["t7"] is State.WAITING


def test_nobody_of_another_district_is_counted(crowd):
    count_tallies(crowd)
    campaign = make_campaign(crowd, CRITERIA)
    evaluate(campaign)

    assert results_of(campaign).keys() == {commune.id for commune in crowd.communes}
    whole = queries.count_results(campaign, crowd.district)
    assert whole.units == len(crowd.communes)
