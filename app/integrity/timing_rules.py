"""Answers quicker than anybody can read: measured in characters of stem and options a second."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from app.integrity.rules import OPTION_BITS, UNKNOWN_PACE, Found, Kind, Sitting, Week, strength_of, strongest

# Silent reading takes about 20 characters a second, skimming 50; whoever knows the questions by heart
# still has to recognise each and to touch an answer.
IMPOSSIBLE = 90.0
GOOD_SCORE = 0.8
STRENGTH_AT_LIMIT = 10


def characters_per_second(sitting: Sitting, week: Week) -> float:
    """The whole attempt's text over its seconds."""
    text = sum(week.characters[code >> OPTION_BITS] for code in sitting.codes)
    return text / max(sitting.seconds, 1)


def is_impossible(sitting: Sitting, week: Week) -> bool:
    """Quicker than anybody reads, and right: a quick bad paper is guessing and gains nothing."""
    is_good = sitting.score >= GOOD_SCORE * len(sitting.codes)
    return is_good and characters_per_second(sitting, week) > IMPOSSIBLE


def fast_people(week: Week) -> set[int]:
    return {one.enrolment_id for one in week.sittings if is_impossible(one, week)}


def find_speed(week: Week) -> list[Found]:
    """One signal for each person's quickest impossible attempt."""
    fastest: dict[int, Sitting] = {}
    for sitting in week.sittings:
        if is_impossible(sitting, week):
            known = fastest.get(sitting.enrolment_id)
            if known is None or sitting.seconds < known.seconds:
                fastest[sitting.enrolment_id] = sitting
    medians = median_paces(week) if fastest else {}
    quick = _quick_people(week) if fastest else set()
    return strongest(_speed(week, sitting, medians, len(quick) - 1) for sitting in fastest.values())


def _quick_people(week: Week) -> set[int]:
    """Everybody as quick, whatever their score."""
    return {one.enrolment_id for one in week.sittings if characters_per_second(one, week) > IMPOSSIBLE}


def _speed(week: Week, sitting: Sitting, medians: dict[int, float], alike: int) -> Found:
    speed = characters_per_second(sitting, week)
    others = [one for one in week.by_person[sitting.enrolment_id] if one.attempt_id != sitting.attempt_id]
    return Found(
        kind=Kind.SPEED,
        strength=strength_of(STRENGTH_AT_LIMIT * speed / IMPOSSIBLE),
        alike_people=alike,
        evidence={
            "questions": len(sitting.codes),
            "seconds": sitting.seconds,
            "score": sitting.score,
            "characters_per_second": round(speed),
            "bars": bars_of(sitting, medians),
            "other_attempts": [{"score": one.score, "seconds": one.seconds} for one in others],
        },
        attempts=((sitting.attempt_id, sitting.enrolment_id),),
    )


def bars_of(sitting: Sitting, medians: dict[int, float]) -> list[dict[str, Any]]:
    """Seconds a question beside the week's median for the same question; None where not known.

    Where no save tells, as without script, every question has the same part of the whole.
    """
    known = any(pace != UNKNOWN_PACE for pace in sitting.pace)
    share = round(sitting.seconds / max(len(sitting.codes), 1), 1)
    return [
        {
            "seconds": (None if pace == UNKNOWN_PACE else pace) if known else share,
            "median": medians.get(code >> OPTION_BITS),
        }
        for code, pace in zip(sitting.codes, sitting.pace, strict=True)
    ]


def median_paces(week: Week) -> dict[int, float]:
    """Version → median seconds until it was answered, over all attempts that tell."""
    counts: dict[int, Counter[int]] = {}
    for sitting in week.sittings:
        for code, pace in zip(sitting.codes, sitting.pace, strict=True):
            if pace != UNKNOWN_PACE:
                counts.setdefault(code >> OPTION_BITS, Counter())[pace] += 1
    return {version: float(median(count.elements())) for version, count in counts.items()}


def paces_of(positions: int, saves: Sequence[tuple[int, Sequence[int]]], started: int) -> bytes:
    """Seconds until each position was first answered, one byte each.

    `saves` are (moment, positions) in their order; positions that come first in one save share the
    time since the save before it.
    """
    paces = [UNKNOWN_PACE] * positions
    before = started
    for moment, touched in saves:
        new = [place for place in touched if 1 <= place <= positions and paces[place - 1] == UNKNOWN_PACE]
        for place in new:
            paces[place - 1] = min(UNKNOWN_PACE - 1, max(0, moment - before) // len(new))
        before = max(before, moment)
    return bytes(paces)
