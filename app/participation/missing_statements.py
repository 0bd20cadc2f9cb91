"""Who belongs to which unit in a contest, who may take part, and who has: the predicates of the missing list.

A person enrolled in the contest belongs to the unit of the enrolment; anybody else to the account's
own unit. Whoever is disabled, merged into another account or barred from the contest may not take part.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, literal, select, union_all
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.exclusion_rules import Mode
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.ranking.models import Standing


def members_of(
    contest_id: int, unit_ids: Collection[int] | Select[Any], round_id: int | None = None
) -> Subquery:
    """(account_id, unit_id) of those who belong to the units; with a round, without those who took part."""
    enrolled = select(Enrolment.account_id, Enrolment.unit_id).where(
        Enrolment.contest_id == contest_id, Enrolment.unit_id.in_(unit_ids)
    )
    if round_id is not None:
        enrolled = enrolled.where(
            ~exists().where(Standing.round_id == round_id, Standing.enrolment_id == Enrolment.id)
        )
    is_enrolled = exists().where(Enrolment.contest_id == contest_id, Enrolment.account_id == Account.id)
    others = select(Account.id, Account.unit_id).where(Account.unit_id.in_(unit_ids), ~is_enrolled)
    return union_all(enrolled, others).subquery("members")


def may_take_part(contest_id: int) -> ColumnElement[bool]:
    """The predicate over Account."""
    absorbed = exists().where(AccountMerge.absorbed_id == Account.id, AccountMerge.undone_at.is_(None))
    barred = exists().where(
        Exclusion.contest_id == contest_id,
        Exclusion.account_id == Account.id,
        Exclusion.mode == Mode.BARRED,
        Exclusion.removed_at.is_(None),
    )
    return and_(Account.disabled_at.is_(None), ~absorbed, ~barred)


def took_part_as_another(round_id: int) -> ColumnElement[bool]:
    """Has an account merged into this one a valid attempt in the round?"""
    absorbed = aliased(Enrolment)
    return exists(
        select(literal(1))
        .select_from(AccountMerge)
        .join(absorbed, absorbed.account_id == AccountMerge.absorbed_id)
        .join(Standing, Standing.enrolment_id == absorbed.id)
        .where(
            AccountMerge.kept_id == Account.id,
            AccountMerge.undone_at.is_(None),
            Standing.round_id == round_id,
        )
    )
