"""Who has not taken part yet: the list of a unit's staff, its messages, its files, who was reminded."""

from dataclasses import dataclass, replace
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    send_file,
    url_for,
)
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.contests.models import Round
from app.errors import BadInput
from app.extensions import db
from app.formats import vn_date, vn_time, vn_weekday
from app.participation import missing_queries as queries
from app.participation import missing_rules as rules
from app.participation import missing_services as services
from app.participation import reminder_queries
from app.participation.missing_forms import Asked, NameForm, RemindForm, read_asked
from app.participation.missing_queries import Missing, Search
from app.participation.place_queries import Place, get_place
from app.participation.reminder_services import note_reminders
from app.permissions import Permission
from app.text import fold
from app.units.models import Unit
from app.units.queries import children_of
from app.web.forms import BaseForm
from app.web.guards import require
from app.web.limits import limiter

READ = Permission.PARTICIPATION_READ
SEARCH_LIMIT = "60 per minute"
EXPORT_LIMIT = "20 per minute"
EARLIER_SHOWN = 5
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

bp = Blueprint(
    "missing",
    __name__,
    url_prefix="/can-bo/cuoc-thi/<slug>/<series>/<unit_code>/chua-thi",
    template_folder="templates",
)


@dataclass(frozen=True)
class View:
    """The list that an address names. `root` is the unit of the place, or one below it."""

    place: Place
    root: Unit
    asked: Asked
    search: Search
    now: datetime

    @property
    def found(self) -> Round:
        return self.search.found

    @property
    def earlier(self) -> list[Round]:
        before = [found for found in self.place.rounds if found.number < self.found.number]
        return before[-EARLIER_SHOWN:]

    @property
    def round_name(self) -> str:
        return f"{self.place.contest.label} {self.found.number}"

    @property
    def until(self) -> str:
        """ "22:00 Chủ nhật 14/04/2024", or that it was then."""
        closes = self.found.closes_at
        text = f"{vn_time(closes)} {vn_weekday(closes)} {vn_date(closes)}"
        return f"đã đóng {text}" if self.is_over else text

    @property
    def is_over(self) -> bool:
        return self.found.closes_at <= self.now

    def url(self, endpoint: str, **more: str) -> str:
        values: dict[str, Any] = {**self.place.address, **self.asked.arguments, **more}
        return url_for(f"missing.{endpoint}", **values)


def person_key() -> str:
    return f"missing:{current_user.account_id}"


def _place(slug: str, series: str, unit_code: str) -> Place:
    return get_place(current_user.grants, READ, slug, series, unit_code)


def _view(place: Place) -> View:
    """Raises NoResultFound: a round that has not opened has nobody missing."""
    asked, now = read_asked(), clock.now()
    found = place.get_round(asked.number) if asked.number else place.find_latest_round(now)
    if found is None or found.opens_at > now:
        raise NoResultFound
    before = [each for each in place.rounds if each.number < found.number]
    root = queries.get_root(place, asked.unit_code)
    homes = queries.homes_of(place, root)
    search = Search(found, before[-1] if before else None, homes, asked.show)
    return View(place, root, replace(asked, number=found.number), search, now)


@bp.get("")
@require(READ, scope="unit")
def index(slug: str, series: str, unit_code: str) -> Response | str:
    """A page of the list, in the order of units and names; no scores."""
    place = _place(slug, series, unit_code)
    if place.find_latest_round(clock.now()) is None:
        return render_template("participation/missing_none.html", place=place)
    return _page(_view(place))


@bp.post("")
@require(READ, scope="unit")
@limiter.limit(SEARCH_LIMIT, key_func=person_key)
def search(slug: str, series: str, unit_code: str) -> Response:
    """People of the list by name, by POST: names stay out of addresses and logs."""
    view, form = _view(_place(slug, series, unit_code)), NameForm()
    if not form.validate_on_submit():
        return _page(view, name_form=form, status=422)
    people = queries.find_missing(replace(view.search, name=fold(form.q.data)))
    return _page(view, page=queries.Page(people), name_form=form)


def _page(
    view: View,
    *,
    page: queries.Page | None = None,
    name_form: NameForm | None = None,
    remind_form: RemindForm | None = None,
    status: int = 200,
) -> Response:
    if page is None:
        page = queries.list_missing(view.search, **_start(view))
    ids = [person.account_id for person in page.people]
    count = queries.count_missing(view.place, view.root, replace(view.search, show=rules.Show.ALL))
    body = render_template(
        "participation/missing.html",
        view=view,
        place=view.place,
        page=page,
        count=count,
        taken=reminder_queries.rounds_taken(ids, view.earlier),
        reminders=reminder_queries.last_reminders(view.found, ids),
        home_names={home.id: home.name for home in view.search.homes},
        children=children_of(view.place.unit),
        rounds=[found for found in view.place.rounds if found.opens_at <= view.now],
        show_names=rules.show_names(view.place.contest.label),
        channel_names=rules.CHANNEL_NAMES,
        phone_end=rules.phone_end,
        name_form=name_form or NameForm(formdata=None),
        remind_form=remind_form or RemindForm(formdata=None),
        without_account=queries.count_without_account(view.place, view.root, view.found, count),
        is_searched=name_form is not None and name_form.is_submitted() and not name_form.errors,
        may_open=_may_open(view),
    )
    return make_response(body, status)


