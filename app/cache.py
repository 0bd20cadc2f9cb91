"""What never changes once read (frozen packages, question versions), kept per process."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app

Value = TypeVar("Value")
MAX_ENTRIES = 20_000


def remembered(kind: str, key: object, load: Callable[[], Value]) -> Value:
    """The value under (kind, key), loaded once. Only for rows that no one can change."""
    store: dict[Any, Any] = current_app.extensions.setdefault("remembered", {})
    if (kind, key) not in store:
        if len(store) >= MAX_ENTRIES:
            store.clear()
        store[kind, key] = load()
    value: Value = store[kind, key]
    return value


def forget_all() -> None:
    """Start again with an empty store (a test that swaps databases needs it)."""
    current_app.extensions.pop("remembered", None)
