"""Referrals that look alike: found by a job, seen by people who review integrity, never a verdict."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.accounts.models import Trace
from app.audit.models import AuditEntry
from app.emulation.referral_cluster_rules import LONGEST_GAP, Sign, find_alike, rows_of
from app.emulation.referral_models import ReferralCluster
from app.jobs.runner import run_waiting_jobs
from app.permissions import Role
from tests import world as worlds
from tests.emulation.world import AFTER, bac_son, unit_of
from tests.factories import EPOCH, make_grant
from tests.portal.weeks import FIRST

PAGE = "/ban-to-chuc/cuoc-thi/dan-van-kheo/gioi-thieu"
NETWORK = "203.0.113.0/24"
REFERRER = 1


def sign(account_id, *, minutes=0.0, network=NETWORK, device=b"", kind="register"):
    return Sign(account_id, kind, EPOCH + timedelta(minutes=minutes), network, device or bytes([account_id]))


def test_two_people_on_one_device_stand_out():
    alike = find_alike(REFERRER, [sign(1), sign(2, device=b"x"), sign(3, device=b"x", minutes=60)])

    assert (alike.people, alike.devices, alike.on_device, alike.in_row) == ({2, 3}, 1, 2, 0)


def test_the_referrer_counts_on_a_device_and_not_in_a_row():
    alike = find_alike(REFERRER, [sign(1, device=b"x"), sign(2, device=b"x", kind="start")])

    assert alike.people == {1, 2}
    assert find_alike(REFERRER, [sign(1), sign(2, minutes=1), sign(3, minutes=2)]) is None


def test_three_sign_ups_right_after_each_other_stand_out():
    alike = find_alike(REFERRER, [sign(2), sign(3, minutes=3), sign(4, minutes=6), sign(5, minutes=9.1)])

    assert (alike.people, alike.devices, alike.in_row) == ({2, 3, 4}, 0, 3)


@pytest.mark.parametrize(
    "signs",
    [
        [],
        [sign(2), sign(3, minutes=4), sign(4, minutes=8)],
        [sign(2), sign(3, minutes=1, network="198.51.100.0/24"), sign(4, minutes=2, network="192.0.2.0/24")],
        [sign(2, network=""), sign(3, network=""), sign(4, network="")],
        [sign(2), sign(2, kind="start"), sign(3, minutes=1), sign(4, minutes=2, kind="start")],
    ],
)
def test_what_is_common_does_not(signs):
    assert find_alike(REFERRER, signs) is None


@given(st.lists(st.tuples(st.integers(2, 6), st.integers(0, 20)), max_size=8))
def test_rows_are_the_runs_without_a_long_gap(registrations):
    signs = [sign(account_id, minutes=minute) for account_id, minute in registrations]

    rows = rows_of(REFERRER, signs)

    assert {one for row in rows for one in row} == {account_id for account_id, _minute in registrations}
    moments = sorted({EPOCH + timedelta(minutes=minute) for _account, minute in registrations})
    gaps = sum(later - earlier > LONGEST_GAP for earlier, later in pairwise(moments))
    assert len(rows) == (gaps + 1 if moments else 0)


@pytest.fixture
def alike(world, clock_at, db):
    """Both people brought registered on the referrer's device."""
    clock_at(AFTER)
    found = bac_son(world)
    for place, account in enumerate([found.citizen, *found.brought]):
        db.session.add(
            Trace(
                account_id=account.id,
                kind="register",
                at=FIRST + timedelta(minutes=place),
                address_prefix=NETWORK,
                device_hash=bytes(16),
                delete_on=AFTER.date(),
            )
        )
    db.session.commit()
    return found


@pytest.fixture
def reviewer(alike, client, login):
    login(client, alike.organiser)
    return alike


def test_clusters_are_found_without_names_and_opened_on_record(reviewer, db, client, read):
    assert client.post(f"{PAGE}/tim-lai").location == PAGE
    assert "Đang tìm." in read(PAGE)
    run_waiting_jobs()

    words = read(PAGE)
    assert "3 tài khoản giống nhau" in words
    assert "3 người chung một máy" in words
    assert "Thí sinh mẫu" not in words

    page = client.post(f"{PAGE}/{reviewer.citizen.public_id}").text
    for account in (reviewer.citizen, *reviewer.brought):
        assert account.full_name in page
    assert page.count("Máy A") == 3
    assert NETWORK not in page
    assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "integrity.referrals_opened"


def test_a_cluster_goes_with_its_traces(reviewer, db, client, read):
    client.post(f"{PAGE}/tim-lai")
    run_waiting_jobs()
    db.session.execute(delete(Trace))
    db.session.commit()
    client.post(f"{PAGE}/tim-lai")
    run_waiting_jobs()

    assert "Không có nhóm nào đáng chú ý." in read(PAGE)
    assert db.session.scalars(select(ReferralCluster)).all() == []


def test_a_cluster_changes_nothing_by_itself(reviewer, client, read):
    client.post(f"{PAGE}/tim-lai")
    run_waiting_jobs()

    assert "1 người đạt" in read(f"/ban-to-chuc/cuoc-thi/dan-van-kheo/thi-dua/{reviewer.campaign.public_id}")


@pytest.mark.parametrize("role", [None, Role.STAFF])
def test_staff_of_units_never_see_it(alike, db, client, login, role):
    person = worlds.make_person(alike.district.id, FIRST)
    if role is not None:
        make_grant(person, role, unit=unit_of("185"))
    db.session.commit()
    login(client, person)

    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/{alike.citizen.public_id}").status_code == 403


def test_somebody_without_a_cluster_is_not_there(reviewer, client):
    assert client.post(f"{PAGE}/{reviewer.staff.public_id}").status_code == 404
