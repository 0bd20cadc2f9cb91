"""A campaign of a district whose body has three people at its steps, and people with the flag."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Account, RoleGrant
from app.commendation import candidate_queries, council_services, office_services, report_services, services
from app.commendation.council_services import Minutes, Signed
from app.commendation.dossier_queries import Case, cases_of_body, steps_at
from app.commendation.evidence_rules import Item, Source
from app.commendation.office_services import BodyValues
from app.commendation.queries import get_office, steps_of
from app.commendation.report_rules import Honour, Report, fields_of
from app.commendation.workflow_rules import Act, Ground, State, Step
from app.contests.models import Contest
from app.emulation.models import AccountResult, Campaign, UnitResult
from app.extensions import db as extension
from app.localtime import local_day
from app.units.models import Unit
from tests import world as worlds

OPENS = datetime(2024, 4, 8, 1, 0, tzinfo=UTC)
NOW = OPENS + timedelta(days=8)
VALUES = BodyValues(
    name="Chủ tịch Ủy ban nhân dân huyện Bắc Sơn",
    award="Giấy khen",
    council="Hội đồng Thi đua - Khen thưởng huyện Bắc Sơn",
    form_no="Mẫu số 08",
    decree="Nghị định số 98/2023/NĐ-CP",
    quota_individual=3,
    quota_collective=2,
    approval_percent=70,
    deadlines={},
)
ITEMS = [
    Item(Source.PARTICIPATION, "weeks", "Số tuần đã thi", "5/5", 1),
    Item(Source.REFERRALS, "referrals", "Số người được vận động đủ điều kiện", "2", 1),
]
SIGNED = Signed("123/QĐ-UBND", local_day(NOW), "Nguyễn Văn Mẫu", "Chủ tịch")
REASON = "Báo cáo chưa nêu biện pháp vận động."


def report_of(case: Case, **fields) -> Report:
    """A report with every required box filled."""
    boxes = fields_of(is_collective=case.is_collective)
    filled = {box.name: f"{box.label} mẫu" for box in boxes if box.is_required}
    honours = (Honour("2023", "Giấy khen", "12/QĐ-UBND, 01/02/2023", "UBND xã"),)
    return Report(filled | fields, honours)


def minutes_of(**values) -> Minutes:
    defaults: dict[str, Any] = {
        "held_on": local_day(NOW),
        "place": "Phòng họp số 1",
        "chair": "Đồng chí Chủ tịch Hội đồng mẫu",
        "secretary": "Đồng chí Thư ký mẫu",
        "member_count": 9,
        "present_count": 8,
        "text": "",
    }
    return Minutes(**(defaults | values))


@pytest.fixture
def world(app):
    return worlds.make_world(OPENS)


@pytest.fixture
def district(world, db):
    return db.session.scalars(select(Unit).where(Unit.code == "185")).one()


@pytest.fixture
def commune(world, db):
    return db.session.get_one(Unit, world.unit_id)


@pytest.fixture
def organiser(world, db):
    query = select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).order_by(Account.id)
    return db.session.scalars(query.where(RoleGrant.role == "organiser")).first()


@pytest.fixture
def campaign(world, district, organiser, db):
    found = Campaign(
        public_id="c" * 32,
        contest_id=world.contest_id,
        unit_id=district.id,
        name="Thi đua Dân vận khéo huyện Bắc Sơn",
        plan="Kế hoạch số 45/KH-UBND",
        created_by=organiser.id,
        created_at=OPENS,
    )
    db.session.add(found)
    db.session.commit()
    return found


@pytest.fixture
def staff(district, db):
    """staff() → somebody new with the staff role for the district, or for `unit`."""

    def make(unit=None):
        account = worlds.make_person((unit or district).id, OPENS)
        grant = RoleGrant(
            account_id=account.id, role="staff", unit_id=(unit or district).id, valid_from=OPENS
        )
        db.session.add(grant)
        db.session.flush()
        return account

    return make


@pytest.fixture
def nominee(campaign, commune, db):
    """nominee(streak=5) → a person of a commune with the flag; is_met=False without it."""

    def make(*, is_met=True, referrals=2, rounds_mask=0b11111, best_rank=None, unit=None):
        account = worlds.make_person((unit or commune).id, OPENS)
        db.session.add(
            AccountResult(
                campaign_id=campaign.id,
                account_id=account.id,
                unit_id=(unit or commune).id,
                version=1,
                rounds_mask=rounds_mask,
                streak=rounds_mask.bit_count(),
                best_score=10,
                best_rank=best_rank,
                referred_count=referrals,
                good_referrals=referrals,
                met_bits=0b111 if is_met else 0b101,
                is_met=is_met,
                missing_count=0 if is_met else 1,
                evaluated_at=NOW,
            )
        )
        db.session.commit()
        return account

    return make


@pytest.fixture
def collective(campaign, commune, db):
    """The commune, with the flag of collectives."""
    db.session.add(
        UnitResult(
            campaign_id=campaign.id,
            unit_id=commune.id,
            version=1,
            people=120,
            headcount=200,
            rate_permille=600,
            winners=3,
            silent_units=0,
            met_bits=1,
            is_met=True,
            missing_count=0,
            evaluated_at=NOW,
        )
    )
    db.session.commit()
    return commune


@pytest.fixture
def desk(campaign, district, organiser, staff, db):
    """The body with a chooser, an appraiser (also the council's secretary) and a decider."""
    body = office_services.create_body(campaign, district, VALUES, actor_id=organiser.id, now=NOW)
    people = SimpleNamespace(chooser=staff(), appraiser=staff(), decider=staff())
    office = get_office(db.session.get_one(Contest, campaign.contest_id), body.public_id)
    for step, account in (
        (Step.CHOOSE, people.chooser),
        (Step.APPRAISE, people.appraiser),
        (Step.COUNCIL, people.appraiser),
        (Step.DECIDE, people.decider),
    ):
        office_services.give_hand(office, step, account, actor_id=organiser.id, now=NOW)
    db.session.commit()
    return Desk(office.campaign.contest_id, body, people)


class Desk:
    """Acts on dossiers of one body, each in a transaction of its own."""

    def __init__(self, contest_id, body, people):
        self.contest_id, self.body = contest_id, body
        self.chooser, self.appraiser, self.decider = people.chooser, people.appraiser, people.decider

    def office(self, *, lock=False):
        contest = extension.session.get_one(Contest, self.contest_id)
        return get_office(contest, self.body.public_id, lock=lock)

    def cases(self, *states):
        return cases_of_body(self.body, *(states or State), lock=True)

    def case(self, dossier):
        return next(case for case in self.cases() if case.dossier.id == dossier.id)

    def choose(self, *subjects, by=None):
        """Choose accounts, or units, and commit."""
        actor, office = by or self.chooser, self.office(lock=True)
        accounts = [one.public_id for one in subjects if isinstance(one, Account)]
        units = [one.code for one in subjects if isinstance(one, Unit)]
        found = [
            *candidate_queries.people_to_choose(office, accounts, actor.id),
            *candidate_queries.collectives_to_choose(office, units),
        ]
        steps = steps_of(self.body.id, actor.id)
        dossiers = services.choose(office, found, steps, actor_id=actor.id, now=NOW)
        extension.session.commit()
        return dossiers

    def act(self, dossier, what, by, *, reason="", ground=None):
        case = self.case(dossier)
        steps = steps_at(case, by.id)
        services.act(case, what, steps, actor_id=by.id, now=NOW, reason=reason, ground=ground)
        extension.session.commit()

    def submit(self, dossier, by, *, items=ITEMS, report=None):
        case = self.case(dossier)
        steps = steps_at(case, by.id) | ({Step.REPORT} if by.id == dossier.account_id else frozenset())
        version = report_services.submit(
            case, report or report_of(case), items, steps, actor_id=by.id, now=NOW
        )
        extension.session.commit()
        return version

    def meet(self, *dossiers, votes=8, by=None, **values):
        actor = by or self.appraiser
        office, cases = self.office(lock=True), [self.case(one) for one in dossiers]
        meeting = council_services.record_meeting(
            office,
            minutes_of(**values),
            {one.id: votes for one in dossiers},
            cases,
            steps_of(self.body.id, actor.id),
            actor_id=actor.id,
            now=NOW,
        )
        extension.session.commit()
        return meeting

    def decide(self, *dossiers, by=None, signed=SIGNED):
        actor, office = by or self.decider, self.office(lock=True)
        steps = steps_of(self.body.id, actor.id)
        decision = council_services.decide(
            office, signed, [self.case(one) for one in dossiers], steps, actor_id=actor.id, now=NOW
        )
        extension.session.commit()
        return decision

    def publish(self, decision, by=None):
        actor, office = by or self.decider, self.office(lock=True)
        cases = [case for case in self.cases() if case.dossier.decision_id == decision.id]
        steps = steps_of(self.body.id, actor.id)
        council_services.publish(office, decision, cases, steps, actor_id=actor.id, now=NOW)
        extension.session.commit()

    def submitted(self, account):
        """A dossier of a person, chosen, asked for and submitted."""
        (dossier,) = self.choose(account)
        self.act(dossier, Act.ASK, self.chooser)
        self.submit(dossier, account)
        return dossier

    def approved(self, account):
        dossier = self.submitted(account)
        self.act(dossier, Act.APPRAISE, self.appraiser)
        self.act(dossier, Act.PRESENT, self.appraiser)
        self.meet(dossier)
        return dossier

    def reject(self, dossier, by, ground=Ground.INCOMPLETE):
        self.act(dossier, Act.REJECT, by, reason=REASON, ground=ground)
