"""Two sides that must not touch each other, a contest and a unit each, with every state and every role.

Side "a" belongs to `owner`, `staff` and `organiser`; side "b" to `other`, `other_staff` and
`other_organiser`. Everything is made by the services that the product uses.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from app.accounts import factor_rules
from app.accounts import services as accounts
from app.accounts.consent_wording import Purpose
from app.accounts.models import Account, RecoveryCode, Referral, RoleGrant, SecondFactor
from app.accounts.passwords import hash_password
from app.accounts.rules import Origin, Registration
from app.analysis import services as analysis
from app.analysis.rules import Scope
from app.attempts import services as attempts
from app.attempts.models import Attempt
from app.attempts.rules import decode_paper
from app.commendation import candidate_queries, dossier_queries
from app.commendation import certificate_services as certificates
from app.commendation import council_services as council
from app.commendation import document_services as papers_services
from app.commendation import office_services as offices
from app.commendation import queries as commendations
from app.commendation import report_services as reports
from app.commendation import services as dossiers
from app.commendation import template_services as word_templates
from app.commendation.document_rules import Paper
from app.commendation.evidence_rules import Item, Source
from app.commendation.queries import Office
from app.commendation.report_rules import Report, fields_of
from app.commendation.template_rules import Kind as TemplateKind
from app.commendation.workflow_rules import Act, Step
from app.complaints import desk_queries as complaint_desk
from app.complaints import desk_services as complaint_answers
from app.complaints import rules as complaint_rules
from app.complaints import services as complaints
from app.contests import incident_services as incidents
from app.contests import services as contests
from app.contests.models import Contest, Round
from app.contests.queries import get_package, rounds_of
from app.emulation import services as campaigns
from app.emulation.attestation_rules import Claim, Evidence
from app.emulation.attestation_services import attest
from app.emulation.evaluation_services import evaluate
from app.emulation.models import AccountResult, Campaign
from app.emulation.preset_rules import PRESETS
from app.emulation.referral_models import ReferralCluster
from app.enrolments import exclusion_rules
from app.enrolments import exclusion_services as exclusions
from app.enrolments import transfer_services as transfers
from app.enrolments.services import enrol
from app.extensions import db
from app.files.services import store_file
from app.integrity import rules as integrity_rules
from app.integrity import services as integrity
from app.integrity.models import Signal
from app.jobs.models import Job
from app.participation import board_services, report_queries, report_services
from app.participation import headcount_services as headcounts
from app.participation.board_rules import Weights
from app.participation.missing_rules import Channel
from app.participation.reminder_services import note_reminders
from app.permissions import Grant, Role
from app.questions import import_services
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.import_plan_rules import Defaults
from app.questions.models import QuestionVersion, Topic
from app.questions.queries import as_written, get_version
from app.questions.services import add_comment, create_version
from app.ranking import freeze_services, live_services, paper_services, proposal_services, queries
from app.ranking import services as results
from app.ranking.models import RevisionFile
from app.ranking.rules import Kind
from app.rosters import assist_services as assistance
from app.rosters import import_services as rosters
from app.rosters import slip_services as slips
from app.units import own_services as own_units
from app.units.models import Unit
from tests import world as worlds
from tests.factories import PASSWORD, make_account, make_grant
from tests.isolation import open_session
from tests.ranking import sittings

NOW = datetime(2025, 3, 3, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BLUEPRINT = [{"topics": ["mau"], "level": 1, "count": 2}, {"topics": ["mau"], "level": 2, "count": 1}]
PUBLISHED, FROZEN, OPEN, DRAFT = 1, 2, 3, 4
REASON = "Theo biên bản mẫu"
ORIGIN = Origin("203.0.113.0/24", bytes(16))
ROUND = {
    "title": "",
    "last_start_at": None,
    "time_limit": 900,
    "attempt_limit": 3,
    "minimum_answered": 1,
    "shuffles_questions": True,
    "shuffles_options": True,
    "has_prediction": True,
    "blueprint": BLUEPRINT,
}
AWARDING = offices.BodyValues(
    name="Chủ tịch Ủy ban nhân dân mẫu",
    award="Giấy khen",
    council="Hội đồng Thi đua - Khen thưởng mẫu",
    form_no="Mẫu số 08",
    decree="Nghị định số 98/2023/NĐ-CP",
    quota_individual=3,
    quota_collective=2,
    approval_percent=70,
    deadlines={},
)
DRAFT_KEY = "cau-cho-duyet"
PICTURE = b"a picture of a question"
PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()
RECOVERY_CODE = "23456ABCDE"
LOCKED_NAME = "Thí sinh mẫu Đào"


@dataclass(frozen=True)
class Side:
    """Identifiers as addresses carry them."""

    slug: str
    draft_slug: str
    public_id: str
    phone: str
    open_attempt: str
    done_attempt: str
    receipt: str
    certificate: str
    link: str
    grant_id: int
    exclusion_id: int
    locked: str
    contestant_no: int
    published_attempt: str
    complaint: str
    new_complaint: str
    analysed_key: str
    report: str
    signal: str
    series: str
    unit_code: str
    headcount_id: int
    campaign: str
    attestations: tuple[str, str]
    lists: tuple[int, int]
    slip_sheet: int
    moved: str
    absorbed: str
    own_unit: str
    closed_unit: str
    body: str
    dossier: str
    dossier_paper: int
    body_paper: int
    hand: int
    award_decision: str
    imports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Identity:
    """Somebody who asks. `side` is what is theirs; `role` is None for a citizen."""

    name: str
    side: str = ""
    role: Role | None = None
    token: str | None = None
    is_known: bool = True


@dataclass(frozen=True)
class Site:
    sides: dict[str, Side]
    identities: dict[str, Identity]


def build() -> Site:
    """Needs the clock at NOW; commits."""
    units = {"a": worlds.make_units()}
    units["b"] = db.session.scalars(select(Unit).where(Unit.name == "Chiêu Vũ")).one()
    password_hash = hash_password(PASSWORD)
    people = {
        name: _person(units[side], password_hash, f"Thí sinh mẫu {given_name}")
        for (name, side), given_name in zip(_PEOPLE.items(), _GIVEN_NAMES, strict=True)
    }
    chief, second = people["chief"], people["second_chief"]
    for account in (chief, second):
        make_grant(account, Role.ORGANISER)
    make_grant(people["administrator"], Role.ADMINISTRATOR)
    make_grant(people["former"], Role.ADMINISTRATOR, valid_to=NOW - DAY)
    _make_questions(chief, second)
    db.session.add(Referral(account_id=people["other"].id, referrer_id=people["owner"].id, at=NOW - 20 * DAY))
    sides = {
        "a": _side("a", people["owner"], people["staff"], people["organiser"], chief, second, units["a"]),
        "b": _side(
            "b", people["other"], people["other_staff"], people["other_organiser"], chief, second, units["b"]
        ),
    }
    db.session.execute(update(Job).values(done_at=NOW))
    imports = _import_questions(chief)
    db.session.commit()
    sides = {name: replace(side, imports=imports) for name, side in sides.items()}
    return Site(sides, {identity.name: identity for identity in _identities(people)})


_PEOPLE = {
    **{"chief": "a", "second_chief": "a", "administrator": "a", "former": "a", "ended": "a"},
    **{"owner": "a", "staff": "a", "organiser": "a"},
    **{"other": "b", "other_staff": "b", "other_organiser": "b"},
}


_GIVEN_NAMES = ("An", "Bình", "Cúc", "Dung", "Đào", "Giang", "Hà", "Khoa", "Liên", "Mai", "Nga")


def _person(unit: Unit, password_hash: str, full_name: str) -> Account:
    account: Account = make_account(
        unit,
        full_name=full_name,
        password_hash=password_hash,
        date_of_birth=date(1990, 5, 8),
        created_at=NOW - 100 * DAY,
    )
    accounts.give_consents(account, [Purpose.PARTICIPATION, Purpose.PUBLICATION], now=NOW - 100 * DAY)
    return account


def _identities(people: dict[str, Account]) -> list[Identity]:
    def signed_in(name: str, side: str = "", role: Role | None = None) -> Identity:
        return Identity(name, side, role, open_session(people[name]))

    ended = open_session(people["ended"])
    accounts.disable_account(people["ended"], actor_id=people["chief"].id, reason=REASON, now=NOW)
    db.session.commit()
    return [
        Identity("nobody", is_known=False),
        Identity("ended", token=ended, is_known=False),
        signed_in("owner", "a"),
        signed_in("other", "b"),
        signed_in("former"),
        signed_in("staff", "a", Role.STAFF),
        signed_in("other_staff", "b", Role.STAFF),
        signed_in("organiser", "a", Role.ORGANISER),
        signed_in("other_organiser", "b", Role.ORGANISER),
        signed_in("chief", "ab", Role.ORGANISER),
        signed_in("administrator", "ab", Role.ADMINISTRATOR),
    ]


def _make_questions(author: Account, approver: Account) -> None:
    worlds.make_questions(author.id, approver.id, NOW - 60 * DAY, per_level=(34, 18))
    topic = db.session.scalars(select(Topic)).one()
    worlds.make_question(topic, DRAFT_KEY, 1, 1, author.id, approver.id, NOW - 60 * DAY)
    add_comment(DRAFT_KEY, "Cần dẫn thêm điều, khoản.", author_id=author.id, now=NOW - 59 * DAY)
    draft = db.session.scalars(select(QuestionVersion).order_by(QuestionVersion.id.desc()).limit(1)).one()
    draft.approved_by = draft.approved_at = None
    draft.image_sha256 = store_file(PICTURE, "image/png", now=NOW - 60 * DAY)
    draft.image_alt = "Hình mẫu"
    reworded = replace(as_written(get_version("mau-1-000", 1)), answer="B")
    create_version(reworded, author_id=author.id, now=NOW - 59 * DAY)
    db.session.flush()


def _import_questions(chief: Account) -> tuple[int, int]:
    """A question file that waits to be confirmed, and one that was brought in."""
    rows = []
    for number in (1, 2):
        read = ReadFile(
            "text", [ReadQuestion("dòng 1", f"Câu mẫu {number} nhập từ tệp?", ("Có", "Không"), "A")]
        )
        defaults = Defaults(valid_from=NOW.date(), topic="mau")
        row = import_services.keep_file(
            b"%d" % number, read, defaults, name="de-mau.txt", actor_id=chief.id, now=NOW - DAY
        )
        rows.append(row)
    digest = import_services.plan_of(rows[1]).digest
    import_services.confirm_import(rows[1].id, digest, actor_id=chief.id, now=NOW - DAY)
    return rows[0].id, rows[1].id


def _side(
    name: str,
    citizen: Account,
    staff: Account,
    organiser: Account,
    chief: Account,
    second: Account,
    unit: Unit,
) -> Side:
    make_grant(staff, Role.STAFF, unit=unit)
    _give_second_factor(citizen)
    contest = worlds.make_contest(chief.id, NOW - 30 * DAY, slug=f"cuoc-thi-{name}")
    contest.complaint_days = 60  # complaints are still taken at NOW
    grant: RoleGrant = make_grant(organiser, Role.ORGANISER, contest_id=contest.id)
    sat = {}
    for weeks, number in ((15 * DAY, PUBLISHED), (8 * DAY, FROZEN)):
        found = worlds.make_round(contest, chief.id, NOW - weeks, blueprint=BLUEPRINT)
        enrolment = enrol(citizen, found, None, now=NOW - weeks + HOUR)
        done = sittings.sit(enrolment, found, started_at=NOW - weeks + HOUR, score=3, prediction=7171)
        results.decide_person(
            found, Kind.NO_PRIZE, enrolment.id, actor_id=chief.id, reason=REASON, now=found.closes_at + HOUR
        )
        sat[number] = done
        _settle(found, chief, second, publishes=number == PUBLISHED)
        if number == FROZEN:
            incidents.propose_cancellation(
                found, reason=REASON, holds_again=False, actor_id=second.id, now=NOW - HOUR
            )
    open_, handed_in = _open_round(contest, citizen, chief)
    complaint, new_complaint = _complain(sat[PUBLISHED], organiser)
    waiting = _encourage(contest, unit, citizen, staff, chief)
    return Side(
        slug=contest.slug,
        draft_slug=_draft_contest(name, organiser, chief).slug,
        public_id=citizen.public_id,
        phone=citizen.sign_in_name,
        open_attempt=open_.public_id,
        done_attempt=done.public_id,
        receipt=handed_in.receipt_code,
        certificate=_certify(contest, citizen),
        link=accounts.issue_reset_link(citizen, actor_id=staff.id, now=NOW),
        grant_id=grant.id,
        exclusion_id=_listed(contest, chief),
        locked=_locked().public_id,
        contestant_no=enrolment.contestant_no,
        published_attempt=sat[PUBLISHED].public_id,
        complaint=complaint,
        new_complaint=new_complaint,
        analysed_key=_analyse(sat[PUBLISHED], chief),
        report=_report(sat[PUBLISHED], unit, chief),
        signal=_signal(sat[PUBLISHED], (organiser, chief)),
        series=unit.series_code,
        unit_code=unit.code,
        headcount_id=waiting,
        **_campaign(contest, unit, citizen, chief),
        lists=_lists(contest, unit, staff),
        **_people_put_right(contest, unit, staff),
        **_own_units(unit, staff),
        **_commend(contest, unit, citizen, (staff, chief, second)),
    )


def _encourage(contest: Contest, unit: Unit, citizen: Account, staff: Account, chief: Account) -> int:
    """A headcount in force and one that waits, a target, and somebody reminded of the first round.

    Returns the id of the one that waits.
    """
    act: dict[str, Any] = {"actor_id": staff.id, "now": NOW - DAY}
    declared = headcounts.declare(unit, 40, NOW.date() - 30 * DAY, "", **act)
    headcounts.decide(
        unit,
        declared.id,
        approves=True,
        reason="",
        grants=(Grant(Role.ORGANISER),),
        actor_id=chief.id,
        now=NOW - DAY,
    )
    waiting = headcounts.declare(unit, 50, NOW.date(), "", **act)
    headcounts.set_targets(contest, [unit], {unit.id: 30}, **act)
    first = rounds_of(contest)[0]
    note_reminders(first, unit, [citizen.id], Channel.PHONE, **act)
    return waiting.id


def _certify(contest: Contest, citizen: Account) -> str:
    """The code of the citizen's certificate, with its paper."""
    live_services.tally(100, now=NOW)
    certificate = certificates.issue(contest, citizen, now=NOW)
    certificates.keep_paper(certificate, b"%PDF-1.7", now=NOW)
    return certificate.code


