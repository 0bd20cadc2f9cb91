"""Ask for reports, keep them, and save how a unit wants them. Callers commit."""

import secrets
from datetime import datetime

from app.audit.services import record
from app.contests.models import Contest, Round
from app.extensions import db
from app.files.services import store_file
from app.jobs.services import request_job
from app.participation import report_queries, report_rules
from app.participation.place_queries import Place
from app.participation.report_models import Report, ReportSetting
from app.participation.report_queries import REPORT_JOB, Heading
from app.participation.report_rules import Figures
from app.participation.tally_queries import tallied_at
from app.participation.tally_services import tally_round
from app.units.models import Unit

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def request_report(place: Place, found: Round | None, *, actor_id: int | None, now: datetime) -> None:
    """Have a report made by a job; asked twice before it is made, there is one.

    Raises NotOpened. `actor_id` None: the timetable asks.
    """
    report_queries.check_can_report(place, found, now)
    payload = {
        "contest_id": place.contest.id,
        "unit_id": place.unit.id,
        "round_id": found.id if found else None,
        "asked_by": actor_id,
    }
    request_job(REPORT_JOB, report_queries.job_key(place, found), payload, now=now)
    if actor_id is not None:
        number = found.number if found else None
        _record("reports.requested", place, actor_id, now, round=number)


def compute_figures(place: Place, found: Round | None, now: datetime) -> Figures:
    """As report_queries.figures_of, counting first what was never counted. Raises NotOpened."""
    for one in place.rounds:
        if one.opens_at <= now and tallied_at(one.id) is None:
            tally_round(one, now)
    return report_queries.figures_of(place, found, now)


def keep_report(
    place: Place,
    found: Round | None,
    figures: Figures,
    *,
    docx: bytes,
    xlsx: bytes,
    asked_by: int | None,
    now: datetime,
) -> Report:
    """Store a report with its files; nothing changes it later."""
    report = Report(
        public_id=secrets.token_hex(16),
        contest_id=place.contest.id,
        unit_id=place.unit.id,
        round_id=found.id if found else None,
        asked_by=asked_by,
        made_at=now,
        figures=report_rules.as_json(figures),
        docx_sha256=store_file(docx, DOCX_TYPE, now=now),
        xlsx_sha256=store_file(xlsx, XLSX_TYPE, now=now),
    )
    db.session.add(report)
    db.session.flush()
    return report


def save_setting(
    place: Place, heading: Heading, *, is_weekly: bool, actor_id: int, now: datetime
) -> ReportSetting:
    """What stands at the head of the unit's reports, and whether one is made on Monday mornings.

    Switched on, it begins with the next Monday.
    """
    setting = report_queries.find_setting(place)
    if setting is None:
        setting = ReportSetting(contest_id=place.contest.id, unit_id=place.unit.id, is_weekly=False)
        db.session.add(setting)
    if not setting.is_weekly:
        setting.done_for = report_rules.last_monday(now)
    setting.agency, setting.superior = heading.agency, heading.superior
    setting.place, setting.signer_title = heading.place, heading.signer_title
    setting.is_weekly, setting.saved_by, setting.saved_at = is_weekly, actor_id, now
    db.session.flush()
    _record("reports.setting_saved", place, actor_id, now, is_weekly=is_weekly)
    return setting


def request_due_reports(now: datetime) -> int:
    """Ask for the Monday reports that are due; how many. A contest without a round to report on has none."""
    monday = report_rules.last_monday(now)
    count = 0
    for setting in report_queries.settings_due(monday):
        setting.done_for = monday
        contest = db.session.get_one(Contest, setting.contest_id)
        place = report_queries.place_of(contest, db.session.get_one(Unit, setting.unit_id))
        found = report_rules.find_reported([(one.opens_at, one.closes_at) for one in place.rounds], monday)
        if found is not None:
            request_report(place, place.rounds[found], actor_id=None, now=now)
            count += 1
    db.session.flush()
    return count


def _record(action: str, place: Place, actor_id: int, now: datetime, **details: object) -> None:
    subject = f"contest:{place.contest.id}"
    record(action, actor_id=actor_id, subject=subject, now=now, unit=place.unit.id, **details)
