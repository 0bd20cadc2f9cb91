"""The audit trail for administrators: who did what, and whether the chain holds."""

from urllib.parse import urlencode

from flask import Blueprint, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.admin import queries
from app.admin.audit_action_wording import ACTION_NAMES
from app.admin.audit_forms import read_filters
from app.admin.audit_wording import details_of
from app.audit.queries import check_chain, get_head
from app.permissions import Permission
from app.web.guards import require
from app.web.limits import limiter

bp = Blueprint("admin_audit", __name__, url_prefix="/quan-tri/nhat-ky", template_folder="templates")

READ = Permission.AUDIT_READ
CHECK_LIMIT = "10 per minute"


def person_key() -> str:
    return f"audit:{current_user.account_id}"


@bp.get("")
@require(READ, scope="global")
def index() -> Response:
    """The newest first, in words."""
    arguments = request.args.to_dict()
    filters, problem = read_filters(arguments)
    entries, has_older = queries.audit_page(filters)
    last = {"truoc": str(entries[-1].id)} if has_older else {}
    older = f"{url_for('admin_audit.index')}?{urlencode(arguments | last)}" if has_older else ""
    page = render_template(
        "admin/audit.html",
        entries=entries,
        filters=filters,
        day_text=arguments.get("ngay", ""),
        problem=problem,
        older_url=older,
        actors=queries.actors(),
        contests=queries.all_contests(),
        names=queries.names_of(entries),
        subjects=queries.subject_words(entries),
        action_names=ACTION_NAMES,
        details={entry.id: details_of(entry.details) for entry in entries},
        head=get_head(),
    )
    return make_response(page, 422 if problem else 200)


@bp.get("/moc")
@require(READ, scope="global")
@limiter.limit(CHECK_LIMIT, key_func=person_key)
def anchor() -> str:
    """Compute the whole chain again; its last digest is what minutes keep."""
    return render_template("admin/anchor.html", chain=check_chain(), now=clock.now())
