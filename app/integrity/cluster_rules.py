"""Attempts that hang together by device or by minute of start, with a second fact beside it."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

from app.integrity.answer_rules import Mistakes
from app.integrity.fact_rules import Background, Fact, device_groups, facts_about, seamless
from app.integrity.rules import Found, Kind, Sitting, Week, attempts_of, strength_of, strongest

LEAST_ON_DEVICE = 3
LEAST_IN_MINUTE = 5
MINUTE = 60


def find_clusters(week: Week, mistakes: Mistakes, background: Background) -> list[Found]:
    """Devices of at least three people, and units' minutes of at least five behind one address."""
    devices = _of_size(device_groups(week), LEAST_ON_DEVICE)
    minutes = _of_size(minute_groups(week.sittings), LEAST_IN_MINUTE)
    found = [
        *_clusters(devices, "device", week, mistakes, background),
        *_clusters(minutes, "minute", week, mistakes, background),
    ]
    return strongest(_without_parts(found))


def minute_groups(sittings: Iterable[Sitting]) -> dict[Hashable, list[Sitting]]:
    """Attempts by unit, address and minute of their start."""
    groups: defaultdict[Hashable, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        if sitting.address:
            groups[sitting.unit_id, sitting.address, sitting.started // MINUTE].append(sitting)
    return dict(groups)


def _of_size(groups: Mapping[Any, list[Sitting]], least: int) -> list[list[Sitting]]:
    return [group for group in groups.values() if len({one.enrolment_id for one in group}) >= least]


def _clusters(
    groups: list[list[Sitting]], by: str, week: Week, mistakes: Mistakes, background: Background
) -> list[Found]:
    found: list[tuple[list[Sitting], list[Fact]]] = []
    innocent: set[int] = set()
    for group in groups:
        people = {one.enrolment_id for one in group}
        facts = facts_about(people, week, mistakes, background, groups=len(groups))
        if by == "device":
            passed_on = seamless(group, background, groups=len(groups))
            facts += [passed_on] if passed_on else []
        if facts:
            found.append((group, facts))
        else:
            innocent |= people
    return [_cluster(week, by, group, facts, innocent) for group, facts in found]


def _cluster(
    week: Week, by: str, group: list[Sitting], facts: list[Fact], innocent: Collection[int]
) -> Found:
    people = {one.enrolment_id for one in group}
    return Found(
        kind=Kind.CLUSTER,
        strength=strength_of(sum(fact.bits for fact in facts)),
        alike_people=len(set(innocent) - people),
        evidence={
            "by": by,
            "people": len(people),
            "attempts": len(group),
            "first": min(one.started for one in group),
            "last": max(one.started for one in group),
            "facts": [fact_evidence(fact) for fact in facts],
        },
        attempts=attempts_of(week, people),
    )


def fact_evidence(fact: Fact) -> dict[str, object]:
    return {"name": fact.name, "bits": round(fact.bits)} | fact.numbers


def _without_parts(found: list[Found]) -> list[Found]:
    """A group whose people are all in a stronger one says nothing new."""
    kept: list[tuple[set[int], Found]] = []
    for one in sorted(found, key=lambda each: (-each.strength, each.fingerprint)):
        people = {enrolment_id for _attempt_id, enrolment_id in one.attempts}
        if not any(people <= known for known, _found in kept):
            kept.append((people, one))
    return [one for _people, one in kept]
