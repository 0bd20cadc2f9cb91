"""The ranking policy: one total order, the same everywhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contests import policy
from app.contests.policy import Key, Leagues, Line, Policy, Prize, Recognised, Target

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
PRIZES = (Prize("nhat", "Giải Nhất", 1, 1_000_000),)
SOUND = Policy(
    keys=(Key.SCORE, Key.PREDICTION_DISTANCE, Key.SUBMITTED_AT),
    recognised=Recognised.BEST_THEN_EARLIEST,
    target=Target.PEOPLE,
    only_perfect=False,
    leagues=Leagues.NONE,
    prizes=PRIZES,
    one_prize_per_person=False,
)


def make_line(no=1, score=10, prediction=100, duration=300, after=0, number=1):
    return Line(no, score, 10, prediction, duration, NOON + timedelta(seconds=after), number)


lines = st.builds(
    make_line,
    no=st.integers(100_000, 100_030),
    score=st.integers(0, 10),
    prediction=st.one_of(
        st.none(), st.integers(0, 200), st.sampled_from([policy.MAX_PREDICTION, 99_999_998])
    ),
    duration=st.integers(0, 900),
    after=st.integers(0, 3),
    number=st.integers(1, 3),
)
policies = st.one_of(
    st.sampled_from([preset for _name, preset in policy.PRESETS.values()]),
    st.builds(
        lambda keys, perfect: replace(
            SOUND,
            keys=tuple(keys),
            target=Target.ATTEMPTS if Key.PREDICTION_DISTANCE in keys else None,
            only_perfect=perfect,
        ),
        st.lists(st.sampled_from(list(Key)), unique=True, min_size=1),
        st.booleans(),
    ),
)
targets = st.integers(0, 250)


def order(found, chosen, target):
    return sorted(policy.sort_key(line, chosen, target) for line in found)


@pytest.mark.parametrize(
    ("better", "worse", "keys"),
    [
        ({"score": 10}, {"score": 9}, (Key.SCORE,)),
        ({"prediction": 101}, {"prediction": 102}, (Key.PREDICTION_DISTANCE,)),
        ({"prediction": 90}, {"prediction": 111}, (Key.PREDICTION_DISTANCE,)),
        (
            {"prediction": policy.MAX_PREDICTION},
            {"prediction": None},
            (Key.PREDICTION_DISTANCE,),
        ),
        ({"duration": 299}, {"duration": 300}, (Key.DURATION,)),
        ({"after": 0}, {"after": 1}, (Key.SUBMITTED_AT,)),
        ({"score": 10, "after": 9}, {"score": 9, "after": 0}, (Key.SCORE, Key.SUBMITTED_AT)),
        ({"score": 9, "after": 0}, {"score": 10, "after": 9}, (Key.SUBMITTED_AT, Key.SCORE)),
        ({"prediction": 99, "duration": 500}, {"prediction": 98, "duration": 1}, SOUND.keys),
    ],
)
def test_sort_key_puts_the_better_line_first(better, worse, keys):
    chosen = replace(SOUND, keys=keys)

    assert policy.sort_key(make_line(**better), chosen, 100) < policy.sort_key(
        make_line(**worse), chosen, 100
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"prediction": 90}, {"prediction": 110}),
        ({"no": 1}, {"no": 2}),
        ({"duration": 1}, {"duration": 2}),
        ({"number": 1}, {"number": 2}),
    ],
    ids=["over and under", "another person", "what is no key", "another attempt"],
)
def test_sort_key_is_equal_for(one, other):
    assert policy.sort_key(make_line(**one), SOUND, 100) == policy.sort_key(make_line(**other), SOUND, 100)


def test_sort_key_compares_finish_times_by_whole_seconds():
    one, other = make_line(), replace(make_line(), finished_at=NOON + timedelta(microseconds=999_999))

    assert policy.sort_key(one, SOUND, 100) == policy.sort_key(other, SOUND, 100)


def test_sort_key_compares_scores_of_papers_by_what_is_missing():
    short = Line(1, 9, 10, None, 0, NOON)
    long = Line(1, 19, 20, None, 0, NOON)
    chosen = replace(SOUND, keys=(Key.SCORE,))

    assert policy.sort_key(short, chosen, None) == policy.sort_key(long, chosen, None) == (1,)


def test_sort_key_needs_the_target_of_a_prediction():
    with pytest.raises(ValueError, match="needs a target"):
        policy.sort_key(make_line(), SOUND, None)


@given(lines, lines, lines, policies, targets)
def test_sort_key_is_a_total_order(one, two, three, chosen, target):
    first, second, third = (policy.sort_key(line, chosen, target) for line in (one, two, three))

    assert (first < second) + (first == second) + (first > second) == 1
    if first <= second <= third:
        assert first <= third


@given(st.lists(lines, max_size=12), st.randoms(use_true_random=False), policies, targets)
def test_order_does_not_depend_on_how_lines_arrive(found, random, chosen, target):
    shuffled = random.sample(found, len(found))

    assert order(shuffled, chosen, target) == order(found, chosen, target)


@given(st.lists(lines, max_size=12), policies, targets)
def test_packed_keys_sort_as_the_keys_do(found, chosen, target):
    keys = [policy.sort_key(line, chosen, target) for line in found]

    assert sorted(keys, key=policy.pack) == sorted(keys)
    assert len({policy.pack(key) for key in keys}) == len(set(keys))


@given(lines, lines, targets)
def test_a_blank_prediction_is_behind_every_number(one, other, target):
    chosen = replace(SOUND, keys=(Key.PREDICTION_DISTANCE,))
    blank = policy.sort_key(replace(one, prediction=None), chosen, target)
    given_number = policy.sort_key(replace(other, prediction=other.prediction or 0), chosen, target)

    assert given_number < blank


@given(lines, st.integers(0, 250), st.integers(0, 250))
def test_over_and_under_by_as_much_are_equal(line, target, distance):
    over = replace(line, prediction=target + distance)
    under = replace(line, prediction=abs(target - distance))

    if distance <= target:
        assert policy.sort_key(over, SOUND, target) == policy.sort_key(under, SOUND, target)


@pytest.mark.parametrize(
    ("recognised", "number"),
    [(Recognised.BEST_THEN_EARLIEST, 2), (Recognised.FIRST, 1), (Recognised.LAST, 4)],
)
def test_recognise(recognised, number):
    own = [
        make_line(score=8, after=0, number=1),
        make_line(score=9, after=10, number=2),
        make_line(score=9, after=20, number=3),
        make_line(score=7, after=30, number=4),
    ]
    chosen = replace(SOUND, recognised=recognised)

    for turned in (own, own[::-1]):
        assert policy.recognise(turned, chosen).number == number


def test_recognise_takes_the_first_of_attempts_that_are_equal_in_all():
    own = [make_line(number=2), make_line(number=1)]

    assert policy.recognise(own, SOUND).number == 1


@pytest.mark.parametrize(
    ("score", "only_perfect", "expected"),
    [(10, True, True), (9, True, False), (9, False, True), (0, False, True)],
)
def test_is_rankable(score, only_perfect, expected):
    assert policy.is_rankable(make_line(score=score), replace(SOUND, only_perfect=only_perfect)) is expected


@given(lines, st.one_of(st.none(), st.integers(0, 10**8 - 1)), policies)
def test_live_policy_never_looks_at_the_prediction(line, prediction, chosen):
    live = policy.live_policy(chosen)

    assert Key.PREDICTION_DISTANCE not in live.keys
    assert Key.SCORE in live.keys
    assert live.target is None
    assert not live.only_perfect
    assert policy.sort_key(line, live, None) == policy.sort_key(
        replace(line, prediction=prediction), live, None
    )


@pytest.mark.parametrize(
    ("target", "shown"),
    [(None, True), (Target.ATTEMPTS, True), (Target.PEOPLE, False), (Target.PEOPLE_ALL_CORRECT, False)],
)
def test_a_live_board_is_shown_only_when_it_tells_nobody_what_to_predict(target, shown):
    assert policy.shows_live_board(replace(SOUND, target=target)) is shown


def test_lot_is_the_published_formula():
    # printf '%s' 'abclot123456' | sha256sum
    assert policy.lot_of("abc", 123456) == "7fd1f73f75ac7600f61ffb4ca97febc38567055af08b1611c428b3c25313afdc"


@pytest.mark.parametrize("name", policy.PRESETS)
def test_presets_are_sound_and_survive_json(name):
    _title, preset = policy.PRESETS[name]

    assert policy.problems_of(preset) == []
    assert policy.from_json(policy.to_json(preset)) == preset
    assert [prize.count for prize in preset.prizes] == [1, 2, 3, 5]


@given(policies)
def test_policy_survives_json(chosen):
    assert policy.from_json(policy.to_json(chosen)) == chosen


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"keys": (), "target": None}, "Chưa chọn tiêu chí xếp hạng nào."),
        (
            {"keys": (Key.SCORE, Key.SCORE, Key.PREDICTION_DISTANCE)},
            "Một tiêu chí xếp hạng được chọn hai lần.",
        ),
        ({"target": None}, "Câu hỏi phụ và tiêu chí “dự đoán gần nhất” phải đi cùng nhau."),
        ({"keys": (Key.DURATION,)}, "Câu hỏi phụ và tiêu chí “dự đoán gần nhất” phải đi cùng nhau."),
        (
            {"keys": (Key.SCORE,), "target": None, "only_perfect": True},
            "Chỉ xét bài đúng hết thì cần thêm tiêu chí ngoài số câu đúng.",
        ),
        ({"prizes": ()}, "Chưa có cơ cấu giải thưởng."),
        (
            {"prizes": (Prize("nhat", "Giải Nhất", 0, 1),)},
            "Mỗi giải cần ít nhất một suất và giá trị không âm.",
        ),
        (
            {"prizes": (Prize("nhat", "Giải Nhất", 1, -1),)},
            "Mỗi giải cần ít nhất một suất và giá trị không âm.",
        ),
        ({"prizes": PRIZES * 2}, "Hai giải trùng tên."),
    ],
)
def test_problems_of(change, problem):
    assert policy.problems_of(replace(SOUND, **change)) == [problem]


def test_a_sound_policy_has_no_problems():
    assert policy.problems_of(SOUND) == []


@pytest.mark.parametrize("broken", [{}, {"keys": ["height"]}, {"keys": None}, []])
def test_from_json_refuses_what_to_json_did_not_write(broken):
    data = broken if broken in ({}, []) else policy.to_json(SOUND) | broken

    with pytest.raises((KeyError, TypeError, ValueError)):
        policy.from_json(data)
