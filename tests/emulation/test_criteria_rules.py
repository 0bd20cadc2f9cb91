"""Criteria are the same after being written down; groups combine as a slow count says."""

import copy
from dataclasses import fields
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.emulation import criteria_rules as criteria_kinds
from app.emulation.criteria_json_rules import BOUNDS, BadCriteria, check_criteria, from_json, to_json
from app.emulation.criteria_rules import (
    KINDS,
    Attested,
    Criteria,
    Group,
    Part,
    Referrals,
    TookPart,
    UnitPeople,
    judge,
)
from app.emulation.preset_rules import PRESETS
from app.emulation.wording import KIND_NAMES, Words, combination_text, rule_text

WORDS = Words("tuần", "Huyện Bắc Sơn", "Tỉnh Lạng Sơn")
DATES = st.dates(date(2024, 1, 1), date(2024, 12, 31))
TITLES = st.text("ăâđêôơưabc ", min_size=1, max_size=30)
VALUES = {
    "mode": {"rounds": st.sampled_from(criteria_kinds.Took), "result": st.sampled_from(criteria_kinds.Good)},
    "which": st.sampled_from(criteria_kinds.Which),
    "lives": st.sampled_from(criteria_kinds.Lives),
    "basis": st.sampled_from(criteria_kinds.Basis),
    "span": st.sampled_from(criteria_kinds.Span),
    "title": TITLES,
    "attester": TITLES,
    "own_streak": st.booleans(),
    "day": DATES,
    "registered_from": st.none() | st.dates(date(2024, 1, 1), date(2024, 6, 30)),
    "registered_to": st.none() | st.dates(date(2024, 7, 1), date(2024, 12, 31)),
    "rounds": st.lists(st.integers(1, 60), unique=True, max_size=5).map(sorted).map(tuple),
    **{name: st.integers(*bounds) for name, bounds in BOUNDS.items()},
}


@st.composite
def criterion(draw, code, *, is_collective):
    kinds = [found for found in KINDS.values() if found.is_collective == is_collective]
    found = draw(st.sampled_from(kinds))
    values = {}
    for one in fields(found):
        strategy = VALUES[one.name] if one.name != "code" else st.just(code)
        values[one.name] = draw(strategy[found.kind] if isinstance(strategy, dict) else strategy)
    return found(**values)


@st.composite
def part(draw, prefix, *, is_collective):
    groups = []
    for number in range(draw(st.integers(0, 3))):
        count = draw(st.integers(1, 3))
        found = tuple(
            draw(criterion(f"{prefix}{number}{index}", is_collective=is_collective)) for index in range(count)
        )
        groups.append(
            Group(f"{prefix}{number}", draw(TITLES), found, draw(st.none() | st.integers(1, count)))
        )
    return Part(tuple(groups), draw(st.none() | st.integers(1, max(len(groups), 1))))


CRITERIA = st.builds(Criteria, part("c", is_collective=False), part("t", is_collective=True)).filter(
    lambda found: found.individual.groups or found.collective.groups
)


@given(CRITERIA)
def test_criteria_are_read_back_as_they_were_written(criteria):
    assert from_json(to_json(criteria)) == criteria


@given(CRITERIA)
def test_every_criterion_has_a_sentence(criteria):
    for one in (*criteria.individual.criteria, *criteria.collective.criteria):
        text = rule_text(one, WORDS)
        assert text[0].isupper() or text.startswith(one.title)
        assert text.endswith(".")


@given(part("c", is_collective=False).filter(lambda found: found.groups), st.data())
def test_groups_combine_as_a_slow_count_says(found, data):
    met = data.draw(st.lists(st.booleans(), min_size=len(found.criteria), max_size=len(found.criteria)))

    verdict = judge(found, met)

    assert verdict.is_met == slow_is_met(found, met)
    assert verdict.bits == sum(2**index for index, is_met in enumerate(met) if is_met)
    assert (verdict.missing == 0) == verdict.is_met


def slow_is_met(found, met):
    words = iter(met)
    groups = [[next(words) for _criterion in group.criteria] for group in found.groups]
    enough = [
        sum(one) >= (len(one) if group.needed is None else group.needed)
        for group, one in zip(found.groups, groups, strict=True)
    ]
    return sum(enough) >= (len(enough) if found.needed is None else found.needed)


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_missing_is_the_least_number_of_criteria_that_would_do(needed, size, data):
    """Without attested criteria, by trying every set of them."""
    groups = tuple(
        Group(f"g{index}", "Nhóm", tuple(TookPart(f"c{index}{one}", "Tiêu chí") for one in range(2)))
        for index in range(size)
    )
    found = Part(groups, min(needed, size))
    met = data.draw(st.lists(st.booleans(), min_size=2 * size, max_size=2 * size))
    open_ones = [index for index, is_met in enumerate(met) if not is_met]
    least = next(
        count
        for count in range(len(open_ones) + 1)
        for chosen in combinations(open_ones, count)
        if slow_is_met(found, [is_met or index in chosen for index, is_met in enumerate(met)])
    )

    assert judge(found, met).missing == least