def _report(attempt: Attempt, unit: Unit, chief: Account) -> str:
    """The public id of a unit's report; the contest also has a collective board."""
    found = db.session.get_one(Round, attempt.round_id)
    weights = Weights(people=40, attempts=0, rate=40, winners=20)
    board_services.set_weights(found.contest, weights, actor_id=chief.id, now=found.opens_at)
    place = report_queries.place_of(found.contest, unit)
    figures = report_services.compute_figures(place, found, NOW)
    files = {"docx": b"a Word file", "xlsx": b"an Excel file"}
    return report_services.keep_report(place, found, figures, **files, asked_by=None, now=NOW).public_id


def _lists(contest: Contest, unit: Unit, staff: Account) -> tuple[int, int]:
    """Ids of a unit's list that waits to be confirmed, and of one that was."""
    rows = []
    for name in ("Một", "Hai"):
        cells = [(1, ["Họ và tên", "Ngày sinh"]), (2, [f"Thí sinh mẫu {name}", "05/09/1987"])]
        act: dict[str, Any] = {"actor_id": staff.id, "now": NOW - HOUR}
        rows.append(rosters.keep_list(contest, unit, name.encode(), cells, name="danh-sach.xlsx", **act))
    digest = rosters.plan_of(rows[1], unit).digest
    rosters.confirm_list(rows[1], unit, digest, actor_id=staff.id, now=NOW - HOUR)
    return rows[0].id, rows[1].id


