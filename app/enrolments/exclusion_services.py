"""Put people on a contest's exclusion list and take them off it. Callers commit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.audit.services import record
from app.contests.models import Contest, Round
from app.enrolments import exclusion_queries as queries
from app.enrolments import exclusion_rules as rules
from app.enrolments.exclusion_models import Exclusion
from app.extensions import db


@dataclass(frozen=True)
class Entry:
    """What is written beside a name: `relation` says whose relative, or what else."""

    mode: rules.Mode
    kind: rules.Kind
    relation: str = ""


def hold_back(contest: Contest, account: Account | None) -> None:
    """Freezes of this contest and starts of this person wait until the caller commits.

    To be called before the clock is read: whoever started before is seen, whoever comes after is refused.
    Rounds come first, so that a person who starts never waits for what this waits for.
    """
    rounds = select(Round.id).where(Round.contest_id == contest.id).order_by(Round.id)
    db.session.execute(rounds.with_for_update(read=True, of=Round))
    if account is not None:
        db.session.refresh(account, with_for_update=True)


def list_account(
    contest: Contest, account: Account, entry: Entry, *, actor_id: int, now: datetime
) -> Exclusion:
    """List a person. The caller holds them back. Raises AlreadyListed, RelationMissing."""
    if queries.find_listed(contest.id, account) is not None:
        raise rules.AlreadyListed
    return _list(contest, entry, actor_id, now, account_id=account.id)


def list_phone(contest: Contest, phone: str, entry: Entry, *, actor_id: int, now: datetime) -> Exclusion:
    """List a number (E.164) that nobody has registered yet; whoever enrols with it is meant.

    Raises AlreadyListed, RelationMissing.
    """
    if queries.find_listed_phone(contest.id, phone) is not None:
        raise rules.AlreadyListed
    return _list(contest, entry, actor_id, now, phone=phone)


def _list(
    contest: Contest,
    entry: Entry,
    actor_id: int,
    now: datetime,
    *,
    account_id: int | None = None,
    phone: str | None = None,
) -> Exclusion:
    rules.check_relation(entry.kind, entry.relation)
    listed = Exclusion(
        contest_id=contest.id,
        account_id=account_id,
        phone=phone,
        mode=str(entry.mode),
        kind=str(entry.kind),
        relation=entry.relation,
        first_round=queries.first_round_reached(contest),
        listed_by=actor_id,
        listed_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(listed)
    except IntegrityError as error:
        if "uq_exclusions_listed" in str(error.orig) or "UNIQUE" in str(error.orig):
            raise rules.AlreadyListed from None
        raise
    record(
        "exclusions.listed",
        actor_id=actor_id,
        subject=f"contest:{contest.id}",
        now=now,
        exclusion=listed.id,
        mode=listed.mode,
        kind=listed.kind,
        first_round=listed.first_round,
    )
    return listed


def remove(contest: Contest, listed: Exclusion, *, reason: str, actor_id: int, now: datetime) -> None:
    """Take a person off the list; the line stays on record, and frozen rounds stay as they were.

    The caller holds the line and the rounds. Raises AlreadyRemoved, OwnListing.
    """
    if listed.removed_at is not None:
        raise rules.AlreadyRemoved
    if listed.account_id == actor_id:
        raise rules.OwnListing
    ranked_from = queries.first_round_reached(contest)
    listed.ranked_from_round, listed.removal_reason = ranked_from, reason
    listed.removed_by, listed.removed_at = actor_id, now
    listed.counted_at = None
    db.session.flush()
    record(
        "exclusions.removed",
        actor_id=actor_id,
        subject=f"contest:{contest.id}",
        now=now,
        exclusion=listed.id,
        reason=reason,
    )


def claim_phone_listing(contest_id: int, account: Account) -> None:
    """At the first start: a number on the list becomes the person who registered it."""
    other = aliased(Exclusion)
    is_listed = exists().where(
        other.contest_id == contest_id, other.account_id == account.id, other.removed_at.is_(None)
    )
    waiting = update(Exclusion).where(
        Exclusion.contest_id == contest_id,
        Exclusion.phone == account.sign_in_name,
        Exclusion.removed_at.is_(None),
        ~is_listed,
    )
    claimed = waiting.values(account_id=account.id, phone=None)
    db.session.execute(claimed.execution_options(synchronize_session=False))
