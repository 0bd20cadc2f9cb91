"""Stems that ask the same in almost the same words."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations, pairwise

from app.questions.rules import SEVERAL_NOTE
from app.text import fold

# Two stems are too near from here on. In the bank of 331 questions that these were set with, different
# facts of one law reach 0.75 (words in their order) and 0.88 (words in any order).
NEAR_IN_ORDER = 0.80
NEAR_IN_ANY_ORDER = 0.92
NEAR_PAIRS_SHARE = 0.30


def near_stems(stems: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of stems that ask the same in almost the same words, whatever their order."""
    words = [re.findall(r"\w+", fold(stem.removesuffix(SEVERAL_NOTE))) for stem in stems]
    pairs = [set(pairwise(each)) for each in words]
    return [
        (first, second)
        for first, second in combinations(range(len(stems)), 2)
        if _share_pairs(pairs[first], pairs[second]) and _is_near(words[first], words[second])
    ]


def _share_pairs(first: set[tuple[str, str]], second: set[tuple[str, str]]) -> bool:
    """Enough neighbouring words in common to be worth a closer look."""
    shared = len(first & second)
    return shared >= NEAR_PAIRS_SHARE * (len(first) + len(second) - shared)


def _is_near(first: list[str], second: list[str]) -> bool:
    shared = (Counter(first) & Counter(second)).total()
    if 2 * shared >= NEAR_IN_ANY_ORDER * (len(first) + len(second)):
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= NEAR_IN_ORDER
