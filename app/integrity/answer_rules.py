"""Identical wrong answers: people whose papers differ and whose mistakes are the same beyond chance.

Two people's answers to the questions that both had are compared. Each agreement and each difference
is weighed by how much likelier it is among people who share a key than among people who answer for
themselves: a wrong option that many choose weighs little, a rare one much, and so do the
questions that each of the two could be expected to get wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import log2, sqrt

from app.integrity.chance_rules import trials_bits
from app.integrity.rules import (
    OPTION_BITS,
    Found,
    Kind,
    Week,
    attempts_of,
    strength_of,
    strongest,
)

SHARED_KEY_AGREES = 0.9
MOST_FOR_BOTH_RIGHT = 0.5
LEAST_SHARED = 3
RAREST_KEPT = 12
MOST_OF_A_BUCKET = 60
# Among honest people a link is as likely as two to the power of minus its bits, so that each of n people
# has about n times as many by chance: the bits a link needs grow with the round, and a group needs people
# with several links into it, which links by chance do not give.
LINK_MARGIN_BITS = 5.0
LEAST_LINKS = 4
PAIR_MARGIN_BITS = 16.0
LISTED_CODES = 20


@dataclass
class Mistakes:
    """What everybody answered: person → version → code, and how often each wrong code was chosen."""

    sheets: dict[int, dict[int, int]] = field(default_factory=dict)
    answered: Counter[int] = field(default_factory=Counter)
    wrong: Counter[int] = field(default_factory=Counter)
    chosen: Counter[int] = field(default_factory=Counter)
    share: dict[int, float] = field(default_factory=dict)
    mean_share: float = 0.0

    def wrong_chance(self, version: int, person: int) -> float:
        """How likely the person errs on the question, by how hard it is and how often they err."""
        base = self.wrong[version] / max(self.answered[version], 1)
        return min(0.95, max(0.02, base * self.share[person] / max(self.mean_share, 1e-9)))

    def option_chance(self, code: int) -> float:
        """How likely somebody who errs on the question chooses this wrong answer."""
        return (self.chosen[code] + 1) / (self.wrong[code >> OPTION_BITS] + 3)


def mistakes_of(week: Week) -> Mistakes:
    """A person's first answer to each question counts."""
    found = Mistakes()
    for person, sittings in week.by_person.items():
        sheet: dict[int, int] = {}
        for sitting in sittings:
            for code in sitting.codes:
                if code & ((1 << OPTION_BITS) - 1):
                    sheet.setdefault(code >> OPTION_BITS, code)
        wrong = [code for code in sheet.values() if week.is_wrong(code)]
        found.sheets[person] = sheet
        found.answered.update(sheet)
        found.wrong.update(code >> OPTION_BITS for code in wrong)
        found.chosen.update(wrong)
        found.share[person] = len(wrong) / max(len(sheet), 1)
    found.mean_share = sum(found.share.values()) / max(len(found.share), 1)
    return found


def likeness_bits(one: int, other: int, mistakes: Mistakes) -> float:
    """How much better a shared key explains the two sheets than two people answering for themselves."""
    first, second = mistakes.sheets[one], mistakes.sheets[other]
    bits = 0.0
    for version in first.keys() & second.keys():
        errs = sqrt(mistakes.wrong_chance(version, one) * mistakes.wrong_chance(version, other))
        code = first[version]
        if code != second[version]:
            bits += log2((1 - SHARED_KEY_AGREES) / (1 - errs * 0.5))
        elif code in mistakes.chosen:
            bits += log2(SHARED_KEY_AGREES / (errs * mistakes.option_chance(code)))
        else:
            bits += min(MOST_FOR_BOTH_RIGHT, log2(SHARED_KEY_AGREES / (1 - errs)))
    return bits