def _people_put_right(contest: Contest, unit: Unit, staff: Account) -> dict[str, Any]:
    """Somebody moved here, two accounts merged, somebody signed up with help, and the sheet of their slip."""
    act: dict[str, Any] = {"actor_id": staff.id, "now": NOW - HOUR}
    sibling = select(Unit).where(Unit.parent_id == unit.parent_id, Unit.id != unit.id, Unit.is_leaf)
    moved = _without_password(db.session.scalars(sibling.limit(1)).one(), "Phương")
    found = db.session.scalars(
        select(Round).where(Round.contest_id == contest.id, Round.number == OPEN)
    ).one()
    enrol(moved, found, None, now=NOW - 2 * HOUR)
    transfers.move_person(moved, unit, reason=REASON, **act)
    kept, absorbed = (_without_password(unit, "Quế") for _ in range(2))
    transfers.merge_accounts(kept, absorbed, reason=REASON, **act)
    registration = Registration(f"Thí sinh mẫu Giúp {unit.code}", None, date(1950, 5, 8), unit.id)
    helped = assistance.sign_up(
        registration,
        [Purpose.PARTICIPATION],
        asked_by="Con của người dự thi",
        consent_way="read_aloud",
        helper_id=staff.id,
        now=NOW - HOUR,
    )
    sheet = slips.request_slips(contest, unit, [helped.id], **act)
    slips.make_links(sheet, [helped], now=NOW - HOUR)
    slips.keep_pdf(sheet, b"%PDF-1.7 of " + unit.code.encode(), 1, now=NOW - HOUR)
    return {"slip_sheet": sheet.id, "moved": moved.public_id, "absorbed": absorbed.public_id}


