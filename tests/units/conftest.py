"""The national trees, read once; their Lạng Sơn part is what most tests put into the database."""

from datetime import UTC, datetime

import pytest

from app.units import services
from app.units.importer import NationalUnits, read_national_units
from app.units.queries import get_unit

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
LANG_SON = "/20/"


@pytest.fixture(scope="session")
def national():
    return read_national_units()


@pytest.fixture(scope="session")
def province(national):
    """Both trees and the successions of Lạng Sơn alone."""
    trees = {
        series: [unit for unit in tree if unit.path.startswith(LANG_SON)]
        for series, tree in national.trees.items()
    }
    before = {unit.code for unit in next(iter(trees.values()))}
    pairs = [row for row in national.successions if row.old_code in before]
    return NationalUnits(trees=trees, successions=pairs)


@pytest.fixture
def lang_son(db, province):
    """Lạng Sơn before July 2025, imported together with its successor."""
    services.import_units(province.trees, province.successions, now=NOON)
    return get_unit("vn-2024", "20")
