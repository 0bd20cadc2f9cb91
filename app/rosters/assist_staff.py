"""Sign up somebody who has no phone of their own."""

from flask import Blueprint, flash, redirect, render_template
from flask_login import current_user

from app import clock
from app.accounts.rules import name_for_people
from app.extensions import db
from app.jobs.runner import ring
from app.localtime import local_day
from app.participation.place_queries import Place
from app.rosters import assist_queries, assist_services, slip_services
from app.rosters.forms import AssistForm
from app.rosters.place_staff import EDIT, PREFIX, Page, address, place_of
from app.rosters.unit_queries import open_units
from app.web.guards import require

bp = Blueprint("assist", __name__, url_prefix=f"{PREFIX}/dang-ky-giup", template_folder="templates")


@bp.get("")
@require(EDIT, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Page:
    """The form, and who was helped here lately."""
    place = place_of(slug, series, unit_code)
    return _page(place, _form(place), 200)


def _form(place: Place) -> AssistForm:
    form = AssistForm()
    form.today = local_day(clock.now())
    form.offer(open_units(place.unit))
    return form


def _page(place: Place, form: AssistForm, status: int) -> Page:
    helped = assist_queries.helped_in(place.unit)
    return render_template("rosters/assist.html", place=place, form=form, helped=helped), status


@bp.post("")
@require(EDIT, scope="unit")
def sign_up(slug: str, series: str, unit_code: str) -> Page:
    """The account, who helped, and a slip to hand over."""
    place = place_of(slug, series, unit_code)
    form = _form(place)
    if not form.validate_on_submit():
        return _page(place, form, 422)
    now = clock.now()
    account = assist_services.sign_up(
        form.registration(),
        form.consents,
        asked_by=form.asked_by.data,
        consent_way=form.consent_way.data,
        helper_id=current_user.account_id,
        now=now,
    )
    slip_services.request_slips(
        place.contest, place.unit, [account.id], actor_id=current_user.account_id, now=now
    )
    db.session.commit()
    ring()
    name = name_for_people(account.sign_in_name)
    flash(f"Đã đăng ký cho {account.full_name}, tên đăng nhập {name}. Đang tạo phiếu để in.", "success")
    return redirect(address(place, "slips.index"), 303)
