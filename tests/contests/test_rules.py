"""Rounds: where they stand, what a paper needs, what is drawn, what scheduling commits to."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contests import rules
from app.contests.rules import Cell, PoolQuestion, RoundState

OPENS = datetime(2026, 3, 2, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("is_scheduled", "now", "is_frozen", "is_published", "state"),
    [
        (False, OPENS - SECOND, False, False, RoundState.DRAFT),
        (False, OPENS, False, False, RoundState.DRAFT),
        (False, CLOSES + SECOND, False, False, RoundState.DRAFT),
        (True, OPENS - SECOND, False, False, RoundState.SCHEDULED),
        (True, OPENS, False, False, RoundState.OPEN),
        (True, CLOSES - SECOND, False, False, RoundState.OPEN),
        (True, CLOSES, False, False, RoundState.CLOSED),
        (True, CLOSES, True, False, RoundState.FROZEN),
        (True, CLOSES, True, True, RoundState.PUBLISHED),
        (True, CLOSES, False, True, RoundState.PUBLISHED),
    ],
)
def test_round_state(is_scheduled, now, is_frozen, is_published, state):
    found = rules.round_state(
        scheduled_at=OPENS - timedelta(days=2) if is_scheduled else None,
        opens_at=OPENS,
        closes_at=CLOSES,
        is_frozen=is_frozen,
        is_published=is_published,
        cancelled_at=None,
        now=now,
    )

    assert found is state
    assert rules.STATE_NAMES[found]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS, RoundState.OPEN),
        (OPENS + SECOND, RoundState.CANCELLED),
        (CLOSES + SECOND, RoundState.CANCELLED),
    ],
)
def test_a_round_is_cancelled_from_the_moment_on(now, state):
    found = rules.round_state(
        scheduled_at=OPENS - timedelta(days=2),
        opens_at=OPENS,
        closes_at=CLOSES,
        is_frozen=True,
        is_published=False,
        cancelled_at=OPENS + SECOND,
        now=now,
    )

    assert found is state


@pytest.mark.parametrize(
    ("cells", "available", "problems"),
    [
        ([], [], []),
        ([Cell(("a",), 1, 5)], [20], []),
        (
            [Cell(("a",), 2, 5)],
            [19],
            ["Dòng 1 (Thông hiểu): cần 20 câu đã duyệt chưa dùng (4 × 5), hiện có 19."],
        ),
        (
            [Cell(("a",), 1, 5), Cell(("b",), 2, 1), Cell(("b",), 3, 2)],
            [0, 4, 7],
            [
                "Dòng 1 (Nhận biết): cần 20 câu đã duyệt chưa dùng (4 × 5), hiện có 0.",
                "Dòng 3 (Vận dụng): cần 8 câu đã duyệt chưa dùng (4 × 2), hiện có 7.",
            ],
        ),
    ],
)
def test_blueprint_problems(cells, available, problems):
    assert rules.blueprint_problems(cells, available) == problems


@pytest.mark.parametrize(
    ("cells", "minimum_answered", "problems"),
    [
        ([Cell(("a",), 1, 5)], 5, []),
        ([Cell(("a",), 1, 60)], 1, []),
        ([], 1, ["Ma trận đề chưa có câu hỏi nào."]),
        ([Cell(("a",), 1, 0)], 1, ["Ma trận đề chưa có câu hỏi nào."]),
        ([Cell(("a",), 1, 61)], 1, ["Một đề có nhiều nhất 60 câu, ma trận đang có 61."]),
        ([Cell(("a",), 1, 2), Cell(("a", "b"), 1, 2)], 1, ["Hai dòng cùng mức có chung chủ đề."]),
        ([Cell(("a",), 1, 5)], 6, ["Đề chỉ có 5 câu mà yêu cầu trả lời ít nhất 6 câu."]),
    ],
)
def test_paper_problems(cells, minimum_answered, problems):
    assert rules.paper_problems(cells, minimum_answered) == problems


PAST = "Giờ mở đã qua."
BACKWARDS = "Giờ đóng phải sau giờ mở."
SHORT = "Khung giờ ngắn hơn thời gian làm bài."
LAST_START = "Giờ vào thi muộn nhất phải nằm giữa giờ mở và giờ đóng."


@pytest.mark.parametrize(
    ("closes_at", "last_start_at", "time_limit", "now", "problems"),
    [
        (CLOSES, None, 900, OPENS - SECOND, []),
        (CLOSES, CLOSES, 900, OPENS - SECOND, []),
        (CLOSES, OPENS + SECOND, 900, OPENS - SECOND, []),
        (CLOSES, None, 900, OPENS, [PAST]),
        (OPENS, None, 900, OPENS - SECOND, [BACKWARDS]),
        (OPENS + SECOND * 900, None, 900, OPENS - SECOND, []),
        (OPENS + SECOND * 899, None, 900, OPENS - SECOND, [SHORT]),
        (CLOSES, OPENS, 900, OPENS - SECOND, [LAST_START]),
        (CLOSES, CLOSES + SECOND, 900, OPENS - SECOND, [LAST_START]),
        (OPENS, CLOSES, 900, OPENS, [PAST, BACKWARDS, LAST_START]),
    ],
)
def test_window_problems(closes_at, last_start_at, time_limit, now, problems):
    assert rules.window_problems(OPENS, closes_at, last_start_at, time_limit, now) == problems


@pytest.mark.parametrize(
    ("length", "gap", "expected"),
    [
        (timedelta(days=6, hours=15), None, 7),
        (timedelta(days=7), None, 7),
        (timedelta(days=9, hours=1), None, 10),
        (timedelta(hours=2), timedelta(days=1), 1),
        (timedelta(days=6, hours=15), timedelta(days=14), 14),
        (timedelta(days=6, hours=15), timedelta(days=1), 7),
    ],
)
def test_next_window_keeps_the_hours(length, gap, expected):
    previous = OPENS - gap if gap else None

    assert rules.next_window(OPENS, OPENS + length, previous) == (
        OPENS + timedelta(days=expected),
        OPENS + length + timedelta(days=expected),
    )


@pytest.mark.parametrize(
    ("after", "public"), [(-1, False), (0, False), (29, False), (30, True), (9999, True)]
)
def test_is_seed_public_when_nothing_is_accepted_any_more(after, public):
    assert rules.is_seed_public(CLOSES, CLOSES + after * SECOND) is public


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Dân vận khéo tỉnh Lạng Sơn năm 2024", "dan-van-kheo-tinh-lang-son-nam-2024"),
        ("  “Đảng – Bác Hồ”, 95 năm! ", "dang-bac-ho-95-nam"),
        ("???", ""),
        ("Tìm hiểu " + "rất " * 20 + "dài", "tim-hieu" + "-rat" * 13),
        ("a" * 61, ""),
    ],
)
def test_suggest_slug(name, slug):
    assert rules.suggest_slug(name) == slug
    assert len(slug) <= rules.MAX_SLUG_LENGTH
    assert not slug or rules.SLUG.match(slug)


@pytest.mark.parametrize(
    ("cells", "overlapping"),
    [
        ([], False),
        ([Cell(("a", "b"), 1, 1), Cell(("c",), 1, 1)], False),
        ([Cell(("a", "b"), 1, 1), Cell(("b",), 2, 1)], False),
        ([Cell(("a", "b"), 1, 1), Cell(("c", "b"), 1, 1)], True),
    ],
)
def test_overlapping_cells(cells, overlapping):
    assert rules.overlapping_cells(cells) is overlapping


def test_cells_of_a_stored_blueprint():
    stored = [{"topics": ["a", "b"], "level": 2, "count": 3}]

    assert rules.cells_of(stored) == [Cell(("a", "b"), 2, 3)]
    assert rules.paper_size(rules.cells_of(stored)) == 3


def make_question(number):
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return PoolQuestion(number, digest, "a", 1, 4, "", "A")


cases = st.integers(1, 4).flatmap(
    lambda count: st.tuples(st.just(count), st.integers(rules.POOL_FACTOR * count, 40))
)


@given(cases, st.randoms(use_true_random=False))
def test_choose_pool_takes_only_candidates_and_can_be_repeated(case, dice):
    count, size = case
    cells = [Cell(("a",), 1, count), Cell(("b",), 2, 1)]
    candidates = [list(map(make_question, range(size))), list(map(make_question, range(100, 110)))]
    shuffled = [dice.sample(questions, len(questions)) for questions in candidates]

    pools = rules.choose_pool(cells, candidates, "seed")

    assert pools == rules.choose_pool(cells, shuffled, "seed")
    assert [len(pool) for pool in pools] == [rules.POOL_FACTOR * count, rules.POOL_FACTOR]
    for pool, questions in zip(pools, candidates, strict=True):
        assert len(set(pool)) == len(pool)
        assert set(pool) <= set(questions)


def test_another_seed_chooses_another_pool():
    candidates = [list(map(make_question, range(60)))]
    cells = [Cell(("a",), 1, 5)]

    assert rules.choose_pool(cells, candidates, "one") != rules.choose_pool(cells, candidates, "two")


def test_choose_pool_refuses_too_few_candidates():
    with pytest.raises(ValueError, match="too few"):
        rules.choose_pool([Cell(("a",), 1, 2)], [list(map(make_question, range(7)))], "seed")


def test_canonical_json_is_one_text_for_one_value():
    assert rules.canonical_json({"b": ["Mừng", None, True], "a": 1}) == '{"a":1,"b":["Mừng",null,true]}'


FROZEN = {
    "seed": "00",
    "pool": [{"cell": 0, "id": 7}],
    "answers": {"7": "AC"},
    "blueprint": [],
    "policy": {},
    "settings": {"has_prediction": True},
}


def test_commitment_is_sha256_of_the_canonical_json():
    # printf '%s' '["00",[{"cell":0,"id":7}],{"7":"AC"},[],{},{"has_prediction":true}]' | sha256sum
    assert rules.commitment(**FROZEN) == "8e7396d71b3d5587ae50d89732e35bcb115b45a58bcc2d51c2ed0329509830b8"


@pytest.mark.parametrize("name", FROZEN)
def test_commitment_covers(name):
    changed = FROZEN | {name: "11" if name == "seed" else {"8": "B"}}

    assert rules.commitment(**changed) != rules.commitment(**FROZEN)


def test_key_digest():
    # printf '%s' '{"12":"B","7":"AC"}' | sha256sum
    assert (
        rules.key_digest({"7": "AC", "12": "B"})
        == "046fb4c7662b3fe5fbc37a6d0a79f767703d83678912641103b3e3f3dbfc477e"
    )


@pytest.mark.parametrize(
    ("start", "end", "overlap"),
    [(-2, -1, False), (-1, 0, False), (-1, 1, True), (2, 3, True), (-1, 9, True), (7, 8, False)],
)
def test_windows_overlap(start, end, overlap):
    other = (OPENS + timedelta(days=start), OPENS + timedelta(days=end))

    assert rules.windows_overlap((OPENS, CLOSES), other) is overlap
    assert rules.windows_overlap(other, (OPENS, CLOSES)) is overlap
