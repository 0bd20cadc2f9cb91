"""Ask for printed slips, make their one-time links, forget them in time. Callers commit."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from app.accounts.models import Account, ResetLink
from app.accounts.session_services import TOKEN_BYTES, token_hash
from app.audit.services import record
from app.contests.models import Contest
from app.extensions import db
from app.files.models import StoredFile
from app.files.services import store_file
from app.jobs.services import request_job
from app.rosters import import_queries, slip_rules
from app.rosters.models import SlipSheet
from app.units.models import Unit

MAKE_SLIPS = "make_slips"
PDF_TYPE = "application/pdf"


def request_slips(
    contest: Contest, unit: Unit, account_ids: Sequence[int], *, actor_id: int, now: datetime
) -> SlipSheet:
    """A sheet for these accounts, printed by a job. Raises NobodyWaits."""
    waiting = [account.id for account, _unit in import_queries.people_of_sheet(account_ids)]
    if not waiting:
        raise slip_rules.NobodyWaits
    sheet = SlipSheet(
        contest_id=contest.id,
        unit_id=unit.id,
        account_ids=waiting[: slip_rules.MAX_SLIPS],
        asked_by=actor_id,
        asked_at=now,
    )
    db.session.add(sheet)
    db.session.flush()
    request_job(MAKE_SLIPS, f"sheet:{sheet.id}", {"sheet_id": sheet.id}, now=now)
    return sheet


def request_again(sheet: SlipSheet, *, now: datetime) -> None:
    """Print the sheet anew with new links; the old ones end when that is done. Raises StillMaking."""
    db.session.refresh(sheet, with_for_update={"key_share": True})
    if slip_rules.is_being_made(sheet.asked_at, sheet.made_at, sheet.problem, now):
        raise slip_rules.StillMaking
    _drop_pdf(sheet)
    sheet.made_at, sheet.links_end_at, sheet.problem, sheet.asked_at = None, None, None, now
    request_job(MAKE_SLIPS, f"sheet:{sheet.id}", {"sheet_id": sheet.id}, now=now)


def make_links(sheet: SlipSheet, people: Sequence[Account], *, now: datetime) -> dict[int, str]:
    """Account id → the token of its new link; older links of these people stop working."""
    ids = [account.id for account in people]
    older = update(ResetLink).where(ResetLink.account_id.in_(ids), ResetLink.used_at.is_(None))
    db.session.execute(older.values(used_at=now))
    tokens = {account_id: secrets.token_urlsafe(TOKEN_BYTES) for account_id in ids}
    sheet.links_end_at = now + slip_rules.LINK_LIFETIME
    db.session.add_all(
        ResetLink(
            account_id=account_id,
            token_hash=token_hash(token),
            issued_by=sheet.asked_by,
            issued_at=now,
            expires_at=sheet.links_end_at,
        )
        for account_id, token in tokens.items()
    )
    db.session.flush()
    return tokens


def keep_pdf(sheet: SlipSheet, content: bytes, people: int, *, now: datetime) -> None:
    sheet.pdf_sha256, sheet.made_at = store_file(content, PDF_TYPE, now=now), now
    record(
        "rosters.slips_made",
        actor_id=sheet.asked_by,
        subject=f"contest:{sheet.contest_id}",
        now=now,
        sheet=sheet.id,
        people=people,
    )


def forget_old_pdfs(*, now: datetime) -> int:
    """Delete PDFs that have been kept long enough; how many."""
    query = select(SlipSheet).where(
        SlipSheet.pdf_sha256.is_not(None), SlipSheet.made_at < now - slip_rules.PDF_KEPT
    )
    sheets = db.session.scalars(query.with_for_update(skip_locked=True)).all()
    for sheet in sheets:
        _drop_pdf(sheet)
    return len(sheets)


def _drop_pdf(sheet: SlipSheet) -> None:
    """No other row names a file with links of its own."""
    digest, sheet.pdf_sha256 = sheet.pdf_sha256, None
    db.session.flush()
    if digest is not None:
        db.session.execute(delete(StoredFile).where(StoredFile.sha256 == digest))
