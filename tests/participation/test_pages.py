"""The staff's first pages: where they lead, what they count, under which tree, and for whom."""

import re
from datetime import timedelta

import pytest

from app.accounts.queries import live_grants
from app.extensions import db as extension
from app.participation.choice_queries import choices_of
from app.participation.headcount_models import Headcount, HeadcountDecision
from app.participation.jobs import refresh_tallies
from app.permissions import Permission, Role
from tests.factories import make_account, make_grant, make_unit
from tests.participation.world import OPENS, WEEK, enrol, let_count, make_contest, make_tree, make_week, take

NOW = OPENS + WEEK + timedelta(days=2)


class World:
    """Two weeks, the second open; people in both communes of the first district."""

    def __init__(self):
        self.province, [(self.district, self.leaves), (self.other, self.other_leaves)] = make_tree()
        self.contest = make_contest(self.province)
        self.weeks = [make_week(self.contest, number) for number in (1, 2, 3)]
        people = [enrol(self.contest, leaf) for leaf in (*self.leaves, self.leaves[0], self.other_leaves[0])]
        for person in people:
            take(person, self.weeks[0], OPENS + timedelta(hours=3))
        for person in people[:2]:
            take(person, self.weeks[1], OPENS + WEEK + timedelta(hours=3), score=10)
            take(person, self.weeks[1], OPENS + WEEK + timedelta(hours=30), number=2)
        self.staff = make_account(self.leaves[0])
        make_grant(self.staff, Role.STAFF, unit=self.district, granted_by=None)

    def address(self, unit):
        return f"/can-bo/cuoc-thi/{self.contest.slug}/{unit.series_code}/{unit.code}"


@pytest.fixture
def world(db, clock_at):
    clock_at(NOW)
    made = World()
    db.session.commit()
    let_count(NOW)
    refresh_tallies()
    return made


def test_staff_are_led_to_their_unit(world, client, login):
    login(client, world.staff)

    response = client.get("/can-bo")

    assert response.status_code == 302
    assert response.location == world.address(world.district)


def test_who_has_several_units_chooses(world, db, client, login):
    make_grant(world.staff, Role.STAFF, unit=world.other, granted_by=None)
    db.session.commit()
    login(client, world.staff)

    page = client.get("/can-bo")

    assert page.status_code == 200
    for unit in (world.district, world.other):
        assert f'href="{world.address(unit)}"' in page.text


def test_a_grant_inside_another_is_no_choice_of_its_own(world, db):
    make_grant(world.staff, Role.STAFF, unit=world.leaves[0], granted_by=None)
    db.session.commit()

    choices = choices_of(live(world.staff), Permission.PARTICIPATION_READ)

    assert [choice.unit for choice in choices] == [world.district]


def test_staff_above_a_contest_are_led_to_what_it_is_for(world, db):
    smaller = make_contest(world.district, slug="huyen")
    make_week(smaller, 1)
    boss = make_account(world.leaves[0])
    make_grant(boss, Role.STAFF, unit=world.province, granted_by=None)
    db.session.commit()

    choices = choices_of(live(boss), Permission.PARTICIPATION_READ)

    assert {(choice.contest.slug, choice.unit) for choice in choices} == {
        ("dan-van-kheo", world.province),
        ("huyen", world.district),
    }


def test_staff_of_a_unit_that_no_contest_is_for_are_told_why(world, db, client, login):
    far = make_unit(code="19", kind="tỉnh", name="Khác", series_code="vn-2024")
    stranger = make_account(world.leaves[0])
    make_grant(stranger, Role.STAFF, unit=far, granted_by=None)
    db.session.commit()
    login(client, stranger)

    assert "Chưa có cuộc thi nào cho đơn vị của bạn" in client.get("/can-bo").text
    assert client.get(world.address(far)).status_code == 200
    assert client.get(world.address(world.district)).status_code == 404


def test_an_organiser_of_another_contest_sees_nothing_of_this_one(world, db, client, login):
    other = make_contest(world.province, slug="khac")
    make_week(other, 1)
    organiser = make_account(world.leaves[0])
    make_grant(organiser, Role.ORGANISER, contest_id=other.id, granted_by=None)
    db.session.commit()
    login(client, organiser)

    assert client.get(world.address(world.province)).status_code == 404
    assert client.get(world.address(world.province).replace("dan-van-kheo", "khac")).status_code == 200