def test_somebodys_word_is_not_the_next_step_where_there_is_another_way():
    word = Group("a", "(a)", (Attested("a1", "Tham mưu", "Thủ trưởng"),))
    work = Group("c", "(c)", (TookPart("c1", "Dự thi"), TookPart("c2", "Dự thi đủ")))

    assert judge(Part((word, work), 1), [False, False, False]).missing == 2
    assert judge(Part((word, work), 1), [True, False, False]).missing == 0
    assert judge(Part((word, work)), [False, True, True]).missing == 1


def test_a_part_without_criteria_is_never_met():
    assert not judge(Part(), []).is_met


def content(**changes):
    criteria = Criteria(Part((Group("g", "Nhóm", (Referrals("c1", "Vận động"),)),)))
    written = to_json(criteria)
    written["individual"]["groups"][0]["criteria"][0].update(changes)
    return written


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "unheard"},
        {"kind": "unit_people"},
        {"count": 0},
        {"count": "2"},
        {"count": True},
        {"streak": 99},
        {"lives": "mars"},
        {"rounds": [3, 1]},
        {"rounds": [1, 1]},
        {"registered_from": "2024-05-01", "registered_to": "2024-04-01"},
        {"registered_from": "tháng tư"},
        {"title": ""},
        {"title": "a" * 201},
        {"code": ""},
        {"more": 1},
    ],
)
def test_what_cannot_be_meant_is_refused(changes):
    with pytest.raises(BadCriteria):
        from_json(content(**changes))


def test_codes_are_unique_and_groups_are_not_empty():
    one = TookPart("c1", "Dự thi")
    with pytest.raises(BadCriteria, match="mã riêng"):
        check_criteria(Criteria(Part((Group("g", "Nhóm", (one, one)),))))
    with pytest.raises(BadCriteria, match="chưa có tiêu chí nào"):
        check_criteria(Criteria(Part((Group("g", "Nhóm", ()), Group("h", "Nhóm", (one,))))))
    with pytest.raises(BadCriteria, match="ít nhất một tiêu chí"):
        check_criteria(Criteria())
    with pytest.raises(BadCriteria, match="không dùng được"):
        check_criteria(Criteria(Part((Group("g", "Nhóm", (UnitPeople("c1", "Đông"),)),))))


def test_something_that_is_not_criteria_is_refused():
    broken = content()
    del broken["collective"]
    for found in (broken, {}, {"individual": None, "collective": None}):
        with pytest.raises(BadCriteria):
            from_json(copy.deepcopy(found))


@pytest.mark.parametrize("key", PRESETS)
def test_presets_are_valid_and_their_notes_name_what_is_there(key):
    preset = PRESETS[key]
    found = {one.code: one for part in vars(preset.criteria).values() for one in part.criteria}

    assert from_json(to_json(preset.criteria)) == preset.criteria
    for note in preset.notes:
        assert hasattr(found[note.code], note.parameter) if note.code else note.parameter == "needed"
        assert note.text.endswith(".")


def test_bac_son_says_what_its_plan_says():
    criteria = PRESETS["bac-son-2024"].criteria
    sentences = [rule_text(one, WORDS) for one in criteria.individual.criteria]

    assert combination_text(criteria.individual) == (
        "Phải đạt ít nhất 1 trong 3 nhóm: (a) Tham mưu, (b) Sáng kiến, (c) Dự thi và vận động người dự thi."
    )
    assert sentences[2:] == [
        "Tài khoản đăng ký ở Huyện Bắc Sơn, hoặc dự thi cho Huyện Bắc Sơn.",
        "Có lượt thi hợp lệ ở ít nhất 1 tuần.",
        "Có kết quả được công nhận ở ít nhất một tuần.",
        "Vận động được ít nhất 2 tài khoản ở bất cứ đâu; mỗi tài khoản có lượt thi hợp lệ 5 tuần liên tục.",
    ]
    assert [one.code for one in criteria.collective.criteria] == ["t1", "t2", "t3"]


def test_every_kind_has_a_name():
    assert KIND_NAMES.keys() == KINDS.keys()
