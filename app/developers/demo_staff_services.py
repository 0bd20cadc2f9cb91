"""What a district's office finds at work in the demo: headcounts, reminders, campaigns, dossiers.

Nothing commits.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.accounts.queries import find_account, live_grants
from app.attempts.queries import own_attempts
from app.commendation import candidate_queries, council_services, office_services, report_services, services
from app.commendation.dossier_queries import Case, cases_of_body
from app.commendation.evidence_queries import items_now
from app.commendation.queries import Office, get_office, steps_of
from app.commendation.report_rules import Honour, Report, fields_of
from app.commendation.workflow_rules import Act, State, Step
from app.developers import demo_rules as rules
from app.developers import demo_services
from app.developers.demo_services import (
    APPRAISER_PLACE,
    CHOOSER_PLACE,
    DECIDER_PLACE,
    Contestant,
    Staff,
)
from app.emulation.criteria_rules import Belongs, Criteria, Group, NoVoid, Part, Took, TookPart
from app.emulation.preset_rules import PRESETS
from app.emulation.services import create_campaign
from app.localtime import local_day
from app.participation import headcount_services
from app.participation.missing_rules import Channel
from app.participation.reminder_services import note_reminders
from app.units.queries import children_of, get_unit

SMALLEST_COMMUNE = 24
STEADY = "Tham gia đều các tuần"
REMINDED = 6
BODY = office_services.BodyValues(
    name="Chủ tịch Ủy ban nhân dân huyện (mẫu)",
    award="Giấy khen",
    council="Hội đồng Thi đua - Khen thưởng huyện (mẫu)",
    form_no="Mẫu số 08",
    decree="Nghị định số 98/2023/NĐ-CP",
    quota_individual=5,
    quota_collective=2,
    approval_percent=70,
)
PRESENT = 8
TWO_WEEKS = Criteria(
    individual=Part(
        (
            Group(
                "d",
                "Tham gia đều",
                (
                    Belongs("d1", "Thuộc huyện phát động"),
                    TookPart("d2", "Dự thi ít nhất hai tuần", Took.COUNT, 2),
                    NoVoid("d3", "Không có lượt thi bị hủy"),
                ),
            ),
        ),
    ),
)


def district() -> Any:
    return get_unit(demo_services.SERIES, demo_services.DISTRICT)


def declare_headcounts(contest: Any, people: Sequence[Contestant], staff: Staff, *, now: datetime) -> None:
    """Every commune of the district says how many it has; all but the last were approved. Targets follow."""
    root = district()
    communes = list(children_of(root))
    registered = Counter(one.account.unit_id for one in people)
    targets: dict[int, int | None] = {}
    for place, commune in enumerate(communes):
        count = max(SMALLEST_COMMUNE, 2 * registered[commune.id]) + place % 7
        found = headcount_services.declare(
            commune, count, local_day(now), "Theo danh sách của xã", actor_id=staff.chooser, now=now
        )
        targets[commune.id] = count * 8 // 10
        if commune is not communes[-1]:
            headcount_services.decide(
                root,
                found.id,
                approves=True,
                reason="",
                grants=live_grants(staff.approver, now),
                actor_id=staff.approver,
                now=now + timedelta(minutes=5),
            )
    headcount_services.set_targets(contest, communes, targets, actor_id=staff.chooser, now=now)


def remind(found: Any, people: Sequence[Contestant], staff: Staff, *, now: datetime) -> None:
    """Some of the district who have not taken the open round were called."""
    communes = {unit.id for unit in children_of(district())}
    own = [one.account.id for one in people if one.account.unit_id in communes]
    missing = [account_id for account_id in own if not own_attempts(account_id, found.id)][:REMINDED]
    note_reminders(found, district(), missing, Channel.ZALO, actor_id=staff.chooser, now=now)


def begin_campaigns(contest: Any, staff: Staff, *, now: datetime) -> Any:
    """The district's campaign as in Bắc Sơn's plan, and one for steady people that some meet already.

    Returns the second.
    """
    for name, criteria in (
        ("Thi đua Dân vận khéo huyện Bắc Sơn", PRESETS["bac-son-2024"].criteria),
        (STEADY, TWO_WEEKS),
    ):
        campaign = create_campaign(
            contest,
            district(),
            name=name,
            plan="Kế hoạch mẫu",
            criteria=criteria,
            actor_id=staff.freezer,
            now=now,
        )
    return campaign


def commend(contest: Any, campaign: Any, visitor: Contestant, staff: Staff, *, now: datetime) -> None:
    """One person is commended, one report waits for appraisal, the visitor is asked for theirs."""
    body = office_services.create_body(campaign, district(), BODY, actor_id=staff.freezer, now=now)
    office = get_office(contest, body.public_id, lock=True)
    for step, place in (
        (Step.CHOOSE, CHOOSER_PLACE),
        (Step.APPRAISE, APPRAISER_PLACE),
        (Step.COUNCIL, APPRAISER_PLACE),
        (Step.DECIDE, DECIDER_PLACE),
    ):
        account: Any = find_account(rules.PHONE_BLOCK.format(place))
        office_services.give_hand(office, step, account, actor_id=staff.freezer, now=now)
    first, _pages = candidate_queries.people_page(office, staff.chooser, 1)
    own = candidate_queries.people_to_choose(office, [visitor.account.public_id], staff.chooser)
    others = [one for one in first if one.account.id != visitor.account.id and not one.conflicts][:2]
    steps = steps_of(body.id, staff.chooser)
    services.choose(office, [*others, *own], steps, actor_id=staff.chooser, now=now)
    cases = cases_of_body(body, State.CHOSEN)
    for case in cases:
        services.act(case, Act.ASK, steps, actor_id=staff.chooser, now=now)
    for case in cases[: len(others)]:
        hand_in(case, now=now)
    if others:
        award(office, cases[0], staff, now=now)


def hand_in(case: Case, *, now: datetime) -> None:
    """The nominee's report, with the facts of the contest."""
    boxes = {box.name: f"{box.label} (mẫu)" for box in fields_of(is_collective=False) if box.is_required}
    honours = (Honour("2023", "Giấy khen", "12/QĐ-UBND, 01/02/2023", "Ủy ban nhân dân xã mẫu"),)
    report = Report(boxes | {"full_name": str(case.account and case.account.full_name)}, honours)
    actor_id = int(case.dossier.account_id or 0)
    own = frozenset({Step.REPORT})
    report_services.submit(case, report, items_now(case, now), own, actor_id=actor_id, now=now)


def award(office: Office, case: Case, staff: Staff, *, now: datetime) -> None:
    """Through every hand to the published decision."""
    steps = steps_of(office.body.id, staff.appraiser)
    for what in (Act.APPRAISE, Act.PRESENT):
        services.act(case, what, steps, actor_id=staff.appraiser, now=now)
    minutes = council_services.Minutes(
        held_on=local_day(now),
        place="Phòng họp mẫu",
        chair="Chủ tịch Hội đồng mẫu",
        secretary="Thư ký Hội đồng mẫu",
        member_count=PRESENT + 1,
        present_count=PRESENT,
        text="",
    )
    votes = {case.dossier.id: PRESENT}
    council_services.record_meeting(office, minutes, votes, [case], steps, actor_id=staff.appraiser, now=now)
    steps = steps_of(office.body.id, staff.decider)
    signed = council_services.Signed("01/QĐ-UBND (mẫu)", local_day(now), "Người Ký Mẫu", "Chủ tịch")
    decision = council_services.decide(office, signed, [case], steps, actor_id=staff.decider, now=now)
    council_services.publish(office, decision, [case], steps, actor_id=staff.decider, now=now)
