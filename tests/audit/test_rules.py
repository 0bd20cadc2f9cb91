"""What changed, as the trail keeps it."""

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as some

from app.audit.rules import LONGEST_TEXT, changes_between

VALUES = some.none() | some.booleans() | some.integers() | some.text(max_size=8)
FIELDS = some.dictionaries(some.sampled_from("abcd"), VALUES)


def test_only_what_differs_is_told():
    old = {"name": "Dân vận", "age": 16, "days": 5}
    new = {"name": "Dân vận khéo", "age": 16, "days": 7}

    assert changes_between(old, new) == {"days": [5, 7], "name": ["Dân vận", "Dân vận khéo"]}


def test_a_field_inside_a_field_is_named_with_both():
    old = {"policy": {"target": "people", "keys": ["score"]}}
    new = {"policy": {"target": None, "keys": ["score"]}}

    assert changes_between(old, new) == {"policy.target": ["people", None]}


def test_moments_and_days_are_json():
    old = {"opens_at": datetime(2026, 5, 1, 1, tzinfo=UTC), "day": date(2026, 5, 1)}
    new = {"opens_at": datetime(2026, 5, 2, 1, tzinfo=UTC), "day": None}

    assert changes_between(old, new) == {
        "day": ["2026-05-01", None],
        "opens_at": ["2026-05-01T01:00:00+00:00", "2026-05-02T01:00:00+00:00"],
    }


def test_a_long_text_is_cut():
    before, after = changes_between({"rules": ""}, {"rules": "a" * 5_000})["rules"]

    assert (before, after) == ("", "a" * LONGEST_TEXT + "… (5000 ký tự)")


@given(FIELDS, FIELDS)
def test_every_difference_is_told(old, new):
    changes = changes_between(old, new)

    assert changes == {
        name: [old.get(name), new.get(name)]
        for name in old.keys() | new.keys()
        if old.get(name) != new.get(name)
    }
    assert json.loads(json.dumps(changes)) == changes
