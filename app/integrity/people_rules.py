"""Accounts rather than attempts: sign-ups in a row, referral rings, repeat winners and families."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, pairwise

from app.integrity.answer_rules import Mistakes, groups_of, neighbours_of
from app.integrity.chance_rules import binomial_bits, trials_bits
from app.integrity.cluster_rules import fact_evidence
from app.integrity.fact_rules import LEAST_BITS, Background, Fact, facts_about
from app.integrity.rules import Found, Kind, Person, Week, attempts_of, strength_of, strongest

LONGEST_GAP = 180
LEAST_IN_ROW = 4
QUICK_SIGN_UP = 30  # a person needs longer to fill the form in
NEAR_PHONES = 3
SHARES = {"names": 0.01, "phones": 0.002, "pace": 0.05}
LEAST_IN_RING = 4
HOME_PEOPLE = 10  # an address with more people behind it is a school or an office
WINNER_BITS, FAMILY_BITS = 5, 12


def find_sign_ups(week: Week) -> list[Found]:
    """Accounts made one after the other on one device, with names, phones or a pace that tell more."""
    rows = sign_up_rows(week.people.values())
    gaps = [b.registered - a.registered for row in rows for a, b in pairwise(row)]
    usual = max(SHARES["pace"], sum(gap <= QUICK_SIGN_UP for gap in gaps) / max(len(gaps), 1) / 2)
    found, innocent = [], 0
    for row in rows:
        facts = _row_facts(row, usual, groups=len(rows))
        if facts:
            found.append((row, facts))
        else:
            innocent += len(row)
    return strongest(_sign_ups(week, row, facts, innocent) for row, facts in found)


def sign_up_rows(people: Iterable[Person]) -> list[list[Person]]:
    """At least LEAST_IN_ROW accounts of one device, never more than LONGEST_GAP seconds apart."""
    devices: defaultdict[bytes, list[Person]] = defaultdict(list)
    for person in people:
        if person.register_device is not None:
            devices[person.register_device].append(person)
    rows: list[list[Person]] = []
    for group in devices.values():
        row: list[Person] = []
        for person in sorted(group, key=lambda one: (one.registered, one.account_id)):
            if row and person.registered - row[-1].registered > LONGEST_GAP:
                rows.append(row)
                row = []
            row.append(person)
        rows.append(row)
    return [row for row in rows if len(row) >= LEAST_IN_ROW]


def _row_facts(row: Sequence[Person], usual_pace: float, *, groups: int) -> list[Fact]:
    pairs = list(pairwise(row))
    phones = sorted(person.phone for person in row if person.phone is not None)
    counts = {
        "names": sum(are_near(a.name, b.name) for a, b in pairs),
        "phones": sum(b - a <= NEAR_PHONES for a, b in pairwise(phones)),
        "pace": sum(b.registered - a.registered <= QUICK_SIGN_UP for a, b in pairs),
    }
    shares = SHARES | {"pace": usual_pace}
    needed = LEAST_BITS + trials_bits(groups)
    facts = [
        Fact(name, binomial_bits(count, len(pairs), shares[name]), {"count": count, "of": len(pairs)})
        for name, count in counts.items()
    ]
    return [fact for fact in facts if fact.bits >= needed]


def are_near(one: str, other: str) -> bool:
    """The same name, or one letter more, less or different."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return rest[1:] == other_rest[1:] or rest[1:] == other_rest or rest == other_rest[1:]


def _sign_ups(week: Week, row: Sequence[Person], facts: list[Fact], innocent: int) -> Found:
    return Found(
        kind=Kind.SIGN_UPS,
        strength=strength_of(sum(fact.bits for fact in facts)),
        alike_people=innocent,
        evidence={
            "people": len(row),
            "first": row[0].registered,
            "last": row[-1].registered,
            "facts": [fact_evidence(fact) for fact in facts],
        },
        attempts=attempts_of(week, [person.enrolment_id for person in row]),
    )


def find_referrals(week: Week, mistakes: Mistakes, background: Background) -> list[Found]:
    """People joined by referrals and shared devices, with a second fact about how they take part."""
    used = devices_used(week)
    edges = referral_edges(week, used)
    rings = [group for group in groups_of(edges) if len(group) >= LEAST_IN_RING]
    found, innocent = [], 0
    for ring in rings:
        facts = facts_about(ring, week, mistakes, background, groups=len(rings))
        if facts:
            found.append((ring, facts))
        else:
            innocent += len(ring)
    return strongest(_ring(week, ring, edges, used, facts, innocent) for ring, facts in found)


