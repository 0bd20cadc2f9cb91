"""Registering, one-time links, roles and what is forgotten: the rows after each act."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.accounts import queries, rules, services, session_services
from app.accounts.consent_wording import TEXTS, ConsentMissing, Purpose
from app.accounts.models import (
    Account,
    Consent,
    Referral,
    ResetLink,
    RoleGrant,
    Session,
    SignInDelay,
    Trace,
)
from app.audit.queries import recent_entries
from app.permissions import Grant, Permission, Role
from tests.factories import make_account, make_grant, make_province, make_unit

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PARTICIPATION = frozenset({Purpose.PARTICIPATION})


def register(db, *, consents=PARTICIPATION, referrer=None, origin=None, **values):
    unit_id = values.pop("unit_id", None) or make_unit().id
    person = {"full_name": "Hoàng Thị Liên", "phone": "+84912345678", "date_of_birth": date(1987, 9, 5)}
    registration = rules.Registration(**(person | {"unit_id": unit_id} | values))
    return services.register_account(
        registration, consents=consents, referrer=referrer, origin=origin, now=NOON
    )


def count(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def open_session(account, now=NOON):
    return session_services.sign_in(
        account, checked_hash=account.password_hash, device="Chrome trên Android", now=now
    )


def live(token, now=NOON):
    return queries.find_live_session(session_services.token_hash(token), now)


def test_registering_keeps_the_person_and_the_consents(db):
    account = register(db, full_name="  hoàng  thị Liên ", workplace=" Trường  A ", gender="female")

    assert (account.full_name, account.search) == ("hoàng thị Liên", "hoang thi lien")
    assert (account.sign_in_name, account.sign_in_kind) == ("+84912345678", "phone")
    assert (account.workplace, account.gender, account.password_hash) == ("Trường A", "female", None)
    assert account.phone_verified_at is None
    assert rules.find_code(account.referral_code) == account.referral_code
    row = db.session.scalars(select(Consent)).one()
    assert (row.account_id, row.purpose, row.is_given, row.at) == (account.id, "participation", True, NOON)
    assert row.text_version == TEXTS[Purpose.PARTICIPATION].version


def test_registering_without_consent_leaves_nothing(db):
    with pytest.raises(ConsentMissing):
        register(db, consents=frozenset())

    assert count(db, Account) == 0


def test_a_minor_needs_a_guardian_and_is_not_made_public(db):
    with pytest.raises(ConsentMissing):
        register(db, date_of_birth=date(2012, 1, 1))
    account = register(db, date_of_birth=date(2012, 1, 1), consents=frozenset(Purpose))

    assert set(db.session.scalars(select(Consent.purpose))) == {"participation", "guardian"}
    assert not queries.has_consent(account.id, Purpose.PUBLICATION)


def test_a_phone_is_registered_once(db):
    register(db)
    with pytest.raises(rules.PhoneTaken, match="Số điện thoại này đã được đăng ký"):
        register(db, full_name="Người khác")

    assert db.session.scalars(select(Account.full_name)).all() == ["Hoàng Thị Liên"]
    assert register(db, phone="+84912345679").id


def test_names_may_coincide(db):
    register(db)

    assert register(db, phone="+84912345679").full_name == "Hoàng Thị Liên"


def test_a_referral_is_bound_and_never_changed(db):
    referrer = make_account()
    account = register(db, referrer=referrer)
    row = db.session.scalars(select(Referral)).one()

    assert (row.account_id, row.referrer_id, row.at) == (account.id, referrer.id, NOON)
    assert [person.id for person in queries.people_referred_by(referrer.id)] == [account.id]
    db.session.commit()
    for change in (update(Referral).values(referrer_id=account.id), delete(Referral)):
        with pytest.raises(DBAPIError):
            db.session.execute(change)
        db.session.rollback()


def test_the_referrer_is_older(db):
    with pytest.raises(rules.Unfit):
        register(db, referrer=make_account(created_at=NOON))
    db.session.rollback()
    first, second = make_account(), make_account()
    db.session.add(Referral(account_id=first.id, referrer_id=second.id, at=NOON))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_nobody_brings_themself(db):
    account = make_account()
    db.session.add(Referral(account_id=account.id, referrer_id=account.id, at=NOON))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_code_of_an_ended_account_brings_nobody(db):
    account = make_account(disabled_at=NOON)

    assert queries.find_referrer(account.referral_code) is None
    assert queries.find_referrer(make_account().referral_code) is not None


def test_a_trace_of_the_registration_is_kept_apart_with_its_end(db):
    account = register(db, origin=rules.Origin("203.0.113.0/24", b"0123456789abcdef"))
    trace = db.session.scalars(select(Trace)).one()

    assert (trace.account_id, trace.kind, trace.attempt_id) == (account.id, "register", None)
    assert (trace.address_prefix, trace.device_hash) == ("203.0.113.0/24", b"0123456789abcdef")
    assert trace.delete_on == date(2026, 8, 29)


def test_the_last_word_on_a_purpose_counts(db):
    account, other = make_account(), make_account()
    services.give_consents(account, {Purpose.PUBLICATION}, now=NOON)
    services.give_consents(other, {Purpose.PUBLICATION}, now=NOON)
    withdrawn = {"purpose": "publication", "text_version": "1", "is_given": False, "at": NOON}
    db.session.add(Consent(account_id=account.id, **withdrawn))
    db.session.flush()

    both = [account.id, other.id]
    assert queries.people_consenting(Purpose.PUBLICATION, both) == {other.id}
    assert queries.people_consenting(Purpose.PARTICIPATION, both) == set()


def test_a_link_sets_the_password_once(db):
    account = make_account(password_hash="old")
    token = services.issue_reset_link(account, actor_id=None, now=NOON)
    services.give_consents(account, PARTICIPATION, now=NOON)

    assert services.use_reset_link(token, "new", now=NOON + SECOND).password_hash == "new"
    with pytest.raises(rules.LinkNotUsable):
        services.use_reset_link(token, "again", now=NOON + SECOND)
    assert account.password_hash == "new"


def test_a_link_runs_out_after_fifteen_minutes(db):
    account = make_account()
    services.give_consents(account, PARTICIPATION, now=NOON)
    token = services.issue_reset_link(account, actor_id=None, now=NOON)

    with pytest.raises(rules.LinkNotUsable):
        services.use_reset_link(token, "new", now=NOON + timedelta(minutes=15))
    assert services.use_reset_link(token, "new", now=NOON + timedelta(minutes=15) - SECOND)


def test_a_newer_link_replaces_the_older(db):
    account = make_account()
    services.give_consents(account, PARTICIPATION, now=NOON)
    old, new = (services.issue_reset_link(account, actor_id=None, now=NOON) for _ in range(2))

    with pytest.raises(rules.LinkNotUsable):
        services.use_reset_link(old, "new", now=NOON)
    services.use_reset_link(new, "new", now=NOON)


def test_a_link_ends_every_session_and_is_stored_as_a_hash(db):
    account = make_account()
    services.give_consents(account, PARTICIPATION, now=NOON)
    sessions = [open_session(account) for _ in range(2)]
    token = services.issue_reset_link(account, actor_id=None, now=NOON)
    services.use_reset_link(token, "new", now=NOON)

    assert [live(session) for session in sessions] == [None, None]
    assert token not in db.session.scalars(select(ResetLink.token_hash)).all()


def test_an_issued_account_agrees_at_its_link(db):
    staff = make_account()
    person = rules.Registration(
        full_name="Nông Thị Mai", phone=None, date_of_birth=date(1950, 1, 2), unit_id=staff.unit_id
    )
    account = services.issue_account(person, actor_id=staff.id, now=NOON)
    token = services.issue_reset_link(account, actor_id=staff.id, now=NOON)

    assert account.sign_in_kind == "code"
    assert rules.find_sign_in_name(account.sign_in_name) == account.sign_in_name
    with pytest.raises(ConsentMissing):
        services.use_reset_link(token, "new", now=NOON)
    db.session.rollback()


def test_an_issued_account_keeps_the_consents_of_its_link(db):
    staff = make_account()
    person = rules.Registration(
        full_name="Nông Thị Mai", phone=None, date_of_birth=date(1950, 1, 2), unit_id=staff.unit_id
    )
    account = services.issue_account(person, actor_id=staff.id, now=NOON)
    token = services.issue_reset_link(account, actor_id=staff.id, now=NOON)
    services.use_reset_link(token, "new", consents=PARTICIPATION, now=NOON)

    assert queries.has_consent(account.id, Purpose.PARTICIPATION)
    assert [entry.action for entry in reversed(recent_entries())] == [
        "account.issued",
        "account.reset_link_issued",
        "account.password_reset",
    ]


def test_changing_the_password_ends_the_other_sessions(db):
    account = make_account()
    mine, other = open_session(account), open_session(account)
    link = services.issue_reset_link(account, actor_id=None, now=NOON)
    services.change_password(account, "new", keep=session_services.token_hash(mine), now=NOON)

    assert live(mine) is not None
    assert live(other) is None
    assert queries.find_usable_link(session_services.token_hash(link), NOON) is None


def test_a_disabled_account_is_out_at_once(db):
    staff, account = make_account(), make_account()
    token = open_session(account)
    link = services.issue_reset_link(account, actor_id=staff.id, now=NOON)
    services.disable_account(account, actor_id=staff.id, reason="Hai tài khoản", now=NOON)
    db.session.commit()

    assert live(token) is None
    with pytest.raises(rules.LinkNotUsable):
        services.use_reset_link(link, "new", now=NOON)
    with pytest.raises(rules.PasswordChanged):
        open_session(account)


def test_a_squatted_phone_is_free_again(db):
    staff, squatter = make_account(), make_account(sign_in_name="+84912345678")
    token = open_session(squatter)
    code = services.free_squatted_phone(squatter, actor_id=staff.id, reason="Số của bà Mai", now=NOON)

    assert (squatter.sign_in_name, squatter.sign_in_kind) == (code, "code")
    assert live(token) is None
    assert register(db, unit_id=staff.unit_id).sign_in_name == "+84912345678"


@pytest.mark.parametrize(
    "values",
    [{"phone_verified_at": NOON}, {"sign_in_name": rules.sign_in_code_of(5)}],
    ids=["verified", "code"],
)
def test_a_verified_phone_or_a_code_is_not_taken_away(db, values):
    account = make_account(**values)
    before = account.sign_in_name
    with pytest.raises(services.PhoneIsVerified):
        services.free_squatted_phone(account, actor_id=account.id, reason="Thử", now=NOON)

    assert account.sign_in_name == before


def test_a_role_is_live_between_its_dates_and_ends_sessions_and_links(db):
    admin, person = make_account(), make_account()
    province, commune, _ = make_province()
    token = open_session(person)
    link = services.issue_reset_link(person, actor_id=admin.id, now=NOON)
    services.grant_role(
        person, Role.STAFF, unit_id=province.id, valid_to=NOON + DAY, granted_by=admin.id, now=NOON
    )

    assert live(token) is None
    assert queries.find_usable_link(session_services.token_hash(link), NOON) is None
    expected = (Grant(Role.STAFF, unit_series=province.series_code, unit_path=province.path),)
    assert queries.live_grants(person.id, NOON) == expected
    assert queries.live_grants(person.id, NOON - SECOND) == ()
    assert queries.live_grants(person.id, NOON + DAY) == ()
    assert commune.path.startswith(province.path)


def test_a_role_is_given_once(db):
    admin, person = make_account(), make_account()
    services.grant_role(person, Role.ORGANISER, granted_by=admin.id, now=NOON)
    with pytest.raises(services.AlreadyGranted):
        services.grant_role(person, Role.ORGANISER, granted_by=admin.id, now=NOON)

    assert count(db, RoleGrant) == 1


def test_a_withdrawn_role_ends_now_and_can_be_given_again(db):
    admin, person = make_account(), make_account()
    grant = services.grant_role(person, Role.ORGANISER, granted_by=admin.id, now=NOON)
    token = open_session(person)
    services.withdraw_role(grant, actor_id=admin.id, now=NOON + SECOND)

    assert live(token, NOON + SECOND) is None
    assert queries.live_grants(person.id, NOON + SECOND) == ()
    services.grant_role(person, Role.ORGANISER, granted_by=admin.id, now=NOON + 2 * SECOND)
    actions = [entry.action for entry in reversed(recent_entries())]
    assert actions == ["role.granted", "role.withdrawn", "role.granted"]


def test_an_administrator_does_not_lock_the_door_behind_themself(db):
    admin = make_account()
    grant = make_grant(admin)
    with pytest.raises(services.LastAdministrator):
        services.withdraw_role(grant, actor_id=admin.id, now=NOON)

    assert grant.valid_to is None


@pytest.mark.parametrize(
    ("role", "has_unit"),
    [("staff", False), ("administrator", True), ("organiser", True), ("owner", False)],
)
def test_the_schema_refuses_a_role_without_sense(db, role, has_unit):
    account = make_account()
    unit_id = account.unit_id if has_unit else None
    db.session.add(RoleGrant(account_id=account.id, role=role, unit_id=unit_id, valid_from=NOON))
    with pytest.raises(IntegrityError):
        db.session.flush()


@pytest.mark.parametrize(
    "values",
    [
        {"sign_in_name": "0912345678", "sign_in_kind": "phone"},
        {"sign_in_name": "+84912345678", "sign_in_kind": "code"},
    ],
)
def test_the_schema_refuses_a_name_of_the_wrong_kind(db, values):
    make_unit()
    with pytest.raises(IntegrityError):
        make_account(**values)


def test_staff_see_their_subtree_only(db):
    province, commune, neighbour = make_province()
    elsewhere = make_province("Cao Bằng", ["Bắc Quỳnh"])[1]
    inside, beside, outside = (make_account(unit) for unit in (commune, neighbour, elsewhere))

    def seen_by(*grants):
        rows = db.session.scalars(
            select(Account.id).where(queries.in_scope(grants, Permission.ACCOUNTS_RESET))
        )
        return set(rows)

    def staff(unit):
        return Grant(Role.STAFF, unit_series=unit.series_code, unit_path=unit.path)

    assert seen_by(staff(commune)) == {inside.id}
    assert seen_by(staff(province)) == {inside.id, beside.id}
    assert seen_by(staff(commune), staff(elsewhere)) == {inside.id, outside.id}
    assert seen_by(Grant(Role.ADMINISTRATOR)) == {inside.id, beside.id, outside.id}
    assert seen_by(Grant(Role.ORGANISER)) == set()
    assert seen_by() == set()


def test_a_path_is_no_prefix_of_a_longer_code(db):
    province = make_unit(kind="tỉnh", code="20")
    short, long = make_unit(province, code="182"), make_unit(province, code="1820")
    near, far = make_account(short), make_account(long)
    grants = (Grant(Role.STAFF, unit_series=short.series_code, unit_path=short.path),)

    found = queries.find_people(grants, Permission.ACCOUNTS_RESET, "thi sinh")
    assert [account.id for account, _ in found] == [near.id]
    assert queries.is_unit_in_scope(grants, Permission.ACCOUNTS_RESET, short)
    assert not queries.is_unit_in_scope(grants, Permission.ACCOUNTS_RESET, long)
    assert far.unit_id == long.id


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lien", ["Hoàng Thị Liên", "Vũ Liên"]),
        ("Thị Liên", ["Hoàng Thị Liên"]),
        ("0912 345 678", ["Hoàng Thị Liên"]),
        ("+84912345678", ["Hoàng Thị Liên"]),
        ("0912345679", []),
        ("l%n", []),
        ("l_en", []),
        ("zzz", []),
    ],
)
def test_people_are_found_by_name_or_phone(db, words, found):
    make_account(full_name="Vũ Liên")
    make_account(full_name="Hoàng Thị Liên", sign_in_name="+84912345678")

    people = queries.find_people((Grant(Role.ADMINISTRATOR),), Permission.ACCOUNTS_RESET, words)
    assert [account.full_name for account, _ in people] == found


def test_what_ran_out_is_forgotten(db):
    account = make_account()
    old, fresh = NOON - timedelta(days=91), NOON - timedelta(days=1)
    for at in (old, fresh):
        session_services.sign_in(account, checked_hash=None, device="Máy", now=at)
        session_services.end_other_sessions(account.id, None, now=at)
        services.issue_reset_link(account, actor_id=None, now=at)
    keep = open_session(account)
    origin = {
        "account_id": account.id,
        "kind": "register",
        "at": old,
        "address_prefix": "",
        "device_hash": b"x",
    }
    db.session.add_all(Trace(**origin, delete_on=date(2026, 3, day)) for day in (2, 3))
    db.session.add_all(
        SignInDelay(key=str(at), failure_count=9, next_try_at=at) for at in (NOON - 2 * DAY, NOON)
    )
    db.session.flush()

    assert services.forget_old_rows(now=NOON) == 4
    assert live(keep) is not None
    assert [count(db, model) for model in (Session, ResetLink, Trace, SignInDelay)] == [2, 1, 1, 1]


def test_an_account_is_made_without_hashing(db, monkeypatch):
    """The demo makes thousands."""
    monkeypatch.setattr("app.accounts.passwords.hash_password", None)
    unit = make_unit()
    for number in range(20):
        register(db, phone=f"+849123456{number:02}", unit_id=unit.id)

    assert db.session.scalar(text("SELECT count(*) FROM accounts WHERE password_hash IS NULL")) == 20
