"""Moving people between units, taking two accounts as one, and undoing it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.contests.models import Contest, Round
from app.enrolments import transfer_queries as queries
from app.enrolments import transfer_rules as rules
from app.enrolments import transfer_services as services
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.exclusion_queries import unranked_in
from app.enrolments.models import Enrolment
from app.enrolments.services import enrol
from app.enrolments.transfer_models import AccountMerge, UnitMove
from app.permissions import Role
from app.units.models import Unit
from tests import world as worlds
from tests.factories import make_grant
from tests.isolation import open_session
from tests.ranking.conftest import CLOSES, NOON, OPENS

REASON = "Đăng ký hai lần"


@pytest.fixture
def world(app):
    return worlds.make_world(OPENS)


@pytest.fixture
def week(world, db):
    return db.session.get_one(Round, world.round_id)


@pytest.fixture
def actor(world, db):
    return db.session.scalars(select(Round.scheduled_by)).one()


@pytest.fixture
def sibling(world, db):
    return db.session.scalars(select(Unit).where(Unit.code == "06328")).one()


@pytest.fixture
def person(world):
    """somebody() → a new person of the world's commune."""
    return lambda: worlds.make_person(world.unit_id, OPENS - timedelta(days=1))


def move(account, unit, actor, now=NOON):
    services.move_person(account, unit, reason=REASON, actor_id=actor, now=now)


def merge(kept, absorbed, actor, now=NOON):
    services.hold_people(kept, absorbed, now=now)
    return services.merge_accounts(kept, absorbed, reason=REASON, actor_id=actor, now=now)


def test_a_move_takes_the_account_and_the_enrolment_along(world, week, actor, sibling, person, db):
    account = person()
    enrolment = enrol(account, week, None, now=NOON)

    move(account, sibling, actor)

    found = db.session.scalars(select(UnitMove)).one()
    assert (account.unit_id, enrolment.unit_id) == (sibling.id, sibling.id)
    assert (found.enrolment_id, found.from_unit_id, found.to_unit_id) == (
        enrolment.id,
        world.unit_id,
        sibling.id,
    )
    assert (found.at, found.moved_by, found.reason) == (NOON, actor, REASON)


def test_somebody_who_has_not_started_yet_moves_too(actor, sibling, person, db):
    account = person()

    move(account, sibling, actor)

    assert account.unit_id == sibling.id
    assert db.session.scalars(select(UnitMove)).all() == []


def test_a_contest_that_has_ended_keeps_its_units(world, week, actor, sibling, person):
    account = person()
    enrolment = enrol(account, week, None, now=NOON)

    move(account, sibling, actor, now=CLOSES + timedelta(hours=1))

    assert (account.unit_id, enrolment.unit_id) == (sibling.id, world.unit_id)


def test_whom_the_account_absorbed_moves_along(week, actor, sibling, person):
    kept, absorbed = person(), person()
    enrolment = enrol(absorbed, week, None, now=NOON)
    merge(kept, absorbed, actor)

    move(kept, sibling, actor)

    assert enrolment.unit_id == sibling.id


def test_moves_that_are_none_are_refused(world, actor, person, db):
    commune, district = (
        db.session.get_one(Unit, world.unit_id),
        db.session.scalars(select(Unit).where(Unit.code == "185")).one(),
    )
    account = person()

    with pytest.raises(rules.SameUnit):
        move(account, commune, actor)
    with pytest.raises(rules.UnitNotOpen):
        move(account, district, actor)


def test_nobody_moves_out_of_the_contests_scope(world, week, actor, sibling, person, db):
    account = person()
    enrol(account, week, None, now=NOON)
    contest = db.session.get_one(Contest, world.contest_id)
    contest.scope_unit_id = world.unit_id
    db.session.flush()

    with pytest.raises(rules.OtherLeague):
        move(account, sibling, actor)


def test_a_merge_locks_one_account_and_takes_its_rank(week, actor, person, db):
    kept, absorbed = person(), person()
    ids = [enrol(account, week, None, now=NOON).id for account in (kept, absorbed)]
    open_session(absorbed)

    merge(kept, absorbed, actor)

    assert (kept.disabled_at, absorbed.disabled_at) == (None, NOON)
    assert unranked_in(week.id).keys() == {ids[1]}
    counted = select(Account.public_id, queries.person_of(Account.id)).where(
        Account.id.in_([kept.id, absorbed.id])
    )
    assert {person_id for _, person_id in db.session.execute(counted)} == {kept.id}


def test_undoing_gives_everything_back(week, actor, person, db):
    kept, absorbed = person(), person()
    enrol(absorbed, week, None, now=NOON)
    merge(kept, absorbed, actor)

    services.undo_merge(absorbed, reason="Hai người khác nhau", actor_id=actor, now=NOON + timedelta(hours=1))

    assert absorbed.disabled_at is None
    assert unranked_in(week.id) == {}
    assert queries.find_merge(absorbed.id) is None
    assert (
        db.session.scalar(select(queries.person_of(Account.id)).where(Account.id == absorbed.id))
        == absorbed.id
    )
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("people.%"))).all()
    assert actions == ["people.merged", "people.unmerged"]
    merge(kept, absorbed, actor, now=NOON + timedelta(hours=2))


def test_a_frozen_round_keeps_its_rank(week, actor, person):
    kept, absorbed = person(), person()
    enrol(absorbed, week, None, now=NOON)
    week.frozen_at = CLOSES

    merge(kept, absorbed, actor, now=CLOSES + timedelta(hours=1))

    assert unranked_in(week.id) == {}


def test_merges_that_may_not_be_are_refused(world, actor, person, db):
    kept, absorbed, third = person(), person(), person()
    merge(kept, absorbed, actor)
    with_role = person()
    make_grant(with_role, Role.STAFF, unit=db.session.get_one(Unit, world.unit_id))

    for pair, refusal in (
        ((third, third), rules.SameAccount),
        ((third, absorbed), rules.AlreadyMerged),
        ((absorbed, third), rules.AlreadyMerged),
        ((third, kept), rules.AlreadyMerged),
        ((third, with_role), rules.HasRole),
        ((with_role, third), rules.HasRole),
    ):
        with pytest.raises(refusal):
            merge(*pair, actor)
    assert len(db.session.scalars(select(AccountMerge)).all()) == 1
    with pytest.raises(rules.NotMerged):
        services.undo_merge(third, reason=REASON, actor_id=actor, now=NOON)


def test_whoever_is_on_the_exclusion_list_is_not_absorbed(world, actor, person, db):
    kept, absorbed = person(), person()
    db.session.add(
        Exclusion(
            **{"contest_id": world.contest_id, "account_id": absorbed.id, "mode": "not_ranked"},
            **{"kind": "committee", "relation": "", "first_round": 1, "listed_by": actor, "listed_at": NOON},
        )
    )
    db.session.flush()

    with pytest.raises(rules.IsListed):
        merge(kept, absorbed, actor)
    assert db.session.scalars(select(Enrolment).where(Enrolment.account_id == absorbed.id)).all() == []
