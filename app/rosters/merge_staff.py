"""Accounts that look like one person: side by side, taken as one, and undone."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy.exc import NoResultFound

from app import clock
from app.accounts.models import Account
from app.enrolments import transfer_queries, transfer_rules, transfer_services
from app.extensions import db
from app.participation.place_queries import Place
from app.rosters import merge_services, people_queries
from app.rosters.people_forms import MergeForm
from app.rosters.people_queries import Person
from app.rosters.place_staff import EDIT, PREFIX, Page, address, place_of
from app.web.forms import ReasonForm
from app.web.guards import require

bp = Blueprint("merges", __name__, url_prefix=f"{PREFIX}/tai-khoan-trung", template_folder="templates")


@bp.get("")
@require(EDIT, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Page:
    """Who looks like one person, and what was merged."""
    return _index_page(place_of(slug, series, unit_code), ReasonForm(formdata=None), "")


def _index_page(place: Place, form: ReasonForm, undoing: str) -> str:
    groups = people_queries.twin_groups(place)
    ids = [person.account.id for group in groups for person in group]
    return render_template(
        "rosters/twins.html",
        place=place,
        groups=groups,
        weeks=people_queries.weeks_of(place, ids),
        merges=people_queries.merges_in(place),
        most=people_queries.GROUPS_SHOWN,
        form=form,
        undoing=undoing,
    )


@bp.get("/<public_id>")
@require(EDIT, scope="unit")
def compare(slug: str, series: str, unit_code: str, public_id: str) -> Page:
    """Two accounts side by side; `voi` names the other, else whoever looks like this person is offered."""
    place = place_of(slug, series, unit_code)
    person = people_queries.get_person(place, public_id)
    other_id = request.args.get("voi", "")
    other = people_queries.get_person(place, other_id) if other_id else None
    if other is not None and other.account.id == person.account.id:
        raise transfer_rules.SameAccount
    return _compare_page(place, person, other, MergeForm(formdata=None))


def _compare_page(place: Place, person: Person, other: Person | None, form: MergeForm) -> str:
    twins = people_queries.twins_of(place, person)
    pair = [person] if other is None else [person, other]
    weeks = people_queries.weeks_of(place, [one.account.id for one in pair])
    if other is not None and len(weeks[other.account.id]) > len(weeks[person.account.id]):
        pair.reverse()  # the account with more weeks is the one to keep
    return render_template(
        "rosters/compare.html", place=place, pair=pair, twins=twins, weeks=weeks, form=form
    )


@bp.post("/<public_id>")
@require(EDIT, scope="unit")
def merge(slug: str, series: str, unit_code: str, public_id: str) -> Page:
    """Keep one account, lock the other."""
    place = place_of(slug, series, unit_code)
    person = people_queries.get_person(place, public_id)
    form = MergeForm()
    is_valid = form.validate_on_submit()
    pair = {form.kept.data, form.absorbed.data}
    if public_id not in pair or len(pair) != 2 or form.kept.errors or form.absorbed.errors:
        raise transfer_rules.SameAccount
    kept, absorbed = (
        people_queries.get_person(place, str(one)) for one in (form.kept.data, form.absorbed.data)
    )
    if not is_valid:
        other = absorbed if kept.account.id == person.account.id else kept
        return _compare_page(place, person, other, form), 422
    transfer_services.hold_people(kept.account, absorbed.account, now=clock.now())
    merge_services.merge_people(kept.account, absorbed.account, **_act(form.reason.data))
    db.session.commit()
    flash(f"Đã gộp. {kept.account.full_name} dùng một tài khoản từ nay; có thể hoàn tác.", "success")
    return redirect(address(place, "merges.index"), 303)


@bp.post("/<public_id>/hoan-tac")
@require(EDIT, scope="unit")
def undo(slug: str, series: str, unit_code: str, public_id: str) -> Page:
    """Give an account back that was taken as another's."""
    place = place_of(slug, series, unit_code)
    absorbed = people_queries.get_person(place, public_id, is_disabled_too=True).account
    form = ReasonForm()
    if not form.validate_on_submit():
        return _index_page(place, form, public_id), 422
    found = transfer_queries.find_merge(absorbed.id)
    if found is None:
        raise transfer_rules.NotMerged
    kept = db.session.get_one(Account, found.kept_id)
    if not people_queries.people_by_id(place, [kept.public_id]):
        raise NoResultFound
    transfer_services.hold_people(kept, absorbed, now=clock.now())
    transfer_services.undo_merge(absorbed, **_act(form.reason.data))
    db.session.commit()
    flash(f"Đã hoàn tác. Tài khoản của {absorbed.full_name} dùng lại được như trước.", "success")
    return redirect(address(place, "merges.index"), 303)


def _act(reason: str) -> dict[str, Any]:
    return {"reason": reason, "actor_id": current_user.account_id, "now": clock.now()}
