"""Referrals that look alike, for people who review integrity: first without names, then one on record."""

from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.contests.queries import get_managed_contest
from app.emulation import referral_cluster_queries as queries
from app.emulation import referral_cluster_rules as rules
from app.emulation import referral_cluster_services as services
from app.errors import BadInput
from app.extensions import db
from app.jobs.queries import find_job, has_given_up
from app.jobs.runner import ring
from app.permissions import Permission, may
from app.web.forms import BaseForm
from app.web.guards import require

REVIEW = Permission.INTEGRITY_REVIEW
RELOAD_AFTER = 3

bp = Blueprint(
    "referrals_organiser",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/gioi-thieu",
    template_folder="templates",
)


@bp.get("")
@require(REVIEW, scope="contest")
def index(slug: str) -> str:
    """Referrers whose referrals look alike, without names."""
    contest = get_managed_contest(current_user.grants, REVIEW, slug)
    job = find_job(rules.CLUSTER_JOB, str(contest.id))
    has_failed = job is not None and has_given_up(job, clock.now())
    return render_template(
        "emulation/clusters.html",
        managed=contest,
        cases=queries.clusters_of(contest.id),
        most=queries.CLUSTERS_SHOWN,
        job=job,
        has_failed=has_failed,
        is_running=job is not None and job.done_at is None and not has_failed,
        reload_after=RELOAD_AFTER,
        may_edit=may(current_user.grants, Permission.CONTESTS_EDIT),
    )


@bp.post("/tim-lai")
@require(REVIEW, scope="contest")
def search(slug: str) -> Response:
    """Look for clusters again."""
    contest = get_managed_contest(current_user.grants, REVIEW, slug)
    _check_empty_form()
    services.request_search(contest, now=clock.now())
    db.session.commit()
    ring()
    return redirect(url_for("referrals_organiser.index", slug=slug), 303)


@bp.post("/<string(length=32):public_id>")
@require(REVIEW, scope="contest")
def show(slug: str, public_id: str) -> str:
    """The people of one cluster; that somebody looked is on record."""
    contest = get_managed_contest(current_user.grants, REVIEW, slug)
    cluster = queries.get_cluster(contest.id, public_id)
    _check_empty_form()
    services.open_cluster(cluster, actor_id=current_user.account_id, now=clock.now())
    db.session.commit()
    return render_template(
        "emulation/cluster.html", managed=contest, cluster=cluster, members=queries.members_of(cluster)
    )


def _check_empty_form() -> None:
    if not BaseForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
