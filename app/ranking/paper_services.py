"""Keep substitutes, and record the decision that was signed on paper. Callers lock the round and commit."""

from datetime import date, datetime

from app.audit.services import record
from app.contests.models import Round
from app.errors import DomainError
from app.extensions import db
from app.localtime import local_day
from app.ranking import queries, rules, services
from app.ranking.desk_models import SignedDecision, SubstituteCount
from app.ranking.models import Freeze, Revision

MAXIMUM_SUBSTITUTES = 50


class DecisionDateRefused(DomainError):
    message = "Ngày ký không thể ở sau hôm nay."
    safe = services.NOTHING_CHANGED


def keep_substitutes(found: Round, freeze: Freeze, people: int, *, actor_id: int, now: datetime) -> None:
    """How many people each league keeps in reserve behind its prizes. Raises AlreadyPublished, NotFrozen."""
    latest = queries.find_latest_freeze(found.id)
    if latest is None or latest.id != freeze.id or freeze.frozen_at is None:
        raise services.NotFrozen
    if queries.find_revision_of(freeze.id) is not None:
        raise services.AlreadyPublished
    chosen = db.session.get(SubstituteCount, freeze.id)
    if chosen is None:
        chosen = SubstituteCount(freeze_id=freeze.id)
        db.session.add(chosen)
    chosen.people, chosen.chosen_by, chosen.chosen_at = people, actor_id, now
    db.session.flush()
    _record("results.substitutes_kept", found, actor_id, now, freeze=freeze.number, people=people)


def record_decision(
    found: Round,
    revision: Revision,
    *,
    decision_no: str,
    signed_on: date,
    signer_title: str,
    reason: str,
    actor_id: int,
    now: datetime,
) -> SignedDecision:
    """Write down the decision that was signed for a revision; a later one corrects it and needs a reason.

    The annex is made again. Raises DecisionDateRefused, ReasonTooShort.
    """
    if signed_on > local_day(now):
        raise DecisionDateRefused
    is_correction = bool(queries.signed_decisions_of(revision))
    signed = SignedDecision(
        round_id=found.id,
        revision_number=revision.number,
        decision_no=decision_no,
        signed_on=signed_on,
        signer_title=signer_title,
        reason=rules.check_reason(reason) if is_correction else None,
        recorded_by=actor_id,
        recorded_at=now,
    )
    db.session.add(signed)
    db.session.flush()
    _record(
        "results.decision_signed", found, actor_id, now, revision=revision.number, decision_no=decision_no
    )
    services.request_annex(revision, actor_id=actor_id, now=now)
    return signed


def _record(action: str, found: Round, actor_id: int, now: datetime, **details: object) -> None:
    record(action, actor_id=actor_id, subject=f"round:{found.id}", now=now, **details)
