"""Password hashing behind a gate: few at a time, a short wait, then the waiting page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app

from app.errors import Busy

MEMORY_KIB, PASSES, LANES = 19456, 2, 1
LONGEST_WAIT_SECONDS = 0.25
WAITING_PER_SLOT = 4

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)
_nobody = _hasher.hash("the password of an account that does not exist")


class Gate:
    """Lets `slots` threads hash at once and a few wait; everybody else is told at once to come back."""

    def __init__(self, slots: int) -> None:
        self._slots = threading.BoundedSemaphore(slots)
        self._places = threading.BoundedSemaphore(slots * (1 + WAITING_PER_SLOT))

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Raises Busy."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._slots.acquire(timeout=LONGEST_WAIT_SECONDS):
                raise Busy
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._places.release()


def init_app(app: Flask, *, slots: int) -> None:
    app.extensions["password_gate"] = Gate(slots)


@contextmanager
def slot() -> Iterator[None]:
    """Take a place before a try is counted, so that being turned away costs nobody a try. Raises Busy."""
    gate: Gate = current_app.extensions["password_gate"]
    with gate.passed():
        yield


def hash_password(password: str) -> str:
    """To be called with a slot."""
    return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """To be called with a slot. The same work is done when there is no account or no password."""
    try:
        _hasher.verify(password_hash or _nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str | None) -> bool:
    """Was it made with other parameters than today's?"""
    return password_hash is not None and _hasher.check_needs_rehash(password_hash)