def _without_password(unit: Unit, given_name: str) -> Account:
    account: Account = make_account(
        unit,
        full_name=f"Thí sinh mẫu {given_name}",
        date_of_birth=date(1990, 5, 8),
        created_at=NOW - 20 * DAY,
    )
    accounts.give_consents(account, [Purpose.PARTICIPATION], now=NOW - 20 * DAY)
    return account


def _own_units(unit: Unit, staff: Account) -> dict[str, Any]:
    """Two schools below the unit, one of them closed."""
    act: dict[str, Any] = {"actor_id": staff.id, "now": NOW - HOUR}
    day = NOW.date()
    names = ("Trường mẫu", "Trường cũ mẫu")
    open_, closed = (own_units.add_unit(unit, "trường học", name, today=day, **act) for name in names)
    own_units.close_unit(closed, today=day, **act)
    return {"own_unit": open_.code, "closed_unit": closed.code}


def _campaign(contest: Contest, unit: Unit, citizen: Account, chief: Account) -> dict[str, Any]:
    """A campaign of the unit with a word and its file about a person and about the unit, evaluated."""
    act: dict[str, Any] = {"actor_id": chief.id, "now": NOW - DAY}
    criteria = PRESETS["bac-son-2024"].criteria
    campaign = campaigns.create_campaign(contest, unit, name="Thi đua mẫu", plan="", criteria=criteria, **act)
    evidence = Evidence("cong-van.pdf", b"%PDF-1.4 a word on paper")
    words = [
        attest(campaign, Claim(code, account_id, unit_id, True, "Đã làm tốt"), evidence, **act).public_id
        for code, account_id, unit_id in (("a1", citizen.id, None), ("t1", None, unit.id))
    ]
    evaluate(campaign, now=NOW - HOUR)
    counts = {"people": 2, "devices": 1, "on_device": 2, "in_row": 0}
    db.session.add(
        ReferralCluster(contest_id=contest.id, referrer_id=citizen.id, found_at=NOW - HOUR, **counts)
    )
    return {"campaign": campaign.public_id, "attestations": tuple(words)}


