"""Khéo. The application is made in `app.factory`, which loads every feature.

This package loads nothing by itself, so that the processes that read strangers' files start small and fast.
"""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """`from app.factory import create_app`, as deployments write it."""
    if name != "create_app":
        raise AttributeError(name)
    return import_module("app.factory").create_app
