"""Open data as bytes: pages of flat items, as JSON or as CSV that a spreadsheet opens without harm."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.localtime import local

JSON_TYPE = "application/json"
CSV_TYPE = "text/csv; charset=utf-8"
PER_PAGE = 100
MOST_PER_PAGE = 1_000
# One download should hold a whole round of a province's communes, or many pages of a result.
MOST_PER_FILE = 10_000
BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet would take for a formula, also behind white space.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Page:
    """Which part of a list: `number` from 1, `size` items."""

    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size


@dataclass(frozen=True)
class Listing:
    """A page of a list of `total` items with the same keys each; `about` describes the whole list."""

    columns: Sequence[str]
    items: Sequence[Mapping[str, Value]]
    total: int
    about: Mapping[str, Value]


def last_page(total: int, size: int) -> int:
    return max(1, -(-total // size))


def moment(value: datetime) -> str:
    """2024-04-02T07:41:09+07:00."""
    return local(value).isoformat(timespec="seconds")


def json_of(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def json_page(listing: Listing, page: Page) -> bytes:
    position = {"page": page.number, "per_page": page.size, "total": listing.total}
    return json_of({**listing.about, **position, "items": listing.items})


def csv_page(listing: Listing) -> bytes:
    """UTF-8 with a byte order mark, columns apart by commas; texts can be no formula."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(listing.columns)
    writer.writerows([_cell(item[column]) for column in listing.columns] for item in listing.items)
    return (BYTE_ORDER_MARK + target.getvalue()).encode()


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(DANGEROUS) else value
    return value


def link_header(address: str, page: Page, total: int) -> str:
    """The next and previous page (RFC 8288); empty when there is neither. `address` ends in page=."""
    last = last_page(total, page.size)
    links = []
    if page.number > 1:
        links.append(f'<{address}{page.number - 1}>; rel="prev"')
    if page.number < last:
        links.append(f'<{address}{page.number + 1}>; rel="next"')
    return ", ".join(links)
