"""Read who has not taken part in a round yet, inside one subtree, a page at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, select, tuple_
from sqlalchemy.exc import NoResultFound

from app.accounts.models import Account
from app.contests.models import Contest, Round
from app.contests.queries import get_scope_unit
from app.enrolments.models import Enrolment
from app.extensions import db
from app.localtime import local_day
from app.participation import missing_rules as rules
from app.participation.headcount_queries import headcounts_on
from app.participation.missing_models import Population
from app.participation.missing_rules import Home, Show
from app.participation.missing_statements import may_take_part, members_of, took_part_as_another
from app.participation.place_queries import Place
from app.participation.reminder_models import Reminder
from app.participation.tally_queries import figures_of_units
from app.ranking.models import Standing
from app.units.models import Unit, UnitSuccession
from app.units.queries import is_within, under

Position = tuple[str, str, int]  # path of the unit, the name's sort key, account id
_ORDER = (Unit.path, Account.sort_key, Account.id)
_PERSON = (Account.id, Account.public_id, Account.full_name, Account.sign_in_name, Account.unit_id)


@dataclass(frozen=True)
class Search:
    """Whose list: the round, the people's units, and what narrows it; `name` is folded."""

    found: Round
    previous: Round | None
    homes: Sequence[Home]
    show: Show = Show.ALL
    name: str = ""


@dataclass(frozen=True)
class Missing:
    """One person of the list. `home_id` is the unit they belong to in this contest."""

    account_id: int
    public_id: str
    full_name: str
    sign_in_name: str
    own_unit_id: int
    home_id: int


@dataclass(frozen=True)
class Page:
    """`after`: the last person, when more may follow; `stopped_at`: the unit before which looking stopped."""

    people: Sequence[Missing]
    after: str | None = None
    stopped_at: Home | None = None


@dataclass(frozen=True)
class Count:
    """How many are missing. `counted_at` None: at this moment; else as the figures stood then."""

    people: int
    counted_at: datetime | None = None


def homes_of(place: Place, root: Unit) -> list[Home]:
    """The units below `root` whose people are in the contest's scope, in the order of the tree.

    From another series, the old units that went wholly to `root` and below; see place.is_native.
    """
    scope = get_scope_unit(place.contest)
    query = select(Unit.id, Unit.path, Unit.full_name).where(under(scope)).order_by(Unit.path)
    if root.series_code == place.contest.series_code:
        query = query.where(under(root))
    else:
        went = select(UnitSuccession.old_unit_id).join(Unit, Unit.id == UnitSuccession.new_unit_id)
        query = query.where(Unit.id.in_(went.where(UnitSuccession.is_whole.is_(True), under(root))))
    return [Home(unit_id, path, name) for unit_id, path, name in db.session.execute(query)]


def populations_of(contest: Contest, homes: Sequence[Home]) -> tuple[dict[int, int], datetime | None]:
    """Unit id → people who may take part, and when they were counted; nothing before the first count."""
    query = select(Population.unit_id, Population.people, Population.counted_at)
    rows = db.session.execute(query.where(Population.contest_id == contest.id)).all()
    wanted = {home.id for home in homes}
    counted_at = min((row.counted_at for row in rows), default=None)
    return {row.unit_id: row.people for row in rows if row.unit_id in wanted}, counted_at


def count_missing(place: Place, root: Unit, search: Search) -> Count:
    """Of a small subtree exactly; of a large one the difference between populations and tallies."""
    people, counted_at = populations_of(place.contest, search.homes)
    if sum(people.values()) <= rules.PIECE_PEOPLE or root.series_code != place.contest.series_code:
        listed = _missing(search, search.homes).subquery()
        return Count(db.session.scalar(select(func.count()).select_from(listed)) or 0)
    took_part = figures_of_units([root], [search.found.id])[root.id].people
    return Count(max(0, sum(people.values()) - took_part), counted_at)


def count_without_account(place: Place, root: Unit, found: Round, missing: Count) -> int:
    """People of the declared headcount who neither took part nor are on the list; 0 without a headcount."""
    headcount = headcounts_on([root], local_day(found.closes_at)).get(root.id, 0)
    took_part = figures_of_units([root], [found.id])[root.id].people
    return max(0, headcount - took_part - missing.people) if place.is_native else 0


def count_reminded(search: Search) -> int:
    """How many people of the list were reminded of the round at least once, and are still missing."""
    query = _reminded(search, select(func.count()))
    return db.session.scalar(query) or 0


def _reminded(search: Search, query: Select[Any]) -> Select[Any]:
    """Led by the reminders of the round, which are few beside its people."""
    found = search.found
    reminded = select(Reminder.account_id).where(Reminder.round_id == found.id).distinct().subquery()
    return (
        _of_units(search, query)
        .join(reminded, reminded.c.account_id == Account.id)
        .where(
            may_take_part(found.contest_id),
            ~exists().where(Standing.round_id == found.id, Standing.enrolment_id == Enrolment.id),
            ~took_part_as_another(found.id),
        )
    )


