"""Read dossiers: one with all that happened, lists of a unit, what waits for somebody, one's own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.exc import NoResultFound

from app.accounts.models import Account
from app.commendation import deadline_rules
from app.commendation.evidence_rules import Item, Source
from app.commendation.models import (
    AwardDecision,
    AwardingBody,
    CouncilMeeting,
    CouncilVote,
    Dossier,
    DossierEvent,
    EvidenceItem,
    ReportVersion,
)
from app.commendation.queries import all_steps_of, steps_of
from app.commendation.workflow_rules import People, State, Step, waiting_steps
from app.contests.models import Contest
from app.emulation.models import Campaign
from app.extensions import db
from app.participation.place_queries import Place
from app.units.models import Unit
from app.units.queries import under

PAGE_LINES = 50
NOTICES_SHOWN = 20
HANDLING = frozenset({Step.APPRAISE, Step.COUNCIL, Step.DECIDE})


class Case(NamedTuple):
    """A dossier with its body, campaign, contest, the unit, and the person (None: a collective)."""

    dossier: Dossier
    body: AwardingBody
    campaign: Campaign
    contest: Contest
    unit: Unit
    account: Account | None

    @property
    def state(self) -> State:
        return State(self.dossier.state)

    @property
    def is_collective(self) -> bool:
        return self.account is None

    @property
    def name(self) -> str:
        """Who is proposed."""
        return self.unit.full_name if self.account is None else self.account.full_name

    @property
    def people(self) -> People:
        found = self.dossier
        return People(found.account_id, found.chosen_by, found.written_by, found.appraised_by)

    def is_late(self, today: date) -> bool:
        return self.dossier.due_on is not None and self.dossier.due_on < today

    def remaining(self, today: date) -> str:
        """ "còn 3 ngày làm việc"; empty where nothing waits."""
        due = self.dossier.due_on
        return "" if due is None else deadline_rules.remaining_words(due, today)


class Notice(NamedTuple):
    """Something that happened to a dossier, for whoever is concerned."""

    event: DossierEvent
    case: Case
    author: str


@dataclass(frozen=True)
class Vote:
    meeting: CouncilMeeting
    votes_for: int
    is_approved: bool


def _cases() -> Select[Any]:
    return (
        select(Dossier, AwardingBody, Campaign, Contest, Unit, Account)
        .join(AwardingBody, AwardingBody.id == Dossier.body_id)
        .join(Campaign, Campaign.id == Dossier.campaign_id)
        .join(Contest, Contest.id == Campaign.contest_id)
        .join(Unit, Unit.id == Dossier.unit_id)
        .outerjoin(Account, Account.id == Dossier.account_id)
    )


def _read(query: Select[Any]) -> list[Case]:
    return [Case(*row) for row in db.session.execute(query)]


def _locked(query: Select[Any]) -> Select[Any]:
    return query.with_for_update(of=Dossier, key_share=True).execution_options(populate_existing=True)


def get_case_at(place: Place, public_id: str, *, lock: bool = False) -> Case:
    """A dossier of the contest and the unit's subtree. Raises NoResultFound for any other."""
    query = _cases().where(
        Dossier.public_id == public_id, Campaign.contest_id == place.contest.id, under(place.unit)
    )
    return Case(*db.session.execute(_locked(query) if lock else query).one())


def get_own_case(account_id: int, public_id: str, *, lock: bool = False) -> Case:
    """Raises NoResultFound: another's dossier, or one whose person was not asked yet."""
    query = _cases().where(Dossier.public_id == public_id, Dossier.account_id == account_id)
    case = Case(*db.session.execute(_locked(query) if lock else query).one())
    if not was_asked(case):
        raise NoResultFound
    return case


def get_case(dossier_id: int) -> Case:
    """For jobs, which nobody reads over the shoulder. Raises NoResultFound."""
    return Case(*db.session.execute(_cases().where(Dossier.id == dossier_id)).one())


def find_case_of_code(code: str) -> Case | None:
    """The dossier whose letter bears this code, for the public's check."""
    found = _read(_cases().where(Dossier.code == code))
    return found[0] if found else None


def was_asked(case: Case) -> bool:
    """Has the nominee been told? Until then a choice is the staff's own preparation."""
    query = select(DossierEvent.id).filter_by(dossier_id=case.dossier.id, act="ask").limit(1)
    return db.session.scalars(query).first() is not None


def own_cases(account_id: int) -> list[Case]:
    """The dossiers about oneself of which one was told, the newest first."""
    asked = select(DossierEvent.dossier_id).where(DossierEvent.act == "ask")
    query = _cases().where(Dossier.account_id == account_id, Dossier.id.in_(asked))
    return _read(query.order_by(Dossier.id.desc()))


