"""Read results for pages: lists of people below a unit, what changed, who is still being looked into."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select

from app.accounts.models import Account
from app.contests.models import Contest, Round
from app.emulation.change_wording import Change
from app.emulation.criteria_json_rules import from_json
from app.emulation.criteria_rules import Attested, Part, judge
from app.emulation.models import AccountResult, Campaign, ResultChange
from app.emulation.queries import campaigns_of, unit_of, versions_of
from app.emulation.rules import Cause
from app.enrolments.models import Enrolment
from app.extensions import db
from app.integrity.models import Signal, SignalPerson, SignalReview
from app.text import fold
from app.units.models import Unit
from app.units.queries import is_within, under

PEOPLE_SHOWN = 50
STREAMED_ROWS = 1_000
# Cases that say something about who really registered.
REVIEWED_KINDS = ("sign_ups", "referrals")


class Shown(StrEnum):
    """Which people of a campaign: with the flag, one criterion short of it, or only waiting for a word."""

    MET = "dat"
    NEAR = "gan-dat"
    WORD = "cho-xac-nhan"


@dataclass(frozen=True)
class Line:
    """A person's result with who they are and where they take part."""

    result: AccountResult
    account: Account
    unit_name: str


def lines_at(campaign: Campaign, unit: Unit, part: Part, shown: Shown, *, after: int = 0) -> list[Line]:
    """Up to PEOPLE_SHOWN people below the unit by account id, those above `after`."""
    query = _lines(campaign, unit).where(_is_shown(campaign, part, shown), AccountResult.account_id > after)
    return _read(query.order_by(AccountResult.account_id).limit(PEOPLE_SHOWN))


def lines_named(campaign: Campaign, unit: Unit, text: str) -> list[Line]:
    """People below the unit whose name has these words, marks ignored; PEOPLE_SHOWN at most."""
    query = _lines(campaign, unit).where(Account.search.contains(fold(text), autoescape=True))
    return _read(query.order_by(Account.sort_key, Account.id).limit(PEOPLE_SHOWN))


def stream_lines(campaign: Campaign, unit: Unit, part: Part, shown: Shown) -> Iterator[Line]:
    """Everybody, without keeping them all."""
    query = _lines(campaign, unit).where(_is_shown(campaign, part, shown))
    query = query.order_by(AccountResult.account_id).execution_options(yield_per=STREAMED_ROWS)
    for result, account, unit_name in db.session.execute(query):
        yield Line(result, account, unit_name)


def _lines(campaign: Campaign, unit: Unit) -> Select[Any]:
    return (
        select(AccountResult, Account, Unit.full_name)
        .join(Account, Account.id == AccountResult.account_id)
        .join(Unit, Unit.id == AccountResult.unit_id)
        .where(AccountResult.campaign_id == campaign.id, under(unit))
    )


def _read(query: Select[Any]) -> list[Line]:
    return [Line(*row) for row in db.session.execute(query)]


def _is_shown(campaign: Campaign, part: Part, shown: Shown) -> ColumnElement[bool]:
    if shown is Shown.MET:
        return AccountResult.is_met.is_(True)
    if shown is Shown.NEAR:
        return AccountResult.missing_count == 1
    return AccountResult.is_met.is_(False) & AccountResult.met_bits.in_(_bits_short_of_a_word(campaign, part))


def _bits_short_of_a_word(campaign: Campaign, part: Part) -> list[int]:
    """The met bits, among those that people have, with which the missing words alone would be enough.

    Only words beside something that was counted: a way that words alone open is open to everybody.
    """
    attested = [isinstance(criterion, Attested) for criterion in part.criteria]
    found = select(AccountResult.met_bits).where(
        AccountResult.campaign_id == campaign.id, AccountResult.is_met.is_(False)
    )
    counted = _without_ways_of_words(part)
    return [
        bits
        for bits in db.session.scalars(found.distinct())
        if judge(part, _with_words(bits, attested, counted)).is_met
        and not judge(part, _with_words(bits, attested, [False] * len(attested))).is_met
    ]


def _without_ways_of_words(part: Part) -> list[bool]:
    """For each criterion: is it in a group with something that is counted, or are all groups needed?"""
    needs_all = part.needed is None or part.needed >= len(part.groups)
    return [needs_all or not group.is_attested for group in part.groups for _criterion in group.criteria]


def _with_words(bits: int, attested: Sequence[bool], counted: Sequence[bool]) -> list[bool]:
    return [
        bool(bits >> index & 1) or (is_word and counts)
        for index, (is_word, counts) in enumerate(zip(attested, counted, strict=True))
    ]


def campaigns_for(contest: Contest, account: Account) -> list[Campaign]:
    """Those of the contest, open or closed, in whose unit the person lives or takes part."""
    enrolled = select(Enrolment.unit_id).filter_by(contest_id=contest.id, account_id=account.id)
    homes = db.session.scalars(
        select(Unit).where(or_(Unit.id == account.unit_id, Unit.id.in_(enrolled)))
    ).all()
    return [
        campaign
        for campaign in campaigns_of(contest.id)
        if any(is_within(home, unit_of(campaign)) for home in homes)
    ]


def changes_about(
    campaign: Campaign, *, account_id: int | None = None, unit_id: int | None = None
) -> list[Change]:
    """What happened to the result of one person or one collective, the newest first."""
    query = (
        select(ResultChange, Round.number)
        .outerjoin(Round, Round.id == ResultChange.round_id)
        .where(ResultChange.campaign_id == campaign.id)
        .where(ResultChange.account_id == account_id, ResultChange.unit_id == unit_id)
        .order_by(ResultChange.id.desc())
    )
    rows = db.session.execute(query).all()
    criteria = {each.version: from_json(each.criteria) for each in versions_of(campaign)} if rows else {}
    changes = []
    for row, number in rows:
        asked = criteria[row.version]
        part = asked.individual if unit_id is None else asked.collective
        cause = Cause(row.cause)
        changes.append(
            Change(
                *(row.at, cause, number, row.was_met, row.is_met, row.old_bits, row.new_bits),
                None if cause is Cause.CRITERIA else part,
            )
        )
    return changes


def accounts_under_review(contest_id: int, account_ids: Collection[int]) -> set[int]:
    """Those whom a case that nobody has decided about names; what it rests on is not for unit staff."""
    query = select(Enrolment.account_id).where(Enrolment.account_id.in_(account_ids))
    return set(db.session.scalars(_in_open_case(query, contest_id)))


def people_under_review(contest_id: int, public_ids: Collection[str]) -> set[str]:
    """As accounts_under_review, by public ids."""
    query = select(Account.public_id).join(Enrolment, Enrolment.account_id == Account.id)
    return set(db.session.scalars(_in_open_case(query.where(Account.public_id.in_(public_ids)), contest_id)))


def _in_open_case(query: Select[Any], contest_id: int) -> Select[Any]:
    is_open = ~exists().where(SignalReview.signal_id == Signal.id)
    return (
        query.join(SignalPerson, SignalPerson.enrolment_id == Enrolment.id)
        .join(Signal, Signal.id == SignalPerson.signal_id)
        .where(Enrolment.contest_id == contest_id, Signal.kind.in_(REVIEWED_KINDS), is_open)
    )
