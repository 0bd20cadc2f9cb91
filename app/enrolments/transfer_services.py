"""Move people between units; take two accounts of one person as one, and undo it. Callers commit."""

from datetime import datetime

from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import Account
from app.accounts.queries import live_grants
from app.audit.services import record
from app.contests.models import Contest, Round
from app.enrolments import exclusion_rules, exclusion_services
from app.enrolments import transfer_queries as queries
from app.enrolments import transfer_rules as rules
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.exclusion_queries import find_listed
from app.enrolments.transfer_models import AccountMerge, UnitMove
from app.extensions import db
from app.units.models import Unit
from app.units.queries import is_selectable, is_within

ENTRY = exclusion_services.Entry(
    exclusion_rules.Mode.BARRED, exclusion_rules.Kind.OTHER, rules.MERGED_RELATION
)


def move_person(account: Account, to_unit: Unit, *, reason: str, actor_id: int, now: datetime) -> None:
    """From now on the person belongs to `to_unit`, in every running contest of its series too.

    Rounds that have closed stay with the old unit. The caller has seen that both units are the actor's.
    Raises SameUnit, UnitNotOpen, OtherSeries, OtherLeague.
    """
    if not is_selectable(to_unit):
        raise rules.UnitNotOpen
    db.session.refresh(account, with_for_update={"key_share": True})
    own = db.session.get_one(Unit, account.unit_id)
    enrolments = queries.enrolments_to_move(account.id, to_unit.series_code, now)
    if own.series_code != to_unit.series_code and not enrolments:
        raise rules.OtherSeries
    moved = 0
    for enrolment, contest in enrolments:
        if enrolment.unit_id == to_unit.id:
            continue
        _check_league(contest, enrolment.unit_id, to_unit)
        move = UnitMove(
            enrolment_id=enrolment.id,
            from_unit_id=enrolment.unit_id,
            to_unit_id=to_unit.id,
            reason=reason,
            moved_by=actor_id,
            at=now,
        )
        db.session.add(move)
        enrolment.unit_id = to_unit.id
        moved += 1
    has_other_home = own.series_code == to_unit.series_code and own.id != to_unit.id
    if not moved and not has_other_home:
        raise rules.SameUnit
    if has_other_home:
        account.unit_id = to_unit.id
    details = {"unit_before": own.code, "unit_code": to_unit.code, "enrolments": moved, "reason": reason}
    record("people.moved", actor_id=actor_id, subject=accounts.subject(account), now=now, **details)


def _check_league(contest: Contest, from_unit_id: int, to_unit: Unit) -> None:
    """A league is what the person was ranked in, also in frozen rounds. Raises OtherLeague."""
    scope = db.session.get_one(Unit, contest.scope_unit_id)
    if is_within(db.session.get_one(Unit, from_unit_id), scope) != is_within(to_unit, scope):
        raise rules.OtherLeague


def hold_people(kept: Account, absorbed: Account, *, now: datetime) -> None:
    """Freezes and starts of both people wait until the caller commits; rounds first, then accounts by id."""
    contests = [contest.id for contest in queries.contests_reached(absorbed.id, now)]
    rounds = select(Round.id).where(Round.contest_id.in_(contests)).order_by(Round.id)
    db.session.execute(rounds.with_for_update(read=True, of=Round))
    queries.lock_accounts([kept.id, absorbed.id])


def merge_accounts(
    kept: Account, absorbed: Account, *, reason: str, actor_id: int, now: datetime
) -> AccountMerge:
    """From now on `absorbed` is locked, has no rank in rounds not frozen yet, and counts as `kept`.

    The caller holds both (hold_people) and has seen that no attempt of `absorbed` is open.
    Raises SameAccount, HasRole, AlreadyMerged, IsListed, IsLocked.
    """
    if kept.id == absorbed.id:
        raise rules.SameAccount
    if queries.merges_with([absorbed.id]) or queries.find_merge(kept.id) is not None:
        raise rules.AlreadyMerged
    if kept.disabled_at is not None or absorbed.disabled_at is not None:
        raise rules.IsLocked
    if live_grants(kept.id, now) or live_grants(absorbed.id, now):
        raise rules.HasRole
    contests = queries.contests_reached(absorbed.id, now)
    if any(find_listed(contest.id, absorbed) is not None for contest in contests):
        raise rules.IsListed
    for contest in contests:
        exclusion_services.list_account(contest, absorbed, ENTRY, actor_id=actor_id, now=now)
    accounts.disable_account(absorbed, actor_id=actor_id, reason=reason, now=now)
    merge = AccountMerge(
        kept_id=kept.id, absorbed_id=absorbed.id, reason=reason, merged_by=actor_id, merged_at=now
    )
    db.session.add(merge)
    db.session.flush()
    _record("people.merged", merge, kept, absorbed, reason, actor_id, now)
    return merge


def undo_merge(absorbed: Account, *, reason: str, actor_id: int, now: datetime) -> AccountMerge:
    """Give the account back as it was: unlocked, ranked again in rounds that are not frozen yet.

    The caller holds the people. Raises NotMerged.
    """
    merge = queries.find_merge(absorbed.id)
    if merge is None:
        raise rules.NotMerged
    ours = select(Exclusion, Contest).join(Contest, Contest.id == Exclusion.contest_id)
    ours = ours.where(Exclusion.account_id == absorbed.id, Exclusion.relation == rules.MERGED_RELATION)
    for listed, contest in db.session.execute(ours.where(Exclusion.removed_at.is_(None))).all():
        exclusion_services.remove(contest, listed, reason=reason, actor_id=actor_id, now=now)
    if absorbed.disabled_at is not None:
        accounts.enable_account(absorbed, actor_id=actor_id, reason=reason, now=now)
    merge.undone_by, merge.undone_at, merge.undo_reason = actor_id, now, reason
    db.session.flush()
    kept = db.session.get_one(Account, merge.kept_id)
    _record("people.unmerged", merge, kept, absorbed, reason, actor_id, now)
    return merge


def _record(
    action: str,
    merge: AccountMerge,
    kept: Account,
    absorbed: Account,
    reason: str,
    actor_id: int,
    now: datetime,
) -> None:
    details = {"merge": merge.id, "absorbed": absorbed.public_id, "reason": reason}
    record(action, actor_id=actor_id, subject=accounts.subject(kept), now=now, **details)
