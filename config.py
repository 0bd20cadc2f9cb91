"""Settings: one frozen dataclass, read from the environment, refusing to start unsafe."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = ("production", "demo", "test")
TIMETABLES = ("thread", "process")
STAFF_TOTP = ("required", "optional")
MINIMUM_SECRET_LENGTH = 32
NO_NUMBER = -1
INSTANCE = Path(__file__).parent / "instance"


class UnsafeSettings(ValueError):
    """A setting is missing or unsafe; the message lists every one of them."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between deployments.

    `timetable` says who runs periodic work: "thread" (inside the web process, the embedded
    default) or "process" (`flask timetable`, production). `staff_totp` says whether people with a role
    need a second factor: "required" or "optional"; unset, production requires it.
    """

    environment: str
    secret_key: str
    database_url: str
    redis_url: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    timetable: str = "process"
    trusted_proxies: int = 0
    pool_size: int = 8
    hash_slots: int = 1
    support_phone: str = ""
    staff_totp: str | None = None
    secret_key_fallbacks: tuple[str, ...] = ()
    debug: bool = False

    def __post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise UnsafeSettings("Khéo does not start:\n" + "\n".join(f"- {line}" for line in problems))

    @property
    def is_demo(self) -> bool:
        return self.environment == "demo"

    @property
    def requires_staff_totp(self) -> bool:
        return self.staff_totp == "required" or (self.staff_totp is None and self.environment == "production")

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read KHEO_* variables. Raises UnsafeSettings with all problems at once."""
        environment = environ.get("KHEO_ENVIRONMENT", "production")
        embedded = environment == "demo"
        fallback_url = f"sqlite:///{INSTANCE / 'kheo.db'}" if embedded else ""
        return cls(
            environment=environment,
            secret_key=environ.get("KHEO_SECRET_KEY", ""),
            database_url=environ.get("KHEO_DATABASE_URL", fallback_url),
            redis_url=environ.get("KHEO_REDIS_URL") or None,
            public_url=environ.get("KHEO_PUBLIC_URL", "http://127.0.0.1:8000" if embedded else "").rstrip(
                "/"
            ),
            timetable=environ.get("KHEO_TIMETABLE", "thread" if embedded else "process"),
            trusted_proxies=_integer(environ, "KHEO_TRUSTED_PROXIES", 0),
            pool_size=_integer(environ, "KHEO_POOL_SIZE", 8),
            hash_slots=_integer(environ, "KHEO_HASH_SLOTS", 1),
            support_phone=environ.get("KHEO_SUPPORT_PHONE", ""),
            staff_totp=environ.get("KHEO_STAFF_TOTP") or None,
            secret_key_fallbacks=tuple(filter(None, environ.get("KHEO_SECRET_KEY_FALLBACKS", "").split(","))),
            debug=environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"),
        )

    def _problems(self) -> list[str]:
        problems = []
        if self.environment not in ENVIRONMENTS:
            problems.append(f"KHEO_ENVIRONMENT must be one of {', '.join(ENVIRONMENTS)}")
        if len(self.secret_key) < MINIMUM_SECRET_LENGTH:
            problems.append(f"KHEO_SECRET_KEY is missing or shorter than {MINIMUM_SECRET_LENGTH} characters")
        if any(len(key) < MINIMUM_SECRET_LENGTH for key in self.secret_key_fallbacks):
            problems.append(
                f"KHEO_SECRET_KEY_FALLBACKS has a key shorter than {MINIMUM_SECRET_LENGTH} characters"
            )
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            problems.append("KHEO_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
        if self.redis_url is not None and not self.redis_url.startswith(("redis://", "rediss://", "unix://")):
            problems.append("KHEO_REDIS_URL must start with redis://, rediss:// or unix://, or be empty")
        if not self.public_url.startswith(("http://", "https://")):
            problems.append("KHEO_PUBLIC_URL must be the http(s) address that people open")
        if self.timetable not in TIMETABLES:
            problems.append(f"KHEO_TIMETABLE must be one of {', '.join(TIMETABLES)}")
        if self.trusted_proxies not in (0, 1):
            problems.append("KHEO_TRUSTED_PROXIES must be 0 or 1")
        if self.staff_totp not in (None, *STAFF_TOTP):
            problems.append(f"KHEO_STAFF_TOTP must be one of {', '.join(STAFF_TOTP)}, or be empty")
        if self.pool_size < 1 or self.hash_slots < 1:
            problems.append("KHEO_POOL_SIZE and KHEO_HASH_SLOTS must be whole numbers of at least 1")
        if self.environment == "production":
            problems += self._production_problems()
        return problems

    def _production_problems(self) -> list[str]:
        problems = []
        if len(set(self.secret_key)) < MINIMUM_SECRET_LENGTH // 4:
            problems.append(
                "KHEO_SECRET_KEY repeats itself: "
                "use `python -c 'import secrets; print(secrets.token_hex(32))'`"
            )
        if not self.is_https:
            problems.append("KHEO_PUBLIC_URL must be https in production")
        if self.trusted_proxies != 1:
            problems.append("KHEO_TRUSTED_PROXIES must be 1: production stands behind one proxy")
        if self.debug:
            problems.append("FLASK_DEBUG must be off in production")
        if not self.support_phone:
            problems.append("KHEO_SUPPORT_PHONE is missing: people in trouble need a number to call")
        return problems


def _integer(environ: Mapping[str, str], name: str, default: int) -> int:
    """The number, or NO_NUMBER, which no setting accepts."""
    value = environ.get(name, "")
    if not value:
        return default
    return int(value) if value.isascii() and value.isdigit() else NO_NUMBER
