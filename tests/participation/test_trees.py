"""The same figures under another tree: nobody twice, nobody lost, and what cannot be told is named."""

import pytest

from app.participation.dashboard_queries import moment_of, read_dashboard
from app.participation.jobs import refresh_tallies
from app.participation.place_queries import Place
from app.participation.tree_queries import layout_of, trees_of
from app.units.models import UnitSuccession
from tests.factories import make_unit
from tests.participation.world import OPENS, WEEK, enrol, let_count, make_contest, make_tree, make_week, take

NOW = OPENS + WEEK


class World:
    """Four old communes: two became one, one was split inside the province, one partly went to another.

    The new province has the units `joined`, `first` and `second`; `far` lies in another new province.
    """

    def __init__(self, db):
        self.province, [(self.district, (self.one, self.two)), (_, (self.split, self.torn))] = make_tree()
        self.new = make_unit(code="20", kind="tỉnh", name="Lạng Sơn", series_code="vn-2025")
        self.joined, self.first, self.second = (
            make_unit(self.new, name=name) for name in ("Hợp Nhất", "Phần Một", "Phần Hai")
        )
        self.far = make_unit(make_unit(code="19", kind="tỉnh", name="Khác", series_code="vn-2025"), name="Xa")
        for old, new, is_whole in (
            (self.province, self.new, True),
            (self.one, self.joined, True),
            (self.two, self.joined, True),
            (self.split, self.first, False),
            (self.split, self.second, False),
            (self.torn, self.second, False),
            (self.torn, self.far, False),
        ):
            db.session.add(UnitSuccession(old_unit_id=old.id, new_unit_id=new.id, is_whole=is_whole))
        self.contest = make_contest(self.province)
        self.week = make_week(self.contest, 1)
        for count, unit in enumerate((self.one, self.two, self.split, self.torn), 1):
            for _ in range(count):
                take(enrol(self.contest, unit), self.week, OPENS)
        db.session.commit()

    def read(self, unit, tree):
        place = Place(self.contest, [self.week], unit)
        layout = layout_of(place, tree)
        return layout, read_dashboard(place, layout, moment_of(place, self.week, None, NOW))


@pytest.fixture
def world(db, clock_at):
    clock_at(NOW)
    made = World(db)
    let_count(NOW)
    refresh_tallies()
    return made


def people_of(read):
    return {line.name: line.people for line in read.lines}


def test_the_trees_of_a_contest_are_its_own_and_later_ones(world):
    series = trees_of(Place(world.contest, [world.week], world.province))

    assert [each.code for each in series] == ["vn-2024", "vn-2025"]


def test_the_own_tree_adds_up(world):
    _, read = world.read(world.province, "vn-2024")

    assert people_of(read) == {"Huyện Huyện mẫu 1": 3, "Huyện Huyện mẫu 2": 7}
    assert (read.total.people, read.rest) == (10, None)


def test_under_the_later_tree_the_total_is_the_same_and_the_rest_is_named(world):
    layout, read = world.read(world.province, "vn-2025")

    assert people_of(read) == {"Xã Hợp Nhất": 3}
    assert read.total.people == 10
    assert read.rest.people == 7
    assert {unit.id for unit in layout.split} == {world.split.id, world.torn.id}


def test_a_commune_that_went_somewhere_is_shown_as_that(world):
    layout, read = world.read(world.one, "vn-2025")

    assert people_of(read) == {"Xã Hợp Nhất": 1}
    assert (read.total.people, read.rest, layout.split) == (1, None, ())


def test_a_unit_below_a_commune_goes_with_it(world, db):
    school = make_unit(world.two, kind="xã", name="Trường mẫu", code="truong-mau")
    take(enrol(world.contest, school), world.week, OPENS)
    let_count(NOW)
    refresh_tallies()

    layout, read = world.read(world.province, "vn-2025")
    assert people_of(read) == {"Xã Hợp Nhất": 4}
    assert {unit.id for unit in layout.split} == {world.split.id, world.torn.id}

    _, own = world.read(school, "vn-2025")
    assert people_of(own) == {"Xã Hợp Nhất": 1}


def test_a_later_unit_sees_what_wholly_went_to_it(world):
    layout, read = world.read(world.joined, "vn-2025")

    assert people_of(read) == {"Xã Xã mẫu 1": 1, "Xã Xã mẫu 2": 2}
    assert (read.total.people, read.rest) == (3, None)
    assert (layout.split, layout.left_out) == ((), ())


def test_a_later_unit_leaves_out_what_came_only_in_part(world):
    layout, read = world.read(world.second, "vn-2025")

    assert (read.total.people, read.lines) == (0, [])
    assert {unit.id for unit in layout.left_out} == {world.split.id, world.torn.id}


def test_a_later_province_has_what_was_split_inside_it_but_in_no_row(world):
    layout, read = world.read(world.new, "vn-2025")

    assert people_of(read) == {"Xã Hợp Nhất": 3, "Xã Phần Hai": 0, "Xã Phần Một": 0}
    assert (read.total.people, read.rest.people) == (6, 3)
    assert layout.split == (world.split,)
    assert layout.left_out == (world.torn,)


def test_a_later_province_by_the_old_tree(world):
    layout, read = world.read(world.new, "vn-2024")

    assert sorted(line.people for line in read.lines) == [1, 2, 3]
    assert (read.total.people, read.rest, layout.left_out) == (6, None, (world.torn,))


def test_a_unit_of_an_earlier_tree_has_nothing_of_a_later_contest(world, db):
    later = make_contest(world.new, slug="sau")
    week = make_week(later, 1)
    place = Place(later, [week], world.province)

    layout = layout_of(place, "vn-2024")
    read = read_dashboard(place, layout, moment_of(place, week, None, NOW))

    assert (layout.whole, read.total.people) == ((), 0)
