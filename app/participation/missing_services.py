"""Count the populations anew; write the list of who is missing to a spreadsheet. Callers commit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from sqlalchemy import delete, func, insert, literal, select

from app.accounts.models import Account
from app.accounts.rules import name_for_people
from app.audit.services import record
from app.contests.models import Contest, Round
from app.contests.queries import get_scope_unit
from app.extensions import db
from app.formats import vn_datetime
from app.participation import missing_queries, reminder_queries
from app.participation.missing_models import Population
from app.participation.missing_queries import Missing, Search
from app.participation.missing_rules import CHANNEL_NAMES, Channel
from app.participation.missing_statements import may_take_part, members_of
from app.sheets import Cell, Sheet, write_workbook
from app.units.models import Unit
from app.units.queries import under

ROWS_AT_ONCE = 1_000


def count_populations(contest: Contest, *, now: datetime) -> None:
    """Write how many people of each unit of the contest's scope may take part."""
    unit_ids = select(Unit.id).where(under(get_scope_unit(contest)))
    members = members_of(contest.id, unit_ids)
    moment = literal(now, Population.counted_at.type)
    counted = (
        select(literal(contest.id), members.c.unit_id, func.count(), moment)
        .join(Account, Account.id == members.c.account_id)
        .where(may_take_part(contest.id))
        .group_by(members.c.unit_id)
    )
    own = delete(Population).where(Population.contest_id == contest.id)
    db.session.execute(own.execution_options(synchronize_session=False))
    columns = ["contest_id", "unit_id", "people", "counted_at"]
    db.session.execute(insert(Population).from_select(columns, counted))


@dataclass(frozen=True)
class Export:
    """What a spreadsheet says beside the people: the round's name and the rounds before it, as (id, name)."""

    title: str
    earlier: Sequence[Round]
    label: str


def write_missing(target: BinaryIO, search: Search, export: Export) -> int:
    """An XLSX file of everybody on the list; how many. Reads and writes ROWS_AT_ONCE people at a time."""
    rows = _CountedRows(search, export)
    widths = [6, 28, 28, 18, *(12 for _ in export.earlier), 24]
    write_workbook(target, [Sheet(export.title, widths, rows)])
    return rows.count


class _CountedRows:
    """The rows of the sheet, head first, counted as they are written."""

    def __init__(self, search: Search, export: Export) -> None:
        self.search, self.export, self.count = search, export, 0

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        earlier = [f"{self.export.label} {found.number}" for found in self.export.earlier]
        yield ["STT", "Họ và tên", "Đơn vị", "Điện thoại hoặc mã tài khoản", *earlier, "Đã nhắc"]
        names = {home.id: home.name for home in self.search.homes}
        everybody = missing_queries.all_missing(self.search)
        while people := list(islice(everybody, ROWS_AT_ONCE)):
            yield from self._rows(people, names)

    def _rows(self, people: Sequence[Missing], names: dict[int, str]) -> Iterator[Sequence[Cell]]:
        ids = [person.account_id for person in people]
        taken = reminder_queries.rounds_taken(ids, self.export.earlier)
        reminded = reminder_queries.last_reminders(self.search.found, ids)
        for person in people:
            self.count += 1
            weeks = taken.get(person.account_id, set())
            last = reminded.get(person.account_id)
            yield [
                self.count,
                person.full_name,
                names[person.home_id],
                name_for_people(person.sign_in_name),
                *("có" if found.id in weeks else "không" for found in self.export.earlier),
                f"{CHANNEL_NAMES[Channel(last.channel)]}, {vn_datetime(last.at)}" if last else "",
            ]


def note_export(search: Search, unit: Unit, form: str, count: int, *, actor_id: int, now: datetime) -> None:
    """Names that leave the page are noted. `form` is "xlsx", "zalo" or "print"."""
    record(
        "participation.missing_exported",
        actor_id=actor_id,
        subject=f"round:{search.found.id}",
        now=now,
        unit=unit.id,
        form=form,
        people=count,
    )