def _commend(
    contest: Contest, unit: Unit, citizen: Account, hands: tuple[Account, Account, Account]
) -> dict[str, Any]:
    """A body of the unit that has commended the citizen, papers of both, a template of the contest's own."""
    chooser, appraiser = hands[0].id, hands[1].id
    campaign = Campaign(
        public_id=f"{contest.id:032}",
        contest_id=contest.id,
        unit_id=unit.id,
        name="Đợt khen thưởng mẫu",
        plan="Kế hoạch mẫu",
        created_by=appraiser,
        created_at=NOW - 20 * DAY,
    )
    db.session.add(campaign)
    db.session.flush()
    _give_flag(campaign, citizen, unit)
    body = offices.create_body(campaign, unit, AWARDING, actor_id=appraiser, now=NOW - 2 * DAY)
    office = commendations.get_office(contest, body.public_id)
    steps = {Step.CHOOSE: hands[0], Step.APPRAISE: hands[1], Step.COUNCIL: hands[1], Step.DECIDE: hands[2]}
    for step, account in steps.items():
        offices.give_hand(office, step, account, actor_id=appraiser, now=NOW - 2 * DAY)
    found = candidate_queries.people_to_choose(office, [citizen.public_id], chooser)
    (dossier,) = dossiers.choose(office, found, frozenset({Step.CHOOSE}), actor_id=chooser, now=NOW - DAY)
    _carry(office, dossier.id, citizen, hands)
    case = dossier_queries.get_case(dossier.id)
    papers = [
        papers_services.request_report(case, actor_id=chooser, now=NOW),
        papers_services.request_list(body, Paper.LIST, actor_id=chooser, now=NOW),
    ]
    for paper in papers:
        papers_services.keep_word(paper, b"PK", 0, now=NOW)
    word = word_templates.default_of(TemplateKind.LIST)
    word_templates.choose_template(contest, TemplateKind.LIST, word, "mau.docx", actor_id=appraiser, now=NOW)
    return {
        "body": body.public_id,
        "dossier": case.dossier.public_id,
        "dossier_paper": papers[0].id,
        "body_paper": papers[1].id,
        "hand": commendations.hands_of(body)[0].hand.id,
        "award_decision": commendations.decisions_of(body)[0].public_id,
    }


