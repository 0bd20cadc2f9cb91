"""Save and submit achievement reports; submitting freezes the evidence. Callers lock and commit."""

from datetime import datetime

from app.commendation import report_rules, workflow_rules
from app.commendation.dossier_queries import Case, find_latest_report
from app.commendation.evidence_rules import Item, digest_of
from app.commendation.models import EvidenceItem, ReportVersion
from app.commendation.report_rules import Report
from app.commendation.services import check, move
from app.commendation.workflow_rules import Act, Step
from app.extensions import db


def save_draft(
    case: Case, report: Report, steps: frozenset[Step], *, actor_id: int, now: datetime
) -> ReportVersion | None:
    """Keep what was written; None when it is what was kept last. Raises NotNow, NotYours."""
    if case.state not in workflow_rules.WRITING:
        raise workflow_rules.NotNow
    if Step.REPORT not in steps:
        raise workflow_rules.NotYours
    latest = find_latest_report(case)
    if latest is not None and latest.content == report_rules.to_json(report):
        return None
    return _keep(case, report, None, actor_id=actor_id, now=now)


def submit(
    case: Case,
    report: Report,
    items: list[Item],
    steps: frozenset[Step],
    *,
    actor_id: int,
    now: datetime,
) -> ReportVersion:
    """Submit the report with the facts of this moment, which nothing changes afterwards.

    Raises NotNow, NotYours, Incomplete.
    """
    way = check(case, Act.SUBMIT, steps, actor_id=actor_id)
    report_rules.check_complete(report, is_collective=case.is_collective)
    version = _keep(case, report, digest_of(items), actor_id=actor_id, now=now)
    for position, item in enumerate(items, 1):
        db.session.add(
            EvidenceItem(
                dossier_id=case.dossier.id,
                version=version.version,
                position=position,
                source=str(item.source),
                code=item.code,
                label=item.label,
                value=item.value,
                criteria_version=item.criteria_version,
            )
        )
    move(case, Act.SUBMIT, way.to, actor_id=actor_id, now=now, values={"written_by": actor_id})
    return version


def _keep(
    case: Case, report: Report, evidence_digest: str | None, *, actor_id: int, now: datetime
) -> ReportVersion:
    latest = find_latest_report(case)
    version = ReportVersion(
        dossier_id=case.dossier.id,
        version=latest.version + 1 if latest else 1,
        content=report_rules.to_json(report),
        evidence_digest=evidence_digest,
        author_id=actor_id,
        saved_at=now,
    )
    db.session.add(version)
    db.session.flush()
    return version
