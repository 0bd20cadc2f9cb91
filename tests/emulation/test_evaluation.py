"""Evaluation against the slow reference on random small worlds; only changes are written, with causes."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.emulation import evaluation_services, explain_queries, queries, services
from app.emulation.criteria_rules import (
    Attested,
    Basis,
    Belongs,
    Criteria,
    Good,
    GoodResult,
    Group,
    Lives,
    NoVoid,
    Part,
    Referrals,
    RegisteredBy,
    Took,
    TookPart,
    Which,
)
from app.emulation.models import AccountResult, ResultChange
from app.emulation.rules import Cause
from app.emulation.simulation_queries import simulate
from app.emulation.wording import State
from app.extensions import db as extension
from tests.emulation.crowd import AFTER, Crowd
from tests.emulation.reference import Reference
from tests.participation.world import WEEK

EVERY_KIND = (
    TookPart("r1", "Tất cả"),
    TookPart("r2", "Ít nhất 3", Took.COUNT, 3),
    TookPart("r3", "3 liên tục", Took.STREAK, 3),
    TookPart("r4", "2 vòng cuối", Took.LAST, 2),
    TookPart("r5", "Vòng 1 và 3", Took.ALL, 1, (1, 3)),
    GoodResult("g1", "Có kết quả"),
    GoodResult("g2", "Điểm 80%", Good.SCORE, 80, 2),
    GoodResult("g3", "Điểm 100% ở vòng 2, 4", Good.SCORE, 100, 1, rounds=(2, 4)),
    GoodResult("g4", "Hạng", Good.RANK, rank=5),
    GoodResult("g5", "Giải", Good.PRIZE),
    Referrals("v1", "Vận động", 1, 2),
    Referrals("v2", "Vận động đầu tiên", 2, 1, Which.FIRST, Lives.CONTEST),
    Referrals("v3", "Trong đơn vị", 1, 3, lives=Lives.UNIT, own_streak=True),
    Referrals(
        "v4",
        "Có hạn",
        1,
        0,
        registered_from=date(2024, 3, 18),
        registered_to=date(2024, 3, 27),
        rounds=(1, 2),
    ),
    Belongs("b1", "Tài khoản", Basis.ACCOUNT),
    Belongs("b2", "Dự thi", Basis.ENROLMENT),
    Belongs("b3", "Một trong hai"),
    RegisteredBy("d1", "Đăng ký sớm", date(2024, 3, 22)),
    NoVoid("n1", "Không hủy"),
    Attested("a1", "Được xác nhận", "Thủ trưởng"),
)
HALVES = Part((Group("x", "Nhóm x", EVERY_KIND[:10], 4), Group("y", "Nhóm y", EVERY_KIND[10:], 4)), needed=1)
STREAK_OF_TWO = Criteria(Part((Group("x", "x", (TookPart("r", "Hai vòng liên tục", Took.STREAK, 2),)),)))
PERFECT = Criteria(Part((Group("x", "x", (TookPart("r", "Tất cả các vòng"),)),)))


@pytest.fixture
def crowd(db):
    return Crowd(1)


def make_campaign(crowd, criteria, unit=None):
    campaign = services.create_campaign(
        crowd.contest,
        unit or crowd.district,
        name="Thi đua mẫu",
        plan="Kế hoạch số 01",
        criteria=criteria,
        actor_id=crowd.organisers[0],
        now=AFTER,
    )
    extension.session.commit()
    return campaign


def evaluate(campaign, now=AFTER):
    counts = evaluation_services.evaluate(campaign, now=now)
    extension.session.commit()
    extension.session.expire_all()
    return counts


def results_of(campaign):
    rows = extension.session.scalars(select(AccountResult).where(AccountResult.campaign_id == campaign.id))
    return {row.account_id: row for row in rows}


@pytest.mark.parametrize("seed", range(6))
def test_every_criterion_as_in_the_reference(db, seed):
    crowd = Crowd(seed)
    crowd.publish(crowd.weeks[0])
    crowd.publish(crowd.weeks[2])
    if seed % 2:
        crowd.weeks[1].cancelled_at = AFTER
    crowd.void_some()
    crowd.bar_some()
    if seed % 3:
        crowd.merge_some()
    campaign = make_campaign(crowd, Criteria(HALVES), crowd.district if seed % 2 else crowd.province)
    for account in crowd.accounts[:6]:
        crowd.attest(campaign, "a1", account)
    crowd.attest(campaign, "a1", crowd.accounts[2], is_met=False)

    evaluate(campaign)

    reference, found = Reference(campaign, AFTER), results_of(campaign)
    people = list(reference.everybody())
    assert set(found) <= set(people)
    for person in people:
        expected = [criterion.code for criterion in EVERY_KIND if reference.meets(criterion, person)]
        result = found.get(person)
        if result is None:
            assert reference.rounds_taken(person) == []
            assert [code for code in expected if code[0] in "rgva"] == []
            continue
        met = [one.code for index, one in enumerate(EVERY_KIND) if result.met_bits >> index & 1]
        assert (person, met) == (person, expected)
        assert result.is_met == reference.is_met(HALVES, person)
        assert result.streak == reference.streak(person, reference.numbers())
        assert (result.referred_count, result.good_referrals) == reference.good_referrals(
            person, EVERY_KIND[10]
        )


@pytest.mark.parametrize("seed", range(3))
def test_what_is_explained_is_what_was_evaluated(db, seed):
    crowd = Crowd(seed)
    crowd.publish(crowd.weeks[0])
    crowd.void_some()
    crowd.bar_some()
    crowd.merge_some()
    campaign = make_campaign(crowd, Criteria(HALVES))
    crowd.attest(campaign, "a1", crowd.accounts[0])
    evaluate(campaign)

    for account_id, result in results_of(campaign).items():
        explained = explain_queries.explain_account(campaign, account_id, now=AFTER)
        met = [item.check.state is State.MET for item in explained.items]
        assert met == [bool(result.met_bits >> index & 1) for index in range(len(EVERY_KIND))]
        assert (explained.is_met, explained.missing) == (result.is_met, result.missing_count)


def test_the_second_evaluation_changes_nothing(crowd):
    campaign = make_campaign(crowd, Criteria(HALVES))
    first = evaluate(campaign)
    before = count_changes()

    second = evaluate(campaign)

    assert (first.evaluated, first.changed) == (second.evaluated, first.evaluated)
    assert (second.changed, second.met, second.lost) == (0, 0, 0)
    assert count_changes() == before


def count_changes():
    return extension.session.scalar(select(func.count()).select_from(ResultChange))


def flagged(campaign):
    return {account_id for account_id, result in results_of(campaign).items() if result.is_met}


def last_change(campaign, account_id):
    return queries.changes_of(campaign, account_id)[0]


def test_a_first_flag_is_a_change_by_progress(crowd):
    campaign = make_campaign(crowd, STREAK_OF_TWO)

    counts = evaluate(campaign)

    met = flagged(campaign)
    assert met
    assert counts.met == len(met)
    changes = extension.session.scalars(
        select(ResultChange).where(ResultChange.account_id.is_not(None))
    ).all()
    assert {change.account_id for change in changes} == met
    assert {(change.cause, change.was_met, change.is_met) for change in changes} == {
        ("progress", False, True)
    }


def test_a_voided_attempt_takes_the_flag_and_says_so(crowd):
    campaign = make_campaign(crowd, PERFECT)
    evaluate(campaign)
    person = sorted(flagged(campaign))[0]
    account = extension.session.get_one(type(crowd.accounts[0]), person)
    for attempt in crowd.attempts_of(account, crowd.weeks[2]):
        crowd.void(attempt)
    crowd.count()

    counts = evaluate(campaign)

    assert person not in flagged(campaign)
    assert counts.lost == 1
    change = last_change(campaign, person)
    assert (change.cause, change.round_id) == (Cause.VOIDED, crowd.weeks[2].id)
    assert (change.was_met, change.is_met) == (True, False)


def test_a_cancelled_round_is_skipped_and_can_cost_a_streak(crowd):
    campaign = make_campaign(
        crowd, Criteria(Part((Group("x", "x", (TookPart("r", "5 liên tục", Took.STREAK, 5),)),)))
    )
    evaluate(campaign)
    before = flagged(campaign)
    crowd.weeks[3].cancelled_at = AFTER
    extension.session.commit()

    counts = evaluate(campaign)

    assert before
    assert (flagged(campaign), counts.lost) == (set(), len(before))
    change = last_change(campaign, min(before))
    assert (change.cause, change.round_id) == (Cause.CANCELLED, crowd.weeks[3].id)


def test_a_merge_moves_the_flag_to_the_kept_account(crowd):
    campaign = make_campaign(crowd, STREAK_OF_TWO)
    evaluate(campaign)
    absorbed, kept = sorted(flagged(campaign))[:2]
    accounts = {account.id: account for account in crowd.accounts}
    crowd.merge(accounts[kept], accounts[absorbed])
    extension.session.commit()

    evaluate(campaign)

    assert absorbed not in flagged(campaign)
    assert kept in flagged(campaign)
    assert last_change(campaign, absorbed).cause == Cause.MERGED
    assert explain_queries.explain_account(campaign, absorbed, now=AFTER).barrier != ""


def test_somebody_who_is_barred_loses_the_flag(crowd):
    campaign = make_campaign(crowd, STREAK_OF_TWO)
    evaluate(campaign)
    person = min(flagged(campaign))
    crowd.bar(next(account for account in crowd.accounts if account.id == person))
    extension.session.commit()

    evaluate(campaign)

    assert person not in flagged(campaign)
    assert last_change(campaign, person).cause == Cause.BARRED


def test_new_criteria_are_the_cause_of_what_they_change(crowd):
    campaign = make_campaign(crowd, STREAK_OF_TWO)
    evaluate(campaign)
    before = flagged(campaign)
    base, _criteria = queries.latest_criteria(campaign)
    effect = simulate(campaign, PERFECT, now=AFTER).people
    extension.session.commit()
    services.save_criteria(
        campaign, PERFECT, reason="Nâng mức", base=base, actor_id=crowd.organisers[0], now=AFTER
    )
    extension.session.commit()

    counts = evaluate(campaign)

    after = flagged(campaign)
    assert (counts.met, counts.lost) == (len(after - before), len(before - after))
    assert (effect.gain, effect.lose, effect.same) == (counts.met, counts.lost, len(before & after))
    assert set(effect.lost_ids) == before - after
    assert {last_change(campaign, person).cause for person in before - after} == {Cause.CRITERIA}


def test_an_attestation_counts_at_the_next_evaluation_and_the_newest_word_holds(crowd):
    campaign = make_campaign(
        crowd, Criteria(Part((Group("x", "x", (Attested("a1", "Sáng kiến", "Thủ trưởng đơn vị"),)),)))
    )
    evaluate(campaign)
    account = next(one for one in crowd.accounts if one.unit_id == crowd.communes[0].id)
    crowd.attest(campaign, "a1", account)
    evaluate(campaign)
    assert flagged(campaign) == {account.id}

    crowd.attest(campaign, "a1", account, is_met=False)
    evaluate(campaign)

    assert flagged(campaign) == set()
    assert last_change(campaign, account.id).cause == Cause.ATTESTED


def test_a_closed_campaign_stays_as_it_was(crowd):
    campaign = make_campaign(crowd, STREAK_OF_TWO)
    evaluate(campaign)
    before = flagged(campaign)
    services.close_campaign(campaign, actor_id=crowd.organisers[0], now=AFTER)
    crowd.void_some(1.0)

    counts = evaluate(campaign)

    assert (counts.evaluated, flagged(campaign)) == (0, before)
    with pytest.raises(services.CampaignClosed):
        services.save_criteria(
            campaign, PERFECT, reason="Nâng mức", base=1, actor_id=crowd.organisers[0], now=AFTER + WEEK
        )