def _carry(office: Office, dossier_id: int, citizen: Account, hands: tuple[Account, ...]) -> None:
    """The dossier through every hand to the decision."""
    chooser, appraiser, decider = (account.id for account in hands)

    def case() -> dossier_queries.Case:
        return dossier_queries.get_case(dossier_id)

    def act(what: Act, step: Step, actor_id: int) -> None:
        dossiers.act(case(), what, frozenset({step}), actor_id=actor_id, now=NOW - DAY)

    act(Act.ASK, Step.CHOOSE, chooser)
    fields = {box.name: REASON for box in fields_of(is_collective=False)}
    item = Item(Source.PARTICIPATION, "weeks", "Số tuần đã thi", "2/3", 1)
    reporting = frozenset({Step.REPORT})
    reports.submit(case(), Report(fields), [item], reporting, actor_id=citizen.id, now=NOW - DAY)
    act(Act.APPRAISE, Step.APPRAISE, appraiser)
    act(Act.PRESENT, Step.APPRAISE, appraiser)
    day = (NOW - DAY).date()
    minutes = council.Minutes(
        held_on=day,
        place="Phòng họp mẫu",
        chair="Người chủ trì mẫu",
        secretary="Thư ký mẫu",
        member_count=9,
        present_count=9,
        text="",
    )
    votes = {dossier_id: 9}
    council.record_meeting(
        office, minutes, votes, [case()], frozenset({Step.COUNCIL}), actor_id=appraiser, now=NOW - DAY
    )
    signed = council.Signed("12/QĐ-UBND", day, "Người ký mẫu", "Chủ tịch")
    deciding = frozenset({Step.DECIDE})
    council.decide(office, signed, [case()], deciding, actor_id=decider, now=NOW - DAY)


