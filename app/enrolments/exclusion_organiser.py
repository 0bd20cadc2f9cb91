"""The exclusion list of a contest: who is barred, and who plays without a rank."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.contests.models import Contest
from app.contests.queries import get_managed_contest
from app.enrolments import exclusion_queries as queries
from app.enrolments import exclusion_rules as rules
from app.enrolments import exclusion_services as services
from app.enrolments.exclusion_forms import FindPersonForm, ListPersonForm, RemoveForm
from app.extensions import db
from app.permissions import Permission
from app.web.guards import require
from app.web.limits import limiter

EDIT = Permission.EXCLUSIONS_EDIT
SEARCH_LIMIT = "60 per minute"

bp = Blueprint(
    "exclusions_organiser",
    __name__,
    url_prefix="/ban-to-chuc/cuoc-thi/<slug>/danh-sach-loai-tru",
    template_folder="templates",
)


def person_key() -> str:
    return f"exclusions:{current_user.account_id}"


def managed(slug: str) -> Contest:
    """The contest in the person's scope. Raises NoResultFound."""
    return get_managed_contest(current_user.grants, EDIT, slug)


@bp.get("")
@require(EDIT, scope="contest")
def index(slug: str) -> Response:
    return _page(managed(slug))


def _page(
    contest: Contest,
    *,
    find_form: FindPersonForm | None = None,
    list_form: ListPersonForm | None = None,
    remove_form: RemoveForm | None = None,
    wrong_id: int | None = None,
) -> Response:
    """The list; with 422 when it shows a form that was filled in wrongly."""
    wrong = [form for form in (find_form, list_form, remove_form) if form is not None and form.errors]
    page = render_template(
        "enrolments/exclusions.html",
        managed=contest,
        listed=queries.list_of(contest, is_removed=False),
        removed=queries.list_of(contest, is_removed=True),
        suggestions=queries.suggestions(contest),
        find_form=find_form or FindPersonForm(formdata=None),
        list_form=list_form,
        remove_form=remove_form or RemoveForm(formdata=None),
        blank_form=RemoveForm(formdata=None),
        wrong_id=wrong_id,
        next_round=queries.first_round_reached(contest),
        kind_names=rules.KIND_NAMES,
        mode_names=rules.MODE_NAMES,
        most=queries.PEOPLE_SHOWN,
    )
    return make_response(page, 422 if wrong else 200)


@bp.post("/tim")
@require(EDIT, scope="contest")
@limiter.limit(SEARCH_LIMIT, key_func=person_key)
def find(slug: str) -> Response:
    """A search by POST: names and telephone numbers stay out of addresses and logs."""
    contest = managed(slug)
    form = FindPersonForm()
    if not form.validate_on_submit():
        return _page(contest, find_form=form)
    list_form = ListPersonForm(formdata=None, q=form.q.data, mode=rules.Mode.NOT_RANKED.value)
    list_form.look_up()
    return _page(contest, find_form=form, list_form=list_form)


@bp.post("/them")
@require(EDIT, scope="contest")
@limiter.limit(SEARCH_LIMIT, key_func=person_key)
def add(slug: str) -> Response:
    """List a person, or a number that nobody has registered yet."""
    contest = managed(slug)
    form = ListPersonForm()
    form.refuse_unknown_fields()
    form.look_up()
    if not form.validate():
        return _page(contest, list_form=form)
    entry = services.Entry(rules.Mode(form.mode.data), rules.Kind(form.kind.data), form.relation.data or "")
    services.hold_back(contest, form.account)
    actor_id, now = current_user.account_id, clock.now()
    if form.account is not None:
        listed = services.list_account(contest, form.account, entry, actor_id=actor_id, now=now)
    else:
        listed = services.list_phone(contest, form.phone, entry, actor_id=actor_id, now=now)
    db.session.commit()
    who = form.account.full_name if form.account else "số điện thoại này"
    _tell(contest, f"Đã ghi {who}: {rules.MODE_NAMES[entry.mode].lower()}.", listed.first_round)
    return redirect(url_for("exclusions_organiser.index", slug=slug), 303)


def _tell(contest: Contest, message: str, first_round: int) -> None:
    """What was done, and what it does not change by itself."""
    if first_round > 1:
        message += (
            f" Áp dụng từ {contest.label} {first_round}; kết quả đã chốt của các {contest.label} trước "
            "không tự đổi, muốn đổi thì quyết định ở trang Kết quả."
        )
    flash(message, "success")


@bp.post("/<int:exclusion_id>/bo")
@require(EDIT, scope="contest")
def remove(slug: str, exclusion_id: int) -> Response:
    """Take a person off the list with a reason; the line stays on record."""
    contest = managed(slug)
    services.hold_back(contest, None)
    listed = queries.get_entry(contest, exclusion_id)
    form = RemoveForm()
    if not form.validate_on_submit():
        return _page(contest, remove_form=form, wrong_id=listed.id)
    services.remove(
        contest,
        listed,
        reason=form.reason.data or "",
        actor_id=current_user.account_id,
        now=clock.now(),
    )
    db.session.commit()
    _tell(contest, "Đã bỏ người này khỏi danh sách.", listed.ranked_from_round or 1)
    return redirect(url_for("exclusions_organiser.index", slug=slug), 303)