def list_missing(search: Search, *, start: Position | None = None, first_path: str = "") -> Page:
    """A page in the order of units and names, after `start`, or from the unit at `first_path` on.

    Looks through PIECES_A_PAGE pieces at most, so that a list that is narrowed to few people stays fast.
    """
    first = start[0] if start else first_path
    homes = [home for home in search.homes if home.path >= first]
    if search.show is Show.REMINDED:
        return _page_of(_read(_list_reminded(replace(search, homes=homes), start)))
    people: list[Missing] = []
    for number, piece in enumerate(rules.pieces_of(homes, _sizes(search))):
        if number == rules.PIECES_A_PAGE:
            return Page(people, stopped_at=piece[0])
        query = _missing(search, piece, start).limit(rules.PAGE_SIZE + 1 - len(people))
        people += _read(query)
        if len(people) > rules.PAGE_SIZE:
            break
    return _page_of(people)


def _page_of(people: Sequence[Missing]) -> Page:
    """A page of people of whom one more than it holds was read, when there are so many."""
    shown = people[: rules.PAGE_SIZE]
    return Page(shown, after=shown[-1].public_id if len(people) > len(shown) else None)


def _list_reminded(search: Search, start: Position | None) -> Select[Any]:
    home_id = func.coalesce(Enrolment.unit_id, Account.unit_id)
    query = _reminded(search, select(*_PERSON, home_id)).order_by(*_ORDER)
    return _after(query, start).limit(rules.PAGE_SIZE + 1)


def find_missing(search: Search) -> Sequence[Missing]:
    """The first people of a search by name, among all its units at once; PAGE_SIZE at most."""
    return _read(_missing(search, search.homes).limit(rules.PAGE_SIZE))


def all_missing(search: Search, most: int | None = None) -> Iterator[Missing]:
    """Everybody on the list in its order, read piece by piece; `most` stops early."""
    left = most
    for piece in rules.pieces_of(search.homes, _sizes(search)):
        query = _missing(search, piece)
        for person in _read(query if left is None else query.limit(left)):
            yield person
            if left is not None:
                left -= 1
        if left == 0:
            return


def _sizes(search: Search) -> dict[int, int]:
    return populations_of(search.found.contest, search.homes)[0]


def _missing(search: Search, homes: Sequence[Home], start: Position | None = None) -> Select[Any]:
    found = search.found
    members = members_of(found.contest_id, [home.id for home in homes], found.id)
    query = (
        select(*_PERSON, members.c.unit_id.label("home_id"))
        .join(members, members.c.account_id == Account.id)
        .join(Unit, Unit.id == members.c.unit_id)
        .where(may_take_part(found.contest_id), ~took_part_as_another(found.id))
        .order_by(*_ORDER)
    )
    query = _after(query, start)
    if search.name:
        query = query.where(Account.search.contains(search.name, autoescape=True))
    return _narrowed(query, search)


def _after(query: Select[Any], start: Position | None) -> Select[Any]:
    return query if start is None else query.where(tuple_(*_ORDER) > start)


def _narrowed(query: Select[Any], search: Search) -> Select[Any]:
    is_reminded = exists().where(Reminder.round_id == search.found.id, Reminder.account_id == Account.id)
    match search.show:
        case Show.REMINDED:
            return query.where(is_reminded)
        case Show.NOT_REMINDED:
            return query.where(~is_reminded)
        case Show.NEVER_SIGNED_IN:
            return query.where(Account.password_hash.is_(None))
        case Show.LAST_ROUND:
            took_part = exists(
                select(Enrolment.id)
                .join(Standing, Standing.enrolment_id == Enrolment.id)
                .where(Enrolment.contest_id == search.found.contest_id, Enrolment.account_id == Account.id)
                .where(Standing.round_id == (search.previous.id if search.previous else None))
            )
            return query.where(took_part)
    return query


def _read(query: Select[Any]) -> list[Missing]:
    return [Missing(*row) for row in db.session.execute(query)]


def find_position(search: Search, public_id: str) -> Position:
    """Where somebody stands in the order of the list. Raises NoResultFound outside its units."""
    query = _of_units(search, select(Unit.path, Account.sort_key, Account.id))
    path, sort_key, account_id = db.session.execute(query.where(Account.public_id == public_id)).one()
    return path, sort_key, account_id


def members_among(search: Search, public_ids: Collection[str]) -> list[int]:
    """Account ids of those people. Raises NoResultFound when one of them is not of the list's units."""
    query = _of_units(search, select(Account.id)).where(may_take_part(search.found.contest_id))
    ids = list(db.session.scalars(query.where(Account.public_id.in_(public_ids)).order_by(Account.id)))
    if len(ids) != len(set(public_ids)):
        raise NoResultFound
    return ids


def _of_units(search: Search, query: Select[Any]) -> Select[Any]:
    """As members_of, led by a few accounts that are known."""
    is_own = and_(Enrolment.contest_id == search.found.contest_id, Enrolment.account_id == Account.id)
    home_id = func.coalesce(Enrolment.unit_id, Account.unit_id)
    query = query.select_from(Account).outerjoin(Enrolment, is_own).join(Unit, Unit.id == home_id)
    return query.where(home_id.in_([home.id for home in search.homes]))


def get_root(place: Place, code: str) -> Unit:
    """The unit of the place, or one below it by its code. Raises NoResultFound."""
    if not code:
        return place.unit
    query = select(Unit).where(Unit.series_code == place.unit.series_code, Unit.code == code)
    unit = db.session.scalars(query).one()
    if not is_within(unit, place.unit):
        raise NoResultFound
    return unit
