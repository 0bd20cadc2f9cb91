"""Who may take part, without app or database."""

import pytest

from app.enrolments import rules

BOTH = frozenset({"participation", "guardian"})
OWN = frozenset({"participation"})


@pytest.mark.parametrize(("age", "minimum"), [(16, 16), (17, 16), (12, 12), (70, 6)])
def test_old_enough(age, minimum):
    rules.check_age(age, minimum)


@pytest.mark.parametrize(("age", "minimum"), [(15, 16), (0, 6), (11, 12)])
def test_too_young(age, minimum):
    with pytest.raises(rules.TooYoung, match=f"chưa đủ {minimum} tuổi"):
        rules.check_age(age, minimum)


@pytest.mark.parametrize(
    ("age", "given", "message"),
    [
        (30, frozenset(), "đồng ý việc xử lý dữ liệu"),
        (30, frozenset({"publication", "guardian"}), "đồng ý việc xử lý dữ liệu"),
        (15, OWN, "người giám hộ"),
        (12, OWN | {"publication"}, "người giám hộ"),
    ],
)
def test_missing_consent(age, given, message):
    with pytest.raises(rules.ConsentMissing, match=message):
        rules.check_consents(age, 16, given)


@pytest.mark.parametrize(("age", "given"), [(16, OWN), (15, BOTH), (40, BOTH)])
def test_enough_consent(age, given):
    rules.check_consents(age, 16, given)


@pytest.mark.parametrize(
    ("is_inside", "has_leagues", "league"),
    [(True, True, "inside"), (False, True, "outside"), (True, False, "")],
)
def test_leagues(is_inside, has_leagues, league):
    assert rules.league_of(is_inside, has_leagues=has_leagues) == league


def test_without_leagues_outsiders_are_refused():
    with pytest.raises(rules.UnitOutside):
        rules.league_of(False, has_leagues=False)