def cases_at(place: Place, state: State | None, page: int) -> tuple[list[Case], int]:
    """(one page of the unit's dossiers by body and number; number of pages)."""
    query = _cases().where(Campaign.contest_id == place.contest.id, under(place.unit))
    if state is not None:
        query = query.where(Dossier.state == state)
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Dossier.body_id, Dossier.number)
    lines = _read(ordered.offset((page - 1) * PAGE_LINES).limit(PAGE_LINES))
    return lines, max(1, -(-count // PAGE_LINES))


def count_states_at(place: Place) -> dict[State, int]:
    """How many dossiers of the unit's subtree stand in each state."""
    query = (
        select(Dossier.state, func.count())
        .join(Campaign, Campaign.id == Dossier.campaign_id)
        .join(Unit, Unit.id == Dossier.unit_id)
        .where(Campaign.contest_id == place.contest.id, under(place.unit))
        .group_by(Dossier.state)
    )
    return {State(state): count for state, count in db.session.execute(query)}


def cases_of_body(body: AwardingBody, *states: State, lock: bool = False) -> list[Case]:
    """The body's dossiers in these states, by number."""
    query = _cases().where(Dossier.body_id == body.id, Dossier.state.in_(states)).order_by(Dossier.number)
    return _read(_locked(query) if lock else query)


def waiting_at(place: Place, account_id: int) -> list[Case]:
    """What waits for this person: by the hands given to them, and reports of collectives they may write."""
    turns = [_collective_reports(account_id)]
    for body_id, steps in all_steps_of(account_id).items():
        states = [state for state in State if waiting_steps(state) & steps]
        turns.append(and_(Dossier.body_id == body_id, Dossier.state.in_(states)))
    query = _cases().where(Campaign.contest_id == place.contest.id, under(place.unit), or_(*turns))
    return _read(query.order_by(Dossier.due_on, Dossier.id).limit(PAGE_LINES))


def _collective_reports(account_id: int) -> ColumnElement[bool]:
    handled = [body_id for body_id, steps in all_steps_of(account_id).items() if steps & HANDLING]
    return and_(
        Dossier.account_id.is_(None),
        Dossier.state.in_((State.REPORTING, State.RETURNED)),
        Dossier.body_id.not_in(handled),
    )


def steps_at(case: Case, account_id: int) -> frozenset[Step]:
    """At which steps somebody stands who may open the dossier as staff.

    A collective's report is written by any staff of its unit but those who judge it.
    """
    steps = steps_of(case.body.id, account_id)
    return steps | {Step.REPORT} if case.is_collective and not steps & HANDLING else steps


def events_of(case: Case) -> list[tuple[DossierEvent, str]]:
    """(what happened, who did it), oldest first."""
    query = (
        select(DossierEvent, Account.full_name)
        .join(Account, Account.id == DossierEvent.done_by)
        .where(DossierEvent.dossier_id == case.dossier.id)
        .order_by(DossierEvent.id)
    )
    return [(event, name) for event, name in db.session.execute(query)]


def notices_at(place: Place, account_id: int) -> list[Notice]:
    """The newest acts of others on dossiers of the unit's subtree."""
    cases = _cases().where(Campaign.contest_id == place.contest.id, under(place.unit))
    return _notices(cases, DossierEvent.done_by != account_id)


def own_notices(account_id: int) -> list[Notice]:
    """The newest acts of others on one's own dossiers, from being asked on."""
    asked = select(DossierEvent.dossier_id).where(DossierEvent.act == "ask")
    cases = _cases().where(Dossier.account_id == account_id, Dossier.id.in_(asked))
    return _notices(cases, DossierEvent.done_by != account_id)


def _notices(cases: Select[Any], condition: ColumnElement[bool]) -> list[Notice]:
    query = cases.join(DossierEvent, DossierEvent.dossier_id == Dossier.id).add_columns(DossierEvent)
    query = query.where(condition).order_by(DossierEvent.id.desc()).limit(NOTICES_SHOWN)
    rows = [(row[-1], Case(*row[:-1])) for row in db.session.execute(query)]
    names = names_of({event.done_by for event, _case in rows})
    return [Notice(event, case, names[event.done_by]) for event, case in rows]


def names_of(account_ids: Collection[int]) -> dict[int, str]:
    query = select(Account.id, Account.full_name).where(Account.id.in_(account_ids))
    return {account_id: name for account_id, name in db.session.execute(query)}


def find_latest_report(case: Case) -> ReportVersion | None:
    query = select(ReportVersion).where(ReportVersion.dossier_id == case.dossier.id)
    return db.session.scalars(query.order_by(ReportVersion.version.desc()).limit(1)).first()


def find_submitted_report(case: Case) -> ReportVersion | None:
    """The newest version that was submitted."""
    query = select(ReportVersion).where(
        ReportVersion.dossier_id == case.dossier.id, ReportVersion.evidence_digest.is_not(None)
    )
    return db.session.scalars(query.order_by(ReportVersion.version.desc()).limit(1)).first()


def evidence_of(report: ReportVersion) -> list[Item]:
    """The facts frozen with a submitted report, in order."""
    query = select(EvidenceItem).filter_by(dossier_id=report.dossier_id, version=report.version)
    return [
        Item(Source(row.source), row.code, row.label, row.value, row.criteria_version)
        for row in db.session.scalars(query.order_by(EvidenceItem.position))
    ]


def votes_of(case: Case) -> list[Vote]:
    """How the council voted on the dossier, oldest meeting first."""
    query = (
        select(CouncilMeeting, CouncilVote.votes_for, CouncilVote.is_approved)
        .join(CouncilVote, CouncilVote.meeting_id == CouncilMeeting.id)
        .where(CouncilVote.dossier_id == case.dossier.id)
        .order_by(CouncilMeeting.id)
    )
    return [Vote(*row) for row in db.session.execute(query)]


def find_decision_of(case: Case) -> AwardDecision | None:
    if case.dossier.decision_id is None:
        return None
    return db.session.get_one(AwardDecision, case.dossier.decision_id)


def cases_of_decision(decision: AwardDecision, *, lock: bool = False) -> list[Case]:
    """Its dossiers, those revoked included, by number."""
    query = _cases().where(Dossier.decision_id == decision.id).order_by(Dossier.number)
    return _read(_locked(query) if lock else query)