def candidate_pairs(mistakes: Mistakes) -> Iterator[tuple[int, int]]:
    """Pairs with at least LEAST_SHARED equal wrong answers among their rarest ones, each once.

    Of a combination that very many share, the first MOST_OF_A_BUCKET people are compared.
    """
    holders: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for person, sheet in mistakes.sheets.items():
        wrong = sorted((mistakes.chosen[code], code) for code in sheet.values() if code in mistakes.chosen)
        codes = sorted(code for _count, code in wrong[:RAREST_KEPT])
        for place in range(len(codes) - LEAST_SHARED + 1):
            holders[codes[place]].append((person, codes[place + 1 :]))
    seen: set[tuple[int, int]] = set()
    for people in holders.values():
        buckets: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for person, later in people:
            for rest in combinations(later, LEAST_SHARED - 1):
                buckets[rest].append(person)
        for bucket in buckets.values():
            for pair in combinations(bucket[:MOST_OF_A_BUCKET], 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def find_answers(week: Week, mistakes: Mistakes) -> list[Found]:
    """Pairs that chance cannot explain, and groups in which everybody is like LEAST_LINKS others."""
    people = len(mistakes.sheets)
    link_bits = trials_bits(people) + LINK_MARGIN_BITS
    pair_bits = trials_bits(people * (people - 1) // 2) + PAIR_MARGIN_BITS
    links: dict[tuple[int, int], float] = {}
    candidates: set[int] = set()
    for one, other in candidate_pairs(mistakes):
        candidates |= {one, other}
        bits = likeness_bits(one, other, mistakes)
        if bits >= link_bits:
            links[one, other] = bits
    dense = core_of(links, LEAST_LINKS)
    kept = {pair: bits for pair, bits in links.items() if bits >= pair_bits or dense.issuperset(pair)}
    groups = groups_of(kept)
    flagged = set().union(*groups) if groups else set()
    alike = len(candidates - flagged)
    return strongest(_answers(week, mistakes, group, kept, alike) for group in groups)


def core_of(links: Iterable[tuple[int, int]], least: int) -> set[int]:
    """The people who are left when those with fewer than `least` links are taken away again and again."""
    neighbours = neighbours_of(links)
    weak = [person for person, others in neighbours.items() if len(others) < least]
    while weak:
        person = weak.pop()
        for other in neighbours.pop(person, ()):
            neighbours[other].discard(person)
            if len(neighbours[other]) == least - 1:
                weak.append(other)
    return set(neighbours)


def groups_of(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """People who hang together through links."""
    neighbours = neighbours_of(links)
    groups = []
    while neighbours:
        group, waiting = set(), [next(iter(neighbours))]
        while waiting:
            person = waiting.pop()
            if person not in group:
                group.add(person)
                waiting += neighbours.pop(person)
        groups.append(group)
    return groups


def neighbours_of(links: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in links:
        neighbours[one].add(other)
        neighbours[other].add(one)
    return dict(neighbours)


def _answers(
    week: Week, mistakes: Mistakes, group: set[int], links: dict[tuple[int, int], float], alike: int
) -> Found:
    own = [bits for pair, bits in links.items() if group.issuperset(pair)]
    counts = Counter(
        code for person in group for code in mistakes.sheets[person].values() if code in mistakes.chosen
    )
    shared = [(code, count) for code, count in counts.most_common(LISTED_CODES) if count > 1]
    return Found(
        kind=Kind.ANSWERS,
        strength=strength_of(max(own) + 3 * (len(group) - 2)),
        alike_people=alike,
        evidence={
            "people": len(group),
            "pairs": len(own),
            "strongest_bits": round(max(own)),
            "same_wrong": [
                {
                    "version": code >> OPTION_BITS,
                    "options": code & ((1 << OPTION_BITS) - 1),
                    "group": count,
                    "group_had": sum(code >> OPTION_BITS in mistakes.sheets[person] for person in group),
                    "all": mistakes.chosen[code],
                    "all_had": mistakes.answered[code >> OPTION_BITS],
                }
                for code, count in shared
            ],
        },
        attempts=attempts_of(week, group),
    )