def _give_flag(campaign: Campaign, citizen: Account, unit: Unit) -> None:
    result = AccountResult(
        campaign_id=campaign.id,
        account_id=citizen.id,
        unit_id=unit.id,
        version=1,
        rounds_mask=3,
        streak=2,
        best_score=3,
        best_rank=None,
        referred_count=0,
        good_referrals=0,
        met_bits=1,
        is_met=True,
        missing_count=0,
        evaluated_at=NOW - 2 * DAY,
    )
    db.session.add(result)
    db.session.flush()


def _signal(attempt: Attempt, opened_by: tuple[Account, ...]) -> str:
    """A case that somebody decided about, open for these people; its public id."""
    found = db.session.get_one(Round, attempt.round_id)
    evidence = {"people": 1, "numbers": 1, "first": 7171, "last": 7171, "expected": 0.1}
    case = integrity_rules.Found(
        integrity_rules.Kind.PREDICTIONS, 20, 0, evidence, ((attempt.id, attempt.enrolment_id),)
    )
    integrity.store_signals(found.id, [case], 1, now=NOW - DAY)
    signal = db.session.scalars(select(Signal).where(Signal.round_id == found.id)).one()
    keep, author = integrity_rules.Verdict.KEEP, opened_by[0].id
    integrity.review_signal(found, signal, keep, [], actor_id=author, reason=REASON, now=NOW - DAY)
    for account in opened_by:
        integrity.open_case(signal, actor_id=account.id, now=NOW)
    return signal.public_id


def _complain(attempt: Attempt, organiser: Account) -> tuple[str, str]:
    """Public ids of a complaint that the organiser has taken and of a new one; a third is decided."""
    found = db.session.get_one(Round, attempt.round_id)
    at, subjects = NOW - DAY, complaint_rules.Subject
    public_ids = []
    for subject in (subjects.PRIZE, subjects.RANKING, subjects.TECHNICAL):
        filed = complaints.file_complaint(found, attempt, subject=subject, position=None, text=REASON, now=at)
        public_ids.append(filed.public_id)
        case = complaint_desk.get_case((Grant(Role.ORGANISER),), filed.public_id)
        if subject is not subjects.TECHNICAL:
            complaint_answers.take(case, actor_id=organiser.id, now=at)
        if subject is subjects.PRIZE:
            refused = complaint_rules.Verdict(
                complaint_rules.Outcome.REFUSED, complaint_rules.Effect.NONE, text=REASON, ground=REASON
            )
            complaint_answers.decide(case, refused, actor_id=organiser.id, now=at)
    return public_ids[1], public_ids[2]


def _analyse(attempt: Attempt, chief: Account) -> str:
    """Analyse the round of the attempt; the key of a question in it."""
    found = db.session.get_one(Round, attempt.round_id)
    asked = analysis.request_analysis(found, Scope.FIRST, actor_id=chief.id, now=NOW - DAY)
    analysis.compute_analysis(asked.id, now=NOW - DAY)
    version_id = decode_paper(attempt.paper)[0].version_id
    return db.session.get_one(QuestionVersion, version_id).question.key


def _listed(contest: Contest, chief: Account) -> int:
    """A number on the contest's exclusion list."""
    entry = exclusions.Entry(exclusion_rules.Mode.NOT_RANKED, exclusion_rules.Kind.COMMITTEE)
    phone = f"+8498{contest.id:07}"
    return exclusions.list_phone(contest, phone, entry, actor_id=chief.id, now=NOW).id


def _locked() -> Account:
    """Whose account is locked, on both sides."""
    return db.session.scalars(select(Account).where(Account.full_name == LOCKED_NAME)).one()


