"""Invariants of the signals of integrity, the most sensitive rows there are."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.attempts.models import Attempt
from app.extensions import db
from app.integrity.models import Signal, SignalPerson, SignalReview
from app.localtime import local_day
from app.verify.rules import Report

DELETED_WITHIN = timedelta(days=2)


def check_signals(report: Report, *, now: datetime) -> None:
    """Nothing is kept past its day, and a signal names only people of its own round (I35)."""
    oldest = local_day(now) - DELETED_WITHIN
    for public_id, delete_on in db.session.execute(select(Signal.public_id, Signal.delete_on)):
        report.expect("I35", delete_on > oldest, f"signal {public_id} was to go on {delete_on}")
    named = (
        select(Signal.public_id, Signal.round_id, SignalPerson.enrolment_id)
        .add_columns(Attempt.round_id.label("sat_in"), Attempt.enrolment_id.label("sat_by"))
        .join(SignalPerson, SignalPerson.signal_id == Signal.id)
        .join(Attempt, Attempt.id == SignalPerson.attempt_id)
    )
    for public_id, round_id, enrolment_id, sat_in, sat_by in db.session.execute(named):
        is_own = (round_id, enrolment_id) == (sat_in, sat_by)
        report.expect("I35", is_own, f"signal {public_id} names an attempt of another round or person")
    orphans = select(SignalReview.id).where(SignalReview.signal_id.not_in(select(Signal.id)))
    for review_id in db.session.scalars(orphans):
        report.expect("I35", False, f"review {review_id} without its signal")
