import dataclasses
from datetime import UTC, datetime

from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.units import rules, services
from app.units.models import Unit, UnitSeries, UnitSuccession
from app.units.queries import ancestors_of, find_unit, get_unit, successors_of
from app.units.services import ImportCounts

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)


def snapshot(db):
    units = db.session.execute(select(*Unit.__table__.c).order_by(Unit.id)).all()
    pairs = db.session.execute(select(*UnitSuccession.__table__.c)).all()
    return units, sorted(pairs), count_entries(db)


def count_entries(db):
    return db.session.scalar(select(func.count()).select_from(AuditEntry))


def test_the_whole_country_is_imported_once(db, national):
    first = services.import_units(national.trees, national.successions, now=NOON)
    before = snapshot(db)
    second = services.import_units(national.trees, national.successions, now=NOON)

    assert first == ImportCounts(new=14_165)
    assert second == ImportCounts(same=14_165)
    assert snapshot(db) == before
    assert count_entries(db) == 1
    per_depth = select(Unit.series_code, Unit.depth, func.count()).group_by(Unit.series_code, Unit.depth)
    assert sorted(tuple(row) for row in db.session.execute(per_depth)) == [
        ("vn-2024", 1, 63),
        ("vn-2024", 2, 696),
        ("vn-2024", 3, 10_051),
        ("vn-2025", 1, 34),
        ("vn-2025", 2, 3_321),
    ]
    assert len(before[1]) == 10_651


def test_series_carry_their_dates(lang_son, db):
    rows = db.session.execute(select(UnitSeries.code, UnitSeries.valid_from, UnitSeries.valid_to))

    assert sorted(tuple(row) for row in rows) == [
        ("vn-2024", None, rules.BEFORE_JULY_2025.valid_to),
        ("vn-2025", rules.FROM_JULY_2025.valid_from, None),
    ]


def test_the_path_of_every_unit_names_its_ancestors(lang_son, db):
    parents = {unit.id: unit for unit in db.session.scalars(select(Unit))}

    for unit in parents.values():
        above = parents[unit.parent_id].path if unit.parent_id else "/"
        assert unit.path == f"{above}{unit.code}/"


def test_a_corrected_row_keeps_its_id(db, province, lang_son):
    before, after = province.trees
    code = "06343"
    old_id = get_unit("vn-2024", code).id
    corrected = [
        dataclasses.replace(unit, name="Tên Sửa", full_name="Xã Tên Sửa") if unit.code == code else unit
        for unit in province.trees[before]
    ]

    trees = {before: corrected, after: province.trees[after]}
    counts = services.import_units(trees, province.successions, now=NOON)

    db.session.expire_all()
    found = get_unit("vn-2024", code)
    assert (counts.new, counts.changed) == (0, 1)
    assert (found.id, found.full_name) == (old_id, "Xã Tên Sửa")
    assert count_entries(db) == 2


def test_a_unit_moved_to_another_parent_moves_in_the_tree(db, province, lang_son):
    before = next(iter(province.trees))
    target = next(unit for unit in province.trees[before] if unit.depth == 2 and unit.code != "185")
    moved = [
        dataclasses.replace(unit, parent_code=target.code, path=f"{target.path}{unit.code}/")
        if unit.code == "06343"
        else unit
        for unit in province.trees[before]
    ]

    counts = services.import_tree(before, moved)

    db.session.expire_all()
    assert counts.changed == 1
    assert [unit.code for unit in ancestors_of(get_unit("vn-2024", "06343"))] == ["20", target.code]


def test_a_unit_that_the_files_lack_stays(db, province, lang_son):
    before = next(iter(province.trees))
    fewer = [unit for unit in province.trees[before] if unit.code != "06343"]

    counts = services.import_tree(before, fewer)

    assert counts == ImportCounts(same=len(fewer), absent=1)
    assert find_unit("vn-2024", "06343") is not None


def test_successions_follow_the_file(db, province, lang_son):
    rows = list(province.successions)
    gone, changed = [row for row in rows if len(row.old_code) == 5][:2]
    opposite = dataclasses.replace(changed, is_whole=not changed.is_whole)
    kept = [row for row in rows if row not in (gone, changed)]

    services.import_units(province.trees, [*kept, opposite], now=NOON)

    old, new = get_unit("vn-2024", changed.old_code), get_unit("vn-2025", changed.new_code)
    stored = db.session.get(UnitSuccession, (old.id, new.id), populate_existing=True)
    assert stored.is_whole is opposite.is_whole
    removed = get_unit("vn-2025", gone.new_code)
    assert removed not in successors_of(get_unit("vn-2024", gone.old_code))
