"""Stems that ask the same in almost the same words."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations, pairwise

from app.questions.rules import SEVERAL_NOTE
from app.text import fold

# Two stems are too near from here on. In the bank of 331 questions that these were set with, different
# facts of one law reach 0.75 (words in their order) and 0.88 (words in any order).
NEAR_IN_ORDER = 0.80
NEAR_IN_ANY_ORDER = 0.92
NEAR_PAIRS_SHARE = 0.30
MOST_SHOWN = 3
# A whole bank of stems, kept as words between two strokes of a key.
REMEMBERED_STEMS = 20_000

Words = tuple[str, ...]
Pairs = frozenset[tuple[str, str]]


def near_stems(stems: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of stems that ask the same in almost the same words, whatever their order."""
    read = [_read(stem) for stem in stems]
    return [
        (first, second)
        for first, second in combinations(range(len(stems)), 2)
        if _is_alike(read[first], read[second])
    ]


def near_to(stem: str, others: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of (key, stem) that ask almost the same as `stem`, at most MOST_SHOWN."""
    own = _read(stem)
    found = []
    for key, other in others:
        if _is_alike(own, _remembered(other)):
            found.append((key, other))
            if len(found) == MOST_SHOWN:
                break
    return found


def _read(stem: str) -> tuple[Words, Pairs]:
    words = tuple(re.findall(r"\w+", fold(stem.removesuffix(SEVERAL_NOTE))))
    return words, frozenset(pairwise(words))


_remembered = lru_cache(maxsize=REMEMBERED_STEMS)(_read)


def _is_alike(first: tuple[Words, Pairs], second: tuple[Words, Pairs]) -> bool:
    return _share_pairs(first[1], second[1]) and _is_near(first[0], second[0])


def _share_pairs(first: Pairs, second: Pairs) -> bool:
    """Enough neighbouring words in common to be worth a closer look."""
    shared = len(first & second)
    return shared >= NEAR_PAIRS_SHARE * (len(first) + len(second) - shared)


def _is_near(first: Words, second: Words) -> bool:
    shared = (Counter(first) & Counter(second)).total()
    if 2 * shared >= NEAR_IN_ANY_ORDER * (len(first) + len(second)):
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= NEAR_IN_ORDER
