"""The walk of the Bắc Sơn plan: somebody brings two people, all three take five weeks, the flag appears."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.accounts.models import Account
from app.contests.models import Contest
from app.emulation.evaluation_services import evaluate
from app.emulation.models import Campaign
from app.emulation.preset_rules import PRESETS
from app.emulation.services import create_campaign
from app.extensions import db
from app.permissions import Role
from app.ranking import live_services
from app.text import fold, name_sort_key
from app.units.models import Unit
from tests import world as worlds
from tests.factories import make_grant
from tests.portal import weeks
from tests.portal.weeks import FIRST, WEEK, WEEKS, closing

AFTER = closing(WEEKS) + timedelta(hours=1)
EVERYTHING = 10_000
# A word of each kind that the preset asks for: of a person, of a collective.
PERSON_WORD, UNIT_WORD = "a1", "t1"


@dataclass(frozen=True)
class BacSon:
    """Everything after five weeks; `brought` live in both communes of the district."""

    contest: Contest
    campaign: Campaign
    district: Unit
    citizen: Account
    brought: list[Account]
    staff: Account
    organiser: Account


def unit_of(code) -> Unit:
    return db.session.scalars(select(Unit).where(Unit.code == code)).one()


def bac_son(world, *, now=AFTER, missed=()) -> BacSon:
    """Build it by services from tests.portal.weeks.make_weeks(), counted and evaluated; commits.

    `missed`: numbers of weeks that the second person brought did not take.
    """
    district, other = unit_of("185"), unit_of("06328")
    contest = db.session.get_one(Contest, world.contest_id)
    citizen = named("Thí sinh mẫu Liên", worlds.make_person(world.unit_id, FIRST - WEEK))
    brought = [
        weeks.bring(world, citizen, full_name="Thí sinh mẫu Lường Văn Bảo"),
        weeks.bring(world, citizen, full_name="Thí sinh mẫu Hoàng Thị Mơ", unit_id=other.id),
    ]
    skipped = {brought[1].id: set(missed)}
    for number, account in enumerate([citizen, *brought], 20_000_001):
        enrolment = weeks.enrol(world, account, contestant_no=number)
        for week in range(1, WEEKS + 1):
            if week not in skipped.get(account.id, set()):
                weeks.sit(world, enrolment, week, after=number % 100)
    organiser = db.session.get_one(Account, weeks.organisers()[0])
    staff = named("Thí sinh mẫu Cán Bộ", worlds.make_person(world.unit_id, FIRST - WEEK))
    make_grant(staff, Role.STAFF, unit=district)
    campaign = create_campaign(
        contest,
        district,
        name="Thi đua Dân vận khéo huyện Bắc Sơn",
        plan="Kế hoạch số 55/KH-UBND",
        criteria=PRESETS["bac-son-2024"].criteria,
        actor_id=organiser.id,
        now=FIRST,
    )
    live_services.tally(EVERYTHING, now=now)
    evaluate(campaign, now=now)
    db.session.commit()
    return BacSon(contest, campaign, district, citizen, brought, staff, organiser)


def named(full_name: str, account: Account) -> Account:
    account.full_name, account.search = full_name, fold(full_name)
    account.sort_key = name_sort_key(full_name)
    return account