def _give_second_factor(account: Account) -> None:
    """An authenticator, and a recovery code that is known."""
    key = current_app.config["KHEO"].secret_key
    code_hash = factor_rules.recovery_hash(key, account.public_id, RECOVERY_CODE)
    db.session.add(
        SecondFactor(account_id=account.id, nonce="0" * 32, confirmed_at=NOW - 20 * DAY, last_step=0)
    )
    db.session.add(RecoveryCode(account_id=account.id, code_hash=code_hash))
    db.session.flush()


def _draft_contest(name: str, organiser: Account, chief: Account) -> Contest:
    """A contest of which everything may still be changed."""
    contest: Contest = worlds.make_contest(chief.id, NOW - 30 * DAY, slug=f"ban-nhap-{name}")
    make_grant(organiser, Role.ORGANISER, contest_id=contest.id)
    window = {"opens_at": NOW + 30 * DAY, "closes_at": NOW + 36 * DAY}
    contests.create_round(contest, ROUND | window, actor_id=chief.id, now=NOW)
    return contest


def _settle(found: Round, chief: Account, second: Account, *, publishes: bool) -> None:
    after = found.closes_at + 2 * HOUR
    freeze = results.request_freeze(found, actor_id=chief.id, reason=REASON, now=after)
    freeze_services.compute_freeze(freeze.id, now=after)
    if publishes:
        assert freeze.body_sha256 is not None
        results.approve_and_publish(
            found, freeze, body_sha256=freeze.body_sha256, approver_id=second.id, reason="", now=after
        )
        annex = store_file(b"%PDF-1.7", media_type="application/pdf", now=after)
        db.session.add(
            RevisionFile(round_id=found.id, number=1, kind="annex_pdf", sha256=annex, made_at=after)
        )
        paper_services.record_decision(
            found,
            queries.get_revision(found.id, 1),
            decision_no="12/QĐ-BTC",
            signed_on=after.date(),
            signer_title="Trưởng Ban Tổ chức",
            reason="",
            actor_id=chief.id,
            now=after,
        )
    asked = get_package(found.id).pool[0]["id"]
    proposal = proposal_services.propose(
        found, asked, "*", reason=REASON, ground=REASON, actor_id=second.id, now=after
    )
    proposal_services.compute_preview(proposal.id, now=after)


def _open_round(contest: Contest, citizen: Account, chief: Account) -> tuple[Attempt, Attempt]:
    """A round with one attempt handed in and one running, extended once; and a draft after it."""
    found = worlds.make_round(contest, chief.id, NOW - 12 * HOUR, blueprint=BLUEPRINT)
    token_hash = worlds.token_hash(worlds.make_session(citizen.id, NOW - DAY))
    for minutes in (60, 5):
        at = NOW - timedelta(minutes=minutes)
        started = attempts.start_attempt(token_hash, contest.slug, OPEN, None, ORIGIN, now=at)
        assert started is not None
        answer = (token_hash, started.public_id, f"{minutes:032}", {1: "A"}, 7171)
        attempts.save(db.session.connection(), *answer, now=at)
        if minutes == 60:
            attempts.submit_attempt(*answer, now=at + timedelta(minutes=2))
    attempts.extend_round(
        found, found.closes_at + HOUR, reason=REASON, actor_id=chief.id, now=NOW - timedelta(minutes=4)
    )
    proposal = incidents.propose_cancellation(
        found, reason=REASON, holds_again=True, actor_id=chief.id, now=NOW - timedelta(minutes=3)
    )
    incidents.drop_proposal(found, proposal.number, actor_id=chief.id, now=NOW - timedelta(minutes=2))
    window = {"opens_at": found.closes_at + DAY, "closes_at": found.closes_at + 6 * DAY}
    contests.create_round(contest, ROUND | window, actor_id=chief.id, now=NOW)
    running, handed_in = (
        db.session.scalars(
            select(Attempt).where(Attempt.round_id == found.id, Attempt.closed_at.is_(None) == is_open)
        ).one()
        for is_open in (True, False)
    )
    return running, handed_in