def _start(view: View) -> dict[str, Any]:
    """Where the page begins. Raises BadInput for somebody who is not of the list's units."""
    try:
        if view.asked.after:
            return {"start": queries.find_position(view.search, view.asked.after)}
    except NoResultFound:
        raise BadInput("Không tìm thấy chỗ xem tiếp: hãy xem lại từ đầu danh sách.") from None
    paths = {home.code: home.path for home in view.search.homes}
    return {"first_path": paths.get(view.asked.start, "")}


def _may_open(view: View) -> Any:
    """Tells whether the reader's own scope has the page of a person."""
    own = {home.id for home in view.search.homes}
    return lambda person: view.place.is_native and person.own_unit_id in own


@bp.post("/nhac")
@require(READ, scope="unit")
def remind(slug: str, series: str, unit_code: str) -> BaseResponse:
    """Note that the chosen people, or all shown, were reminded."""
    view, form = _view(_place(slug, series, unit_code)), RemindForm()
    is_valid = form.validate_on_submit()
    if is_valid and not form.chosen:
        form.people.errors = ["Bạn hãy chọn ít nhất một người."]
        is_valid = False
    if not is_valid:
        return _page(view, remind_form=form, status=422)
    ids = queries.members_among(view.search, form.chosen)
    channel = rules.Channel(form.channel.data)
    note_reminders(view.found, view.root, ids, channel, actor_id=current_user.account_id, now=view.now)
    db.session.commit()
    flash(f"Đã ghi: nhắc {len(ids)} người, {rules.CHANNEL_NAMES[channel]}.", "success")
    return redirect(view.url("index", **_going_on(view)), 303)


def _going_on(view: View) -> dict[str, str]:
    return {name: value for name, value in (("sau", view.asked.after), ("tu", view.asked.start)) if value}


@bp.post("/zalo")
@require(READ, scope="unit")
@limiter.limit(EXPORT_LIMIT, key_func=person_key)
def message(slug: str, series: str, unit_code: str) -> str:
    """Texts to paste into Zalo: names only."""
    view, people = _people_to_take(slug, series, unit_code, "zalo")
    names = {home.id: home.name for home in view.search.homes}
    occasion = rules.Occasion(
        round_name=view.round_name,
        contest_name=view.place.contest.name,
        until=view.until,
        is_over=view.is_over,
        address=current_app.config["KHEO"].public_url
        + url_for("contests.contest", slug=view.place.contest.slug),
    )
    texts = rules.messages_for(
        occasion, [(names[person.home_id], person.full_name) for person in people], view.root.full_name
    )
    return render_template(
        "participation/missing_message.html", view=view, place=view.place, texts=texts, people=people
    )


@bp.post("/in")
@require(READ, scope="unit")
@limiter.limit(EXPORT_LIMIT, key_func=person_key)
def print_list(slug: str, series: str, unit_code: str) -> str:
    """The whole list on one page, to print."""
    view, people = _people_to_take(slug, series, unit_code, "print")
    return render_template(
        "participation/missing_print.html",
        view=view,
        place=view.place,
        people=people,
        home_names={home.id: home.name for home in view.search.homes},
        phone_end=rules.phone_end,
    )


def _people_to_take(slug: str, series: str, unit_code: str, form: str) -> tuple[View, list[Missing]]:
    """The first people of the list, MOST_TAKEN at most; that they are taken is noted."""
    view = _view(_place(slug, series, unit_code))
    _check_empty_form()
    people = list(queries.all_missing(view.search, rules.MOST_TAKEN))
    services.note_export(
        view.search, view.root, form, len(people), actor_id=current_user.account_id, now=view.now
    )
    db.session.commit()
    return view, people


def _check_empty_form() -> None:
    if not BaseForm().validate_on_submit():
        raise BadInput("Biểu mẫu không hợp lệ.")


@bp.post("/xuat.xlsx")
@require(READ, scope="unit")
@limiter.limit(EXPORT_LIMIT, key_func=person_key)
def export(slug: str, series: str, unit_code: str) -> Response:
    """The whole list as a spreadsheet, written to a temporary file as it is read."""
    view = _view(_place(slug, series, unit_code))
    _check_empty_form()
    target = TemporaryFile()  # noqa: SIM115 -- closed with the response
    label = view.place.contest.label.capitalize()
    what = services.Export(f"Chưa thi {view.round_name}"[:31], view.earlier, label)
    count = services.write_missing(target, view.search, what)
    services.note_export(
        view.search, view.root, "xlsx", count, actor_id=current_user.account_id, now=view.now
    )
    db.session.commit()
    target.seek(0)
    name = "-".join(fold(f"chua thi {view.round_name} {view.root.full_name}").split())
    return send_file(target, mimetype=XLSX_TYPE, as_attachment=True, download_name=f"{name}.xlsx")