def test_the_page_counts_people_and_attempts_of_the_subtree(world, client, login):
    login(client, world.staff)

    page = client.get(world.address(world.district))

    assert figures_in(page) == ["2", "4", "–", "–"]
    assert "chưa khai quân số" in page.text
    assert "kém 1" in page.text


def test_an_earlier_week_and_an_earlier_day(world, client, login):
    login(client, world.staff)
    address = world.address(world.district)

    assert figures_in(client.get(f"{address}?tuan=1"))[:2] == ["3", "3"]
    assert figures_in(client.get(f"{address}?ngay=2024-04-01"))[:2] == ["2", "2"]
    assert figures_in(client.get(f"{address}?ngay=2024-03-31"))[:2] == ["0", "0"]


def test_one_goes_down_to_the_commune_and_back_up_only_to_the_own_unit(world, client, login):
    login(client, world.staff)

    page = client.get(world.address(world.leaves[0]))

    assert figures_in(page)[:2] == ["1", "2"]
    assert f'href="{world.address(world.district)}?tuan=2"' in page.text
    assert world.address(world.province) + '"' not in page.text
    assert client.get(world.address(world.province)).status_code == 404


def test_rates_are_of_the_approved_headcount(world, db, client, login):
    declare(world, {world.leaves[0]: 40, world.leaves[1]: 20})
    login(client, world.staff)

    page = client.get(world.address(world.district))

    assert figures_in(page) == ["2", "4", "3,3%", "58"]
    assert page.text.index("2,5%") < page.text.index("5,0%")  # the lowest first


def test_more_people_than_declared_raise_an_alert(world, client, login):
    declare(world, {world.leaves[0]: 1, world.leaves[1]: 40})
    login(client, world.staff)

    page = client.get(f"{world.address(world.district)}?tuan=1")

    assert "Có thể có người chọn nhầm đơn vị." in page.text
    assert "ở Xã Xã mẫu 1." in page.text


def test_people_who_stand_in_no_unit_below_have_a_row(world, db, client, login):
    take(enrol(world.contest, world.district), world.weeks[1], OPENS + WEEK + timedelta(hours=4))
    db.session.commit()
    let_count(NOW)
    refresh_tallies()
    login(client, world.staff)

    assert "Trực tiếp ở Huyện Huyện mẫu 1" in client.get(world.address(world.district)).text


def test_before_the_first_week_the_page_tells_when_it_opens(world, clock_at, client, login):
    clock_at(OPENS - timedelta(days=3))
    login(client, world.staff)

    page = client.get(world.address(world.district))

    assert "Tuần 1 mở lúc 08:00 thứ Hai 25/03/2024" in page.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("tuan=9", 404),
        ("tuan=0", 400),
        ("tuan=x", 400),
        ("ngay=31/12/2024", 400),
        ("ngay=2024-02-30", 400),
        ("ngay=0001-01-01", 200),
        ("ngay=9999-12-31", 200),
        ("cay=vn-2025", 400),
        ("cay=vn-2024", 200),
        ("xep=ten", 200),
        ("xep=khac", 400),
        ("tuan=3", 200),
    ],
)
def test_what_an_address_may_ask_for(world, client, login, query, status):
    login(client, world.staff)

    assert client.get(f"{world.address(world.district)}?{query}").status_code == status


def live(account):
    return live_grants(account.id, NOW)


def figures_in(page):
    """The four numbers on top."""
    assert page.status_code == 200
    return re.findall(r'class="figure-number">([^<]+)<', page.text)


def declare(world, people):
    approver = make_account(world.leaves[0])
    for unit, count in people.items():
        declared = Headcount(
            unit_id=unit.id,
            people=count,
            valid_from=OPENS.date(),
            note="",
            source="form",
            declared_by=world.staff.id,
            declared_at=OPENS,
        )
        extension.session.add(declared)
        extension.session.flush()
        extension.session.add(
            HeadcountDecision(
                headcount_id=declared.id,
                declared_by=world.staff.id,
                is_approved=True,
                reason="",
                decided_by=approver.id,
                decided_at=OPENS,
            )
        )
    extension.session.commit()
