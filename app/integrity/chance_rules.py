"""How unlikely chance alone is, in bits: 10 bits are one in a thousand, 20 one in a million."""

from collections.abc import Sequence
from math import exp, inf, lgamma, log, log1p, log2


def binomial_bits(count: int, trials: int, share: float) -> float:
    """At least `count` of `trials` where each happens with probability `share`."""
    if count <= 0:
        return 0.0
    chance = min(max(share, 1e-9), 1 - 1e-9)
    terms = [
        _log_choose(trials, hits) + hits * log(chance) + (trials - hits) * log1p(-chance)
        for hits in range(count, trials + 1)
    ]
    return _bits(_log_sum(terms))


def poisson_bits(count: int, expected: float) -> float:
    """At least `count` where `expected` are to be expected."""
    if count <= 0:
        return 0.0
    mean = max(expected, 1e-9)
    reach = int(mean + 20 * mean**0.5) + 60
    terms = [hits * log(mean) - mean - lgamma(hits + 1) for hits in range(count, max(count, reach) + reach)]
    return _bits(_log_sum(terms))


def scarcity_bits(count: int, expected: float) -> float:
    """At most `count` where `expected` are to be expected."""
    mean = max(expected, 1e-9)
    return _bits(_log_sum([hits * log(mean) - mean - lgamma(hits + 1) for hits in range(count + 1)]))


def combined_bits(bits: Sequence[float]) -> float:
    """Fisher's method over independent findings: what all of them together are worth."""
    if not bits:
        return 0.0
    half = sum(bits) * log(2)
    if half <= 0:
        return 0.0
    terms = [place * log(half) - lgamma(place + 1) - half for place in range(len(bits))]
    return _bits(_log_sum(terms))


def _log_choose(trials: int, hits: int) -> float:
    return lgamma(trials + 1) - lgamma(hits + 1) - lgamma(trials - hits + 1)


def _log_sum(terms: Sequence[float]) -> float:
    highest = max(terms, default=-inf)
    return highest + log(sum(exp(term - highest) for term in terms))


def _bits(log_chance: float) -> float:
    """Never below zero: a chance above one is rounding."""
    return max(0.0, -log_chance / log(2))


def trials_bits(trials: int) -> float:
    """What looking in so many places costs."""
    return log2(max(trials, 1))
