"""Drawing by a published seed: partial Fisher–Yates over a SHA-256 counter stream.

Anybody with the seed can redraw every paper; no pseudo-random generator of a language is involved.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
BLOCK_BITS = 64


def number_stream(*parts: object) -> Iterator[int]:
    """Endless 64-bit numbers: SHA-256 of "part|part|…|counter", cut in four, counter from 0."""
    prefix = "|".join(str(part) for part in parts)
    counter = 0
    while True:
        block = hashlib.sha256(f"{prefix}|{counter}".encode()).digest()
        for start in range(0, 32, 8):
            yield int.from_bytes(block[start : start + 8])
        counter += 1


def below(limit: int, stream: Iterator[int]) -> int:
    """A number from 0 to limit - 1, all equally likely: numbers beyond the last full span are passed over."""
    span = (1 << BLOCK_BITS) // limit * limit
    number = next(stream)
    while number >= span:
        number = next(stream)
    return number % limit


def draw(items: Sequence[Item], count: int, stream: Iterator[int]) -> list[Item]:
    """`count` different items in drawn order. Raises ValueError when there are too few."""
    if count > len(items):
        raise ValueError("too few items to draw from")
    pool = list(items)
    for position in range(count):
        chosen = position + below(len(pool) - position, stream)
        pool[position], pool[chosen] = pool[chosen], pool[position]
    return pool[:count]


def shuffle_with_pins(count: int, pinned: frozenset[int], stream: Iterator[int]) -> list[int]:
    """The indexes 0 … count - 1 shuffled; pinned ones keep their place."""
    free = [index for index in range(count) if index not in pinned]
    shuffled = iter(draw(free, len(free), stream))
    return [index if index in pinned else next(shuffled) for index in range(count)]
