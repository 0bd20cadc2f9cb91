"""How many answers were server errors, minute by minute: best effort, for the organisers' live page."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, bindparam, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, autocommitting, db
from app.types import UTCDateTime

WAIT_MS = 250
ADD = text(
    """
    INSERT INTO error_counts (minute, status, count) VALUES (:minute, :status, :count)
    ON CONFLICT (minute, status) DO UPDATE SET count = error_counts.count + excluded.count
    """
).bindparams(bindparam("minute", type_=UTCDateTime()))


class ErrorCount(Base):
    """Server errors of one status in one minute, over all processes."""

    __tablename__ = "error_counts"
    __table_args__ = (
        CheckConstraint("status between 500 and 599", name="status"),
        CheckConstraint("count >= 1", name="count"),
    )

    minute: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    status: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]


def add_errors(status: int, count: int, *, now: datetime) -> None:
    """Add to the minute's count on a connection of its own, waiting for nobody for long.

    Raises DBAPIError or TimeoutError (of the pool): the caller goes on without the count.
    """
    values = {"minute": now.replace(second=0, microsecond=0), "status": status, "count": count}
    with autocommitting(db.engine).connect() as connection:
        before = _set_patience(connection, WAIT_MS)
        try:
            connection.execute(ADD, values)
        finally:
            _set_patience(connection, before)


def _set_patience(connection: Connection, milliseconds: int) -> int:
    """How long a statement of this connection waits for a lock; returns what it was."""
    if connection.dialect.name == "sqlite":
        before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")
        return int(before)
    setting = text("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'")
    before = connection.scalar(setting)
    connection.execute(text("SELECT set_config('lock_timeout', :value, false)"), {"value": str(milliseconds)})
    return int(before or 0)


def count_errors(since: datetime) -> dict[int, int]:
    """Status → server errors in the minutes from `since` on."""
    query = select(ErrorCount.status, func.sum(ErrorCount.count)).where(ErrorCount.minute >= since)
    return {status: int(count) for status, count in db.session.execute(query.group_by(ErrorCount.status))}