def referral_edges(week: Week, used: dict[int, set[bytes]]) -> list[tuple[int, int]]:
    """(person, referrer) where the person shares a device with the referrer or with another of theirs."""
    by_account = {person.account_id: person for person in week.people.values()}
    stars: defaultdict[int, list[int]] = defaultdict(list)
    for person in week.people.values():
        referrer = by_account.get(person.referrer_id or 0)
        if referrer is not None:
            stars[referrer.enrolment_id].append(person.enrolment_id)
    edges = []
    for referrer_id, referred in stars.items():
        people_on = Counter(device for one in [referrer_id, *referred] for device in used[one])
        shared = {device for device, people in people_on.items() if people > 1}
        edges += [(one, referrer_id) for one in referred if used[one] & shared]
    return edges


def devices_used(week: Week) -> dict[int, set[bytes]]:
    """Person → the devices they registered or started on."""
    used: dict[int, set[bytes]] = {}
    for person in week.people.values():
        starts = {one.device for one in week.by_person[person.enrolment_id]}
        used[person.enrolment_id] = {one for one in {*starts, person.register_device} if one is not None}
    return used


def _ring(
    week: Week,
    ring: set[int],
    edges: Collection[tuple[int, int]],
    used: dict[int, set[bytes]],
    facts: list[Fact],
    innocent: int,
) -> Found:
    own = [edge for edge in edges if ring.issuperset(edge)]
    referred = Counter(referrer for _person, referrer in own)
    return Found(
        kind=Kind.REFERRALS,
        strength=strength_of(sum(fact.bits for fact in facts)),
        alike_people=innocent,
        evidence={
            "people": len(ring),
            "most_by_one": max(referred.values()),
            "referrers": len(referred),
            "devices": len(set().union(*(used[person] for person in ring))),
            "facts": [fact_evidence(fact) for fact in facts],
        },
        attempts=attempts_of(week, ring),
    )


def find_winners(week: Week) -> list[Found]:
    """People near a prize who won before, and relatives by name, unit and device among winners."""
    near = [person for person in week.people.values() if person.is_near_prize]
    repeated = [person for person in near if person.prizes]
    found = [_winners(week, {person.enrolment_id}, WINNER_BITS, len(repeated) - 1) for person in repeated]
    circle = [person for person in week.people.values() if person.is_near_prize or person.prizes]
    used = devices_used(week)
    homes = _homes(week)
    related = [
        (one.enrolment_id, other.enrolment_id)
        for one, other in combinations(sorted(circle), 2)
        if (one.is_near_prize or other.is_near_prize)
        and _may_be_family(one, other)
        and (
            used[one.enrolment_id] & used[other.enrolment_id]
            or homes.get(one.enrolment_id, set()) & homes.get(other.enrolment_id, set())
        )
    ]
    alike = len(neighbours_of((a.enrolment_id, b.enrolment_id) for a, b in _families(circle)))
    for group in groups_of(related):
        found.append(_winners(week, group, FAMILY_BITS + len(group), max(0, alike - len(group))))
    return strongest(found)


def _families(circle: Sequence[Person]) -> list[tuple[Person, Person]]:
    """Pairs that share family name and unit, whatever device they use."""
    return [(one, other) for one, other in combinations(circle, 2) if _may_be_family(one, other)]


def _may_be_family(one: Person, other: Person) -> bool:
    return one.unit_id == other.unit_id and one.name.split(" ")[0] == other.name.split(" ")[0]


def _homes(week: Week) -> dict[int, set[str]]:
    """Person → addresses with so few people behind them that they are a home."""
    people: defaultdict[str, set[int]] = defaultdict(set)
    for sitting in week.sittings:
        if sitting.address:
            people[sitting.address].add(sitting.enrolment_id)
    homes: defaultdict[int, set[str]] = defaultdict(set)
    for address, group in people.items():
        if len(group) <= HOME_PEOPLE:
            for person in group:
                homes[person].add(address)
    return dict(homes)


def _winners(week: Week, group: set[int], bits: float, alike: int) -> Found:
    prizes = {person: week.people[person].prizes for person in group}
    return Found(
        kind=Kind.WINNERS,
        strength=strength_of(bits + 5 * sum(prizes.values())),
        alike_people=max(0, alike),
        evidence={
            "people": len(group),
            "prizes_before": sum(prizes.values()),
            "near_prize_now": sum(week.people[person].is_near_prize for person in group),
        },
        attempts=attempts_of(week, group),
    )
