"""Bring the national trees into the database. Callers commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, delete, insert, select, update

from app.audit.services import record
from app.extensions import db
from app.units import rules
from app.units.models import Unit, UnitSeries, UnitSuccession
from app.units.own_rules import OWN_KINDS

BUILT_COLUMNS = (
    "kind",
    "name",
    "full_name",
    "path",
    "depth",
    "is_leaf",
    "search",
    "sort_key",
    "valid_to",
)


@dataclass(frozen=True)
class ImportCounts:
    """What an import did to rows; `absent` are rows that the files no longer have, left as they are."""

    new: int = 0
    changed: int = 0
    same: int = 0
    absent: int = 0

    def __add__(self, other: "ImportCounts") -> "ImportCounts":
        return ImportCounts(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.absent + other.absent,
        )


def import_units(
    trees: Mapping[rules.Series, Sequence[rules.BuiltUnit]],
    successions: Sequence[rules.SuccessionRow],
    *,
    now: datetime,
) -> ImportCounts:
    """Make the database hold both trees; running it again changes nothing. Counts are of units.

    `trees` are in order of time, and `successions` lead from the first to the second.
    """
    before, after = trees
    counts = import_tree(before, trees[before]) + import_tree(after, trees[after])
    pairs = _import_successions(before.code, after.code, successions)
    if counts.new or counts.changed or pairs.new or pairs.changed:
        record(
            "units.imported",
            actor_id=None,
            subject="units:national",
            now=now,
            new=counts.new,
            changed=counts.changed,
            successions_new=pairs.new,
            successions_changed=pairs.changed,
        )
    return counts


def import_tree(series: rules.Series, units: Sequence[rules.BuiltUnit]) -> ImportCounts:
    """Make the series hold these units, parents before children; changed ones are updated by code."""
    _put_series(series)
    stored, ids = _stored_units(series.code)
    new = changed = 0
    for _depth, level in groupby(units, key=lambda unit: unit.depth):
        added: list[dict[str, Any]] = []
        updates: list[dict[str, Any]] = []
        for unit in level:
            values = {name: getattr(unit, name) for name in BUILT_COLUMNS}
            values["parent_id"] = ids.get(unit.parent_code)
            if unit.code not in stored:
                added.append(values | {"series_code": series.code, "code": unit.code})
            elif stored[unit.code] != values:
                updates.append(values | {"id": ids[unit.code]})
        if added:
            rows = db.session.execute(insert(Unit).returning(Unit.code, Unit.id), added)
            ids.update({code: unit_id for code, unit_id in rows})
        if updates:
            db.session.execute(update(Unit), updates)
        new, changed = new + len(added), changed + len(updates)
    return ImportCounts(new, changed, len(units) - new - changed, len(ids) - len(units))


def _put_series(series: rules.Series) -> None:
    row = db.session.get(UnitSeries, series.code)
    if row is None:
        row = UnitSeries(code=series.code)
        db.session.add(row)
    row.name, row.valid_from, row.valid_to = series.name, series.valid_from, series.valid_to
    db.session.flush()


def _stored_units(series_code: str) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """Code → the columns an import may change, and code → id; units that staff added are not the files'."""
    names = (*BUILT_COLUMNS, "parent_id")
    columns = [getattr(Unit, name) for name in names]
    query = select(Unit.code, Unit.id, *columns).where(
        Unit.series_code == series_code, Unit.kind.not_in(OWN_KINDS)
    )
    rows = db.session.execute(query).all()
    stored = {code: dict(zip(names, values, strict=True)) for code, _id, *values in rows}
    return stored, {row.code: row.id for row in rows}


def _import_successions(
    old_series: str, new_series: str, rows: Sequence[rules.SuccessionRow]
) -> ImportCounts:
    """Pairs that the file no longer has are removed: nothing else hangs on them."""
    old_ids, new_ids = _stored_units(old_series)[1], _stored_units(new_series)[1]
    wanted = {(old_ids[row.old_code], new_ids[row.new_code]): row.is_whole for row in rows}
    columns = (UnitSuccession.old_unit_id, UnitSuccession.new_unit_id, UnitSuccession.is_whole)
    query = select(*columns).join(Unit, Unit.id == UnitSuccession.old_unit_id)
    found = db.session.execute(query.where(Unit.series_code == old_series))
    stored = {(old, new): is_whole for old, new, is_whole in found}
    outdated = [pair for pair in stored if pair not in wanted or wanted[pair] != stored[pair]]
    for old, new in outdated:
        is_pair = and_(UnitSuccession.old_unit_id == old, UnitSuccession.new_unit_id == new)
        db.session.execute(delete(UnitSuccession).where(is_pair))
    added = [
        {"old_unit_id": old, "new_unit_id": new, "is_whole": is_whole}
        for (old, new), is_whole in wanted.items()
        if (old, new) not in stored or (old, new) in outdated
    ]
    if added:
        db.session.execute(insert(UnitSuccession), added)
    return ImportCounts(new=len(added), changed=len(outdated), same=len(wanted) - len(added))
