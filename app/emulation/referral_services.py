"""Ask for a poster and keep what the job made. Callers commit."""

from datetime import datetime

from app.emulation.referral_models import ReferralPoster
from app.emulation.referral_queries import find_poster
from app.emulation.referral_rules import POSTER_JOB
from app.extensions import db
from app.files.services import store_file
from app.jobs.services import request_job

PDF_TYPE = "application/pdf"


def request_poster(contest_id: int, account_id: int, *, now: datetime) -> None:
    """Have the poster made, again if there is one; one that is being made is not asked for twice."""
    poster = find_poster(contest_id, account_id)
    if poster is None:
        db.session.add(ReferralPoster(contest_id=contest_id, account_id=account_id, asked_at=now))
    else:
        poster.sha256, poster.problem, poster.asked_at = None, None, now
    payload = {"contest_id": contest_id, "account_id": account_id}
    request_job(POSTER_JOB, f"{contest_id}:{account_id}", payload, now=now)


def keep_poster(poster: ReferralPoster, content: bytes, *, now: datetime) -> None:
    poster.sha256, poster.problem = store_file(content, PDF_TYPE, now=now), None


def keep_problem(poster: ReferralPoster, problem: str) -> None:
    """Say in Vietnamese why the poster could not be made on this machine."""
    poster.sha256, poster.problem = None, problem
