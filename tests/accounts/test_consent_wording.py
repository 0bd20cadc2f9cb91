"""Which consents are asked, kept and refused. No database."""

import pytest

from app.accounts import consent_wording as wording
from app.accounts.consent_wording import Purpose
from app.accounts.rules import TRACES_KEPT

ALL = frozenset(Purpose)


@pytest.mark.parametrize(
    ("given", "is_minor", "kept"),
    [
        ({Purpose.PARTICIPATION}, False, {Purpose.PARTICIPATION}),
        (ALL, False, {Purpose.PARTICIPATION, Purpose.PUBLICATION}),
        (ALL, True, {Purpose.PARTICIPATION, Purpose.GUARDIAN}),
        ({Purpose.PARTICIPATION, Purpose.GUARDIAN}, True, {Purpose.PARTICIPATION, Purpose.GUARDIAN}),
    ],
)
def test_what_is_kept(given, is_minor, kept):
    assert wording.recorded(given, is_minor=is_minor) == kept


@pytest.mark.parametrize(
    ("given", "is_minor"),
    [
        (set(), False),
        ({Purpose.PUBLICATION}, False),
        ({Purpose.GUARDIAN}, False),
        ({Purpose.PARTICIPATION}, True),
        ({Purpose.GUARDIAN}, True),
        ({Purpose.PARTICIPATION, Purpose.PUBLICATION}, True),
    ],
)
def test_without_what_is_needed_nobody_takes_part(given, is_minor):
    with pytest.raises(wording.ConsentMissing):
        wording.recorded(given, is_minor=is_minor)


def test_every_purpose_has_its_sentence_and_version():
    assert set(wording.TEXTS) == set(Purpose)
    assert all(text.version and text.sentence.endswith(".") for text in wording.TEXTS.values())


def test_the_notice_names_the_law_the_traces_and_their_end():
    words = " ".join(text for _, text in wording.NOTICE)

    assert "91/2025/QH15" in words
    assert f"sau {TRACES_KEPT.days} ngày" in words
    assert "rút lại đồng ý" in words
