"""Read the papers of commendation, and everything that is written on them."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Select, select

from app.commendation import document_rules as rules
from app.commendation.document_models import CommendationDocument
from app.commendation.document_rules import Heading, Minutes, Paper, Proposed, Voted
from app.commendation.dossier_queries import Case, cases_of_body, cases_of_decision
from app.commendation.evidence_rules import Item, Source
from app.commendation.models import (
    AwardDecision,
    AwardingBody,
    CouncilMeeting,
    CouncilVote,
    EvidenceItem,
    ReportVersion,
)
from app.commendation.report_rules import from_json
from app.commendation.workflow_rules import AWARDED, State
from app.contests.models import Contest
from app.emulation.models import Campaign
from app.extensions import db
from app.units.models import Unit
from app.units.queries import find_parent


def get_document(document_id: int) -> CommendationDocument:
    """Raises NoResultFound."""
    return db.session.scalars(
        select(CommendationDocument).where(CommendationDocument.id == document_id)
    ).one()


def get_document_of_case(case: Case, document_id: int) -> CommendationDocument:
    """Raises NoResultFound: not made yet, or another's."""
    return db.session.scalars(_made(document_id).filter_by(dossier_id=case.dossier.id)).one()


def get_document_of_body(body: AwardingBody, document_id: int) -> CommendationDocument:
    """A paper of the body itself. Raises NoResultFound: not made yet, or another's."""
    return db.session.scalars(_made(document_id).filter_by(body_id=body.id, dossier_id=None)).one()


def _made(document_id: int) -> Select[tuple[CommendationDocument]]:
    return select(CommendationDocument).where(
        CommendationDocument.id == document_id, CommendationDocument.sha256.is_not(None)
    )


def papers_of_case(dossier_id: int) -> dict[Paper, CommendationDocument]:
    """The newest of each kind."""
    query = select(CommendationDocument).filter_by(dossier_id=dossier_id)
    found = db.session.scalars(query.order_by(CommendationDocument.id))
    return {Paper(document.kind): document for document in found}


def papers_of_body(body: AwardingBody) -> dict[tuple[Paper, int | None], CommendationDocument]:
    """(kind, id of the meeting or decision it is of) → the newest."""
    query = select(CommendationDocument).filter_by(body_id=body.id, dossier_id=None)
    found = db.session.scalars(query.order_by(CommendationDocument.id))
    return {(Paper(one.kind), one.meeting_id or one.decision_id): one for one in found}


def heading_of(body: AwardingBody, *, upper_unit: Unit | None, unit: Unit, day: date) -> Heading:
    """What stands over a paper that `unit` writes under `upper_unit`."""
    campaign = db.session.get_one(Campaign, body.campaign_id)
    contest = db.session.get_one(Contest, campaign.contest_id)
    return Heading(
        contest=f"Cuộc thi trắc nghiệm trên Internet “{contest.name}” {contest.place}",
        campaign=campaign.name,
        plan=campaign.plan,
        body=body.name,
        council=body.council,
        award=body.award,
        form_no=body.form_no,
        decree=body.decree,
        upper_unit=upper_unit.full_name if upper_unit else "",
        unit=unit.full_name,
        place=unit.name,
        day=day,
    )


def heading_of_body(body: AwardingBody, day: date) -> Heading:
    unit = db.session.get_one(Unit, body.unit_id)
    return heading_of(body, upper_unit=find_parent(unit), unit=unit, day=day)


def heading_of_case(case: Case, day: date) -> Heading:
    return heading_of(case.body, upper_unit=find_parent(case.unit), unit=case.unit, day=day)


def proposed_of(body: AwardingBody) -> list[Proposed]:
    """Everybody whom the body is asked to commend."""
    return _as_proposed(cases_of_body(body, *rules.PROPOSED))


def awarded_of(decision: AwardDecision) -> list[Proposed]:
    """Everybody whom the decision commends, without those whose award was revoked."""
    return _as_proposed([case for case in cases_of_decision(decision) if case.state in AWARDED])


def _as_proposed(cases: Sequence[Case]) -> list[Proposed]:
    reports = _submitted_reports(case.dossier.id for case in cases)
    items = _evidence_of(reports.values())
    found = []
    for case in cases:
        parent = find_parent(case.unit)
        report = reports.get(case.dossier.id)
        fields = from_json(report.content).fields if report else {}
        own_place = f"{case.unit.full_name}, {parent.full_name}" if parent else case.unit.full_name
        upper = parent.full_name if parent else ""
        found.append(
            Proposed(
                name=case.name,
                is_collective=case.is_collective,
                position=fields.get("position", ""),
                unit=upper if case.is_collective else own_place,
                items=tuple(items.get(case.dossier.id, ())),
            )
        )
    return found


def _submitted_reports(dossier_ids: Iterable[int]) -> dict[int, ReportVersion]:
    """Dossier → the newest version that was submitted."""
    query = select(ReportVersion).where(
        ReportVersion.dossier_id.in_(list(dossier_ids)), ReportVersion.evidence_digest.is_not(None)
    )
    found = db.session.scalars(query.order_by(ReportVersion.version))
    return {report.dossier_id: report for report in found}


def _evidence_of(reports: Iterable[ReportVersion]) -> dict[int, list[Item]]:
    """Dossier → the facts frozen with these reports, in order."""
    newest = {report.dossier_id: report.version for report in reports}
    query = select(EvidenceItem).where(EvidenceItem.dossier_id.in_(newest)).order_by(EvidenceItem.position)
    found: dict[int, list[Item]] = {}
    for row in db.session.scalars(query):
        if row.version == newest[row.dossier_id]:
            item = Item(Source(row.source), row.code, row.label, row.value, row.criteria_version)
            found.setdefault(row.dossier_id, []).append(item)
    return found


def minutes_of(body: AwardingBody, meeting: CouncilMeeting) -> Minutes:
    """The meeting with its votes, in the order of the dossiers."""
    by_dossier = {case.dossier.id: case for case in cases_of_body(body, *State)}
    query = select(CouncilVote).where(CouncilVote.meeting_id == meeting.id).order_by(CouncilVote.dossier_id)
    return Minutes(
        place=meeting.place,
        chair=meeting.chair,
        secretary=meeting.secretary,
        member_count=meeting.member_count,
        present_count=meeting.present_count,
        text=meeting.text,
        votes=tuple(
            Voted(
                name=by_dossier[vote.dossier_id].name,
                unit=by_dossier[vote.dossier_id].unit.full_name,
                votes_for=vote.votes_for,
                is_approved=vote.is_approved,
            )
            for vote in db.session.scalars(query)
        ),
    )


def get_meeting(body: AwardingBody, public_id: str) -> CouncilMeeting:
    """Raises NoResultFound."""
    return db.session.scalars(select(CouncilMeeting).filter_by(body_id=body.id, public_id=public_id)).one()
