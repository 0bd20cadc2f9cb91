"""What waits and what is lost for good, against every way in which the open rounds could still be taken."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.emulation import facts_rules, rules
from app.emulation.criteria_rules import (
    Attested,
    Good,
    GoodResult,
    Group,
    Lives,
    NoVoid,
    Part,
    Referrals,
    Took,
    TookPart,
    Which,
)
from app.emulation.facts_rules import AccountFacts, Barrier, Brought, Calendar, Counted, Needs, WhyNot
from app.emulation.reason_wording import BARRIER_REASONS, WHY_NOT, marks, sentence
from app.emulation.wording import Words

NOON = datetime(2024, 3, 20, 5, tzinfo=UTC)
TODAY = date(2024, 4, 10)
WORDS = Words("tuần", "Huyện Bắc Sơn", "Tỉnh Lạng Sơn")
SIX = (1, 2, 3, 4, 5, 6)


@st.composite
def calendars(draw):
    """Rounds of which the last ones may still be open, and the published ones are among the others."""
    numbers = tuple(sorted(draw(st.sets(st.sampled_from(SIX), min_size=1))))
    first_open = draw(st.integers(0, len(numbers)))
    is_open = rules.mask_of(numbers[first_open:])
    return Calendar(numbers, is_open, rules.mask_of(numbers), TODAY)


@st.composite
def took_part(draw):
    rounds = tuple(sorted(draw(st.sets(st.sampled_from(SIX), max_size=4))))
    return TookPart("r", "Tham gia", draw(st.sampled_from(Took)), draw(st.integers(1, 4)), rounds)


@st.composite
def people(draw, calendar):
    closed = [number for number in calendar.numbers if not calendar.open & rules.bit_of(number)]
    taken = draw(st.sets(st.sampled_from(closed))) if closed else set()
    return AccountFacts(1, 1, NOON, rounds_mask=rules.mask_of(taken))


def futures(mask, calendar):
    """Every mask that the open rounds can still make of this one."""
    still = [number for number in calendar.numbers if calendar.open & rules.bit_of(number)]
    for count in range(len(still) + 1):
        for chosen in combinations(still, count):
            yield mask | rules.mask_of(chosen)


@given(calendars(), took_part(), st.data())
def test_taking_part_waits_as_long_as_some_future_would_do(calendar, criterion, data):
    facts = data.draw(people(calendar))
    best = facts_rules.at_best(facts, [], Needs(), calendar, [])

    may_be_met = any(
        facts_rules.meets(criterion, replace(facts, rounds_mask=mask), calendar)
        for mask in futures(facts.rounds_mask, calendar)
    )

    assert facts_rules.meets(criterion, best, calendar) == may_be_met


@st.composite
def referral_criteria(draw):
    window = st.none() | st.dates(date(2024, 3, 15), date(2024, 3, 25))
    return Referrals(
        *("v", "Vận động", draw(st.integers(1, 3)), draw(st.integers(0, 3)), draw(st.sampled_from(Which))),
        lives=draw(st.sampled_from(Lives)),
        own_streak=draw(st.booleans()),
        registered_from=draw(window),
        registered_to=draw(window),
    )


@st.composite
def brought_people(draw):
    found = []
    for number in range(draw(st.integers(0, 5))):
        at = NOON + timedelta(hours=draw(st.integers(-120, 120)))
        mask = rules.mask_of(draw(st.sets(st.sampled_from(SIX))))
        in_unit, in_contest = draw(st.sampled_from([(True, True), (False, True), (False, False)]))
        barrier = draw(st.sampled_from([Barrier.NONE, Barrier.NONE, *Barrier]))
        found.append(Brought(10 + number, at, mask, in_unit, in_contest, barrier))
    return found


@given(calendars(), referral_criteria(), brought_people())
def test_referrals_are_counted_one_after_another(calendar, criterion, brought):
    counted = []
    for one in sorted(brought, key=lambda one: (one.at, one.account_id)):
        day = (one.at + timedelta(hours=7)).date()
        lives = {"anywhere": True, "contest": one.lives_in_contest, "unit": one.lives_in_unit}
        is_early = criterion.registered_from is not None and day < criterion.registered_from
        is_late = criterion.registered_to is not None and day > criterion.registered_to
        if not (one.barrier or is_early or is_late) and lives[criterion.lives]:
            counted.append(one)
    asked = counted[: criterion.count] if criterion.which is Which.FIRST else counted
    good = [
        one for one in asked if rules.longest_streak(one.rounds_mask, calendar.numbers) >= criterion.streak
    ]

    found = facts_rules.count_referrals(criterion, brought, calendar)

    assert found == Counted(len(counted), len(good))


@given(calendars(), referral_criteria(), brought_people(), st.data())
def test_referrals_at_best_are_never_fewer_than_some_future_has(calendar, criterion, brought, data):
    facts = data.draw(people(calendar))
    needs = Needs(referrals=(criterion,))
    best = facts_rules.at_best(facts, brought, needs, calendar, [])

    taken = [
        replace(one, rounds_mask=data.draw(st.sampled_from(list(futures(one.rounds_mask, calendar)))))
        for one in brought
    ]

    assert best.referrals[criterion].good >= facts_rules.count_referrals(criterion, taken, calendar).good


def test_a_window_that_is_over_brings_nobody_new():
    criterion = Referrals("v", "Vận động", 2, 1, registered_to=date(2024, 4, 1))
    needs, facts = Needs(referrals=(criterion,)), AccountFacts(1, 1, NOON)
    calendar = Calendar(SIX, rules.mask_of(SIX), rules.mask_of(SIX), TODAY)

    def best(one):
        found = facts_rules.at_best(facts, [], Needs(referrals=(one,)), calendar, [])
        return facts_rules.meets(one, found, calendar)

    assert needs.referrals == (criterion,)
    assert not best(criterion)
    assert best(replace(criterion, registered_to=TODAY))
    assert not best(replace(criterion, registered_to=None, streak=7))


def test_somebodys_no_does_not_wait():
    criterion = Attested("a1", "Sáng kiến", "Thủ trưởng")
    calendar = Calendar((), 0, 0, TODAY)
    asked, denied = AccountFacts(1, 1, NOON), AccountFacts(1, 1, NOON, attested={"a1": False})

    def best(facts):
        found = facts_rules.at_best(facts, [], Needs(), calendar, ["a1"])
        return facts_rules.meets(criterion, found, calendar)

    assert (best(asked), best(denied)) == (True, False)
    assert sentence(criterion, asked, calendar, WORDS) == "Chưa có xác nhận của Thủ trưởng."
    assert sentence(criterion, denied, calendar, WORDS) == "Đã được xác nhận là chưa đạt."


@pytest.mark.parametrize("barrier", [one for one in Barrier if one])
def test_whoever_has_a_barrier_is_never_met(barrier):
    part = Part((Group("g", "Nhóm", (NoVoid("n", "Không hủy"),)),))
    facts = AccountFacts(1, 1, NOON, barrier=barrier)

    verdict = facts_rules.judge_account(part, facts, Calendar((), 0, 0, TODAY))

    assert (verdict.bits, verdict.is_met, verdict.missing) == (1, False, 0)
    assert BARRIER_REASONS[barrier].endswith(".")


def test_every_reason_not_to_count_has_words():
    assert WHY_NOT.keys() == set(WhyNot)


def test_weeks_are_marked_one_after_another():
    calendar = Calendar((1, 2, 4, 5), rules.mask_of((5,)), 0, TODAY)

    assert marks(rules.mask_of((1, 4)), calendar, WORDS) == "tuần 1 ✓ 2 ✗ 4 ✓ 5 …"


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        (
            TookPart("r", "Tham gia", Took.STREAK, 3),
            "Đã dự 3/4 tuần: tuần 1 ✓ 2 ✓ 3 ✗ 4 ✓. Dài nhất 2 tuần liên tục.",
        ),
        (TookPart("r", "Tham gia", Took.ALL, 1, (1, 3)), "Đã dự 1/2 tuần: tuần 1 ✓ 3 ✗."),
        (GoodResult("g", "Kết quả"), "Có kết quả được công nhận ở 3 tuần; cao nhất 9 câu đúng."),
        (GoodResult("g", "Điểm", Good.SCORE, 80), "Đạt mức 80% ở 1 tuần; cao nhất 9 câu đúng."),
        (GoodResult("g", "Hạng", Good.RANK), "Hạng cao nhất trong các kết quả đã công bố: 1.204."),
        (GoodResult("g", "Giải", Good.PRIZE), "Đạt giải ở 0 tuần."),
        (NoVoid("n", "Không hủy"), "Có 1 lượt thi bị hủy."),
        (
            Referrals("v", "Vận động", 2, 3),
            "Có 3 tài khoản được tính, trong đó 1 tài khoản đã dự đủ (cần 2).",
        ),
    ],
)
def test_sentences_say_what_the_facts_are(criterion, said):
    calendar = Calendar((1, 2, 3, 4), 0, 0, TODAY)
    facts = AccountFacts(
        *(1, 1, NOON),
        rounds_mask=rules.mask_of((1, 2, 4)),
        best_score=9,
        best_rank=1204,
        void_count=1,
        score_masks={80: rules.mask_of((2,))},
        referrals={criterion: Counted(3, 1)} if isinstance(criterion, Referrals) else {},
    )

    assert sentence(criterion, facts, calendar, WORDS) == said
