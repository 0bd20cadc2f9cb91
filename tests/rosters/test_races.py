"""At the same moment: a merge and a start, two confirmations of one list, an undo and a first sign-in."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.accounts.rules import LinkNotUsable
from app.accounts.services import use_reset_link
from app.attempts.models import Attempt
from app.attempts.services import start_attempt
from app.contests.models import Contest, Round
from app.enrolments import transfer_services
from app.enrolments.exclusion_rules import Barred
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db as extension
from app.rosters import import_queries, import_services, merge_services, slip_services
from tests import world as worlds
from tests.rosters.conftest import NOW, OPENS, unit_of

pytestmark = pytest.mark.postgresql_only
PAIRS = 25


def at_once(app, *acts):
    """Run these in threads of their own that begin together; what each returned."""
    barrier = threading.Barrier(len(acts))
    found = [None] * len(acts)

    def run(index, act):
        with app.app_context():
            barrier.wait()
            found[index] = act()
            extension.session.remove()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_start_and_a_merge_at_once(app, world, db):
    """Either the attempt was seen and nobody merged, or the merge stands and there is no attempt."""
    actor = db.session.scalars(select(Round.scheduled_by)).first()
    pairs = []
    for _ in range(PAIRS):
        kept, absorbed = (worlds.make_person(world.unit_id, OPENS) for _ in range(2))
        pairs.append((kept.id, absorbed.id, worlds.token_hash(worlds.make_session(absorbed.id, OPENS))))
    db.session.commit()

    for kept_id, absorbed_id, token in pairs:
        at_once(app, partial(start, world, token), partial(merge, kept_id, absorbed_id, actor))

    started = set(db.session.scalars(select(Attempt.account_id)))
    merged = set(db.session.scalars(select(AccountMerge.absorbed_id)))
    assert started | merged == {absorbed for _, absorbed, _ in pairs}
    assert started & merged == set()


def start(world, token):
    try:
        started = start_attempt(token, world.slug, 1, None, worlds.ORIGIN, now=NOW)
        extension.session.commit()
        return started is not None
    except Barred:
        extension.session.rollback()
        return False


def merge(kept_id, absorbed_id, actor):
    kept, absorbed = (extension.session.get_one(Account, one) for one in (kept_id, absorbed_id))
    try:
        transfer_services.hold_people(kept, absorbed, now=NOW)
        later = NOW + timedelta(seconds=1)
        merge_services.merge_people(kept, absorbed, reason="Cùng một người", actor_id=actor, now=later)
        extension.session.commit()
        return True
    except merge_services.AttemptOpen:
        extension.session.rollback()
        return False


def keep(contest, unit, people):
    """An unconfirmed list of so many people; its id and the digest of what it would do."""
    cells = [(1, ["Họ và tên", "Ngày sinh"])]
    cells += [(number + 2, [f"Thí sinh mẫu {'A' * (number + 1)}", "05/09/1987"]) for number in range(people)]
    actor = extension.session.scalars(select(Round.scheduled_by)).first()
    row = import_services.keep_list(contest, unit, b"x", cells, name="a.xlsx", actor_id=actor, now=NOW)
    return row.id, import_services.plan_of(row, unit).digest, actor


def confirm(contest_id, list_id, digest, actor):
    contest, unit = extension.session.get_one(Contest, contest_id), unit_of("06325")
    row = import_queries.get_import(contest, unit, list_id, lock=True)
    try:
        import_services.confirm_list(row, unit, digest, actor_id=actor, now=NOW)
        extension.session.commit()
        return "confirmed"
    except (import_services.AlreadyConfirmed, import_services.PeopleChanged) as refusal:
        extension.session.rollback()
        return type(refusal).__name__


def made():
    query = select(func.count()).where(Account.full_name.like("Thí sinh mẫu A%"))
    return extension.session.scalar(query)


def test_two_confirmations_of_one_list(app, world, contest, commune, db):
    list_id, digest, actor = keep(contest, commune, 20)
    db.session.commit()

    found = at_once(app, *[partial(confirm, world.contest_id, list_id, digest, actor)] * 3)

    assert sorted(found) == ["AlreadyConfirmed", "AlreadyConfirmed", "confirmed"]
    assert made() == 20


def test_two_lists_with_the_same_people(app, world, contest, commune, db):
    lists = [keep(contest, commune, 20) for _ in range(2)]
    db.session.commit()

    found = at_once(app, *[partial(confirm, world.contest_id, *one) for one in lists])

    assert sorted(found) == ["PeopleChanged", "confirmed"]
    assert made() == 20


def test_an_undo_and_a_first_sign_in(app, world, contest, commune, db):
    """Whoever sets a password keeps the account; otherwise the whole list is gone."""
    for _ in range(10):
        list_id, digest, actor = keep(contest, commune, 3)
        assert confirm(world.contest_id, list_id, digest, actor) == "confirmed"
        row = import_queries.get_import(contest, commune, list_id)
        people = import_queries.members_of(row)
        sheet = slip_services.request_slips(
            contest, commune, [one.id for one in people], actor_id=actor, now=NOW
        )
        token = slip_services.make_links(sheet, people, now=NOW)[people[1].id]
        person_id = people[1].id
        db.session.commit()

        is_in, is_undone = at_once(app, partial(sign_in, token), partial(undo, world, list_id, actor))

        db.session.expire_all()
        assert (is_in, is_undone) in ((True, False), (False, True))
        assert (db.session.get(Account, person_id) is not None) == is_in
        db.session.execute(
            Account.__table__.update().where(Account.full_name.like("Thí sinh mẫu A%")).values(search="x")
        )
        db.session.commit()


def sign_in(token):
    try:
        use_reset_link(token, "a hash", now=NOW, consents=["participation"])
        extension.session.commit()
        return True
    except LinkNotUsable:
        extension.session.rollback()
        return False


def undo(world, list_id, actor):
    contest, unit = extension.session.get_one(Contest, world.contest_id), unit_of("06325")
    row = import_queries.get_import(contest, unit, list_id, lock=True)
    try:
        import_services.undo_list(row, unit, actor_id=actor, now=NOW)
        extension.session.commit()
        return True
    except import_services.InUse:
        extension.session.rollback()
        return False
