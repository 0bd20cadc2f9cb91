"""People of a place: find them, move them to another unit, print a slip for one."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user

from app import clock
from app.accounts.queries import live_grants
from app.enrolments import transfer_services
from app.enrolments.transfer_rules import SameUnit
from app.errors import BadInput
from app.extensions import db
from app.formats import vn_number
from app.jobs.runner import ring
from app.participation.place_queries import Place
from app.rosters import people_queries, slip_services
from app.rosters.forms import ButtonForm
from app.rosters.people_forms import MoveForm
from app.rosters.people_queries import PEOPLE_SHOWN, Person
from app.rosters.place_staff import EDIT, PREFIX, Page, address, place_of
from app.rosters.unit_queries import open_units
from app.text import parse_integer
from app.web.forms import PersonSearchForm
from app.web.guards import require
from app.web.limits import limiter

bp = Blueprint("people", __name__, url_prefix=f"{PREFIX}/nguoi-du-thi", template_folder="templates")
PEOPLE_LIMIT = "60 per minute"
MAX_PAGE = 10_000


def person_key() -> str:
    return f"people:{current_user.account_id}"


@bp.get("")
@require(EDIT, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Page:
    """Of a unit without units below it everybody, page by page; elsewhere a search comes first."""
    place = place_of(slug, series, unit_code)
    if not place.unit.is_leaf:
        return _people_page(place, [], has_searched=False)
    page = parse_integer(request.args.get("trang", "1"), 1, MAX_PAGE)
    people, count = people_queries.list_people(place, page)
    return _people_page(place, people, has_searched=True, count=count, page=page)


def _people_page(
    place: Place,
    people: list[Person],
    *,
    has_searched: bool,
    form: PersonSearchForm | None = None,
    move_form: MoveForm | None = None,
    count: int | None = None,
    page: int = 1,
) -> str:
    move_form = move_form or MoveForm(formdata=None)
    move_form.offer(open_units(place.unit))
    return render_template(
        "rosters/people.html",
        place=place,
        people=people,
        has_searched=has_searched,
        form=form or PersonSearchForm(formdata=None),
        move_form=move_form,
        count=len(people) if count is None else count,
        most=PEOPLE_SHOWN,
        is_paged=count is not None,
        page=page,
        page_count=max(1, -(-(count or 0) // PEOPLE_SHOWN)),
        page_url=lambda number: f"{address(place, 'people.index')}?trang={number}",
        weeks=people_queries.weeks_of(place, [one.account.id for one in people]),
    )


@bp.post("")
@require(EDIT, scope="unit")
@limiter.limit(PEOPLE_LIMIT, key_func=person_key)
def find(slug: str, series: str, unit_code: str) -> Page:
    """A search by POST: names and telephone numbers stay out of addresses and logs."""
    place = place_of(slug, series, unit_code)
    form = PersonSearchForm()
    if not form.validate_on_submit():
        return _people_page(place, [], has_searched=False, form=form), 422
    return _people_page(place, people_queries.find_people(place, form.q.data), has_searched=True, form=form)


@bp.post("/chuyen")
@require(EDIT, scope="unit")
def move(slug: str, series: str, unit_code: str) -> Page:
    """Move the ticked people to another unit of this place; all of them, or nobody."""
    place = place_of(slug, series, unit_code)
    form = MoveForm()
    form.offer(open_units(place.unit))
    is_valid = form.validate_on_submit()
    people = people_queries.people_by_id(place, form.people.data)
    if not is_valid:
        return _people_page(place, people, has_searched=True, move_form=form), 422
    if len(people) != len(form.people.data) or form.chosen is None:
        raise BadInput("Có người không thuộc phạm vi của bạn.")
    movable = [one for one in people if one.unit.id != form.chosen.id]
    if not movable:
        raise SameUnit
    now = clock.now()
    for one in sorted(movable, key=lambda one: one.account.id):
        people_queries.check_within(one, place)
        transfer_services.move_person(
            one.account,
            form.chosen,
            reason=form.reason.data,
            actor_id=current_user.account_id,
            now=now,
        )
    db.session.commit()
    flash(f"Đã chuyển {vn_number(len(movable))} người sang {form.chosen.full_name}.", "success")
    return redirect(address(place, "people.index"), 303)


@bp.get("/<public_id>")
@require(EDIT, scope="unit")
def person(slug: str, series: str, unit_code: str, public_id: str) -> Page:
    """One person: where they belong, weeks taken without scores, moves."""
    place = place_of(slug, series, unit_code)
    one = people_queries.get_person(place, public_id)
    move_form = MoveForm(formdata=None)
    move_form.offer(open_units(place.unit))
    return render_template(
        "rosters/person.html",
        place=place,
        person=one,
        weeks=people_queries.weeks_of(place, [one.account.id])[one.account.id],
        moves=people_queries.moves_in(place.contest, one.account.id),
        twins=people_queries.twins_of(place, one),
        has_role=bool(live_grants(one.account.id, clock.now())),
        move_form=move_form,
        form=ButtonForm(formdata=None),
    )


@bp.post("/<public_id>/phieu")
@require(EDIT, scope="unit")
def print_slip(slug: str, series: str, unit_code: str, public_id: str) -> Page:
    """A slip for somebody who has never signed in."""
    place = place_of(slug, series, unit_code)
    if not ButtonForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")
    one = people_queries.get_person(place, public_id)
    slip_services.request_slips(
        place.contest, place.unit, [one.account.id], actor_id=current_user.account_id, now=clock.now()
    )
    db.session.commit()
    ring()
    flash(f"Đang tạo phiếu cho {one.account.full_name}.", "success")
    return redirect(address(place, "slips.index"), 303)
