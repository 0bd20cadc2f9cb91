"""Find referrals that look alike, and note who looked at whom. Callers commit."""

from datetime import datetime

from sqlalchemy import delete

from app.audit.services import record
from app.contests.models import Contest
from app.emulation.referral_cluster_queries import stream_signs
from app.emulation.referral_cluster_rules import CLUSTER_JOB, find_alike
from app.emulation.referral_models import ReferralCluster
from app.extensions import db
from app.jobs.services import request_job


def request_search(contest: Contest, *, now: datetime) -> None:
    request_job(CLUSTER_JOB, str(contest.id), {"contest_id": contest.id}, now=now)


def search(contest_id: int, *, now: datetime) -> int:
    """Find the contest's clusters anew; how many there are."""
    found = [
        ReferralCluster(
            contest_id=contest_id,
            referrer_id=referrer_id,
            people=len(alike.people),
            devices=alike.devices,
            on_device=alike.on_device,
            in_row=alike.in_row,
            found_at=now,
        )
        for referrer_id, signs in stream_signs(contest_id)
        if (alike := find_alike(referrer_id, signs)) is not None
    ]
    db.session.execute(delete(ReferralCluster).where(ReferralCluster.contest_id == contest_id))
    db.session.add_all(found)
    db.session.flush()
    return len(found)


def open_cluster(cluster: ReferralCluster, *, actor_id: int, now: datetime) -> None:
    """Note that somebody looked at the people of a cluster."""
    record(
        "integrity.referrals_opened",
        actor_id=actor_id,
        subject=f"contest:{cluster.contest_id}",
        now=now,
        account=cluster.referrer_id,
    )
