"""Structured logs: JSON lines from an allow-list of fields, so that no personal data gets in."""

import logging
import secrets
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, g

ALLOWED = frozenset(
    {"event", "level", "timestamp", "endpoint", "error", "reference", "status", "kind", "key", "job", "tries"}
    | {"round", "contest", "count", "seconds", "exception", "exc_info", "name", "action", "port"}
)


def _allow_listed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name in ALLOWED}


def _without_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the places it passed; messages may quote input."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        places, trace = [], error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/app/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        event["exception"] = f"{type(error).__name__}: " + " < ".join(reversed(places[-12:]))
    return event


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            _allow_listed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    configure()

    @app.before_request
    def name_request() -> None:
        g.request_id = secrets.token_hex(4)
