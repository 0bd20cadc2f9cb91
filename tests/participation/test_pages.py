"""The staff's first pages: where they lead, what they count, under which tree, and for whom."""

from datetime import timedelta

import pytest

from app.participation.jobs import refresh_tallies
from app.permissions import Role
from tests.factories import make_account, make_grant
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


def test_the_page_counts_people_and_attempts_of_the_subtree(world, client, login):
    login(client, world.staff)

    page = client.get(world.address(world.district))

    assert page.status_code == 200
