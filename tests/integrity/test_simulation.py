"""What each signal finds in a simulated week: nearly all of a ring of 50, and of an honest school nothing."""

import pytest

from app.integrity.rules import Kind
from app.integrity.search_rules import find_signals
from tests.integrity.simulator import Maker, add_others, add_ring, add_school, people_of, simulate

# Kind → the fewest of the ring's 50 that it must find, the most honest people it may name.
WANTED = {
    Kind.SPEED: (40, 0),
    Kind.ANSWERS: (40, 3),
    Kind.CLUSTER: (50, 0),
    Kind.PREDICTIONS: (50, 12),  # people of the same unit whose number fell into the covered stretch
    Kind.WINNERS: (0, 5),
    Kind.SIGN_UPS: (50, 0),
    Kind.REFERRALS: (45, 0),
}


@pytest.fixture(scope="module", params=[2024, 7, 11])
def simulated(request):
    return simulate(request.param)


@pytest.fixture(scope="module")
def found(simulated):
    return find_signals(simulated.week)


def named(found, kind):
    return set().union(*(people_of(one) for one in found if one.kind is kind))


@pytest.mark.parametrize("kind", Kind)
def test_the_ring_is_found_and_honest_people_are_not(kind, simulated, found, capsys):
    people = named(found, kind)
    ring, school = len(people & simulated.ring), len(people & simulated.school)
    others = len(people & simulated.others)
    with capsys.disabled():
        print(f"\n{kind:<12} ring {ring:>2} of 50, school {school} of 300, others {others} of 2000", end="")
    least, most = WANTED[kind]
    assert ring >= least
    assert school == 0
    assert others <= most


def test_every_signal_says_how_many_look_the_same(simulated, found):
    people = len(simulated.week.people)

    assert all(0 <= one.alike_people <= people for one in found)
    assert max(one.alike_people for one in found if one.kind is Kind.CLUSTER) > 200


@pytest.mark.parametrize("seed", range(3))
def test_a_week_of_honest_people_has_no_group_signals(seed):
    """A school behind one address, on shared devices, in one hour: not one case about it."""
    maker = Maker(seed)
    add_school(maker)
    add_others(maker)

    assert find_signals(maker.week()) == []


@pytest.mark.parametrize("devices", [2, 5, 10])
def test_a_ring_is_found_however_many_devices_it_uses(devices):
    maker = Maker(99)
    add_others(maker, people=800)
    ring = add_ring(maker, devices=devices)

    found = find_signals(maker.week())

    assert len(named(found, Kind.CLUSTER) & ring) >= 45


def test_an_empty_round_has_no_signals():
    assert find_signals(Maker(1).week()) == []


def test_the_same_week_gives_the_same_signals_whatever_the_order():
    maker = Maker(5)
    add_others(maker, people=300)
    add_ring(maker, people=20, devices=3)
    week = maker.week()
    first = find_signals(week)
    maker.sittings.reverse()

    again = find_signals(maker.week())

    assert sorted(one.fingerprint for one in again) == sorted(one.fingerprint for one in first)
