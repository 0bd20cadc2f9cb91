"""Staff help people of their own units; administrators give roles. Nobody else does, and nobody further."""

import re

import pytest
from sqlalchemy import select

from app import clock
from app.accounts import queries, rules
from app.accounts.models import Account, ResetLink, RoleGrant
from app.audit.queries import recent_entries
from app.permissions import Role
from tests.factories import PASSWORD, make_account, make_grant, make_province

PEOPLE = "/can-bo/tai-khoan"
ISSUE = "/can-bo/tai-khoan/cap-ma"
ROLES = "/quan-tri/quyen"


@pytest.fixture
def staff(db, commune):
    found = make_account(commune, full_name="Cán bộ mẫu")
    make_grant(found, Role.STAFF, unit=commune)
    db.session.commit()
    return found


@pytest.fixture
def administrator(db, commune):
    found = make_account(commune, full_name="Quản trị mẫu")
    make_grant(found)
    db.session.commit()
    return found


@pytest.fixture
def person(db, commune):
    found = make_account(commune, full_name="Hoàng Thị Liên", sign_in_name="+84912345678", password=PASSWORD)
    db.session.commit()
    return found


@pytest.fixture
def outsider(db, commune):
    found = make_account(
        make_province("Cao Bằng")[1], full_name="Hoàng Thị Liên", sign_in_name="+84912345679"
    )
    db.session.commit()
    return found


def links(db):
    return db.session.scalars(select(ResetLink.account_id)).all()


def page_of(account, act=""):
    return f"{PEOPLE}/{account.public_id}{act}"


def acts(account):
    return [page_of(account, "/lien-ket"), page_of(account, "/giai-phong-so")]


@pytest.mark.parametrize("role", [None, Role.ORGANISER])
def test_only_staff_and_administrators_help(db, client, login, commune, person, role):
    visitor = make_account(commune)
    if role:
        make_grant(visitor, role)
    login(client, visitor)
    reason = {"reason": "Số của người khác"}
    answers = [client.get(path) for path in (PEOPLE, ISSUE, page_of(person), ROLES)]
    answers += [client.post(path, data=reason) for path in (PEOPLE, ISSUE, ROLES, *acts(person))]

    assert {answer.status_code for answer in answers} == {403}
    assert links(db) == []
    assert person.sign_in_kind == "phone"


def test_staff_give_no_roles(db, client, login, staff, person):
    login(client, staff)
    grant = db.session.scalars(select(RoleGrant)).one()

    assert client.get(ROLES).status_code == 403
    assert client.post(ROLES, data={"phone": "0912345678", "role": "administrator"}).status_code == 403
    assert client.post(f"{ROLES}/{grant.id}/thu-hoi").status_code == 403
    assert db.session.scalars(select(RoleGrant.valid_to)).all() == [None]


def test_a_search_shows_ones_own_unit_only(client, login, staff, person, outsider):
    login(client, staff)
    page = client.post(PEOPLE, data={"q": "hoang thi lien"}).text

    assert person.public_id in page
    assert outsider.public_id not in page
    assert outsider.public_id not in client.post(PEOPLE, data={"q": "0912345679"}).text


def test_a_person_outside_the_unit_does_not_exist(db, client, login, staff, outsider):
    login(client, staff)
    answers = [
        client.get(page_of(outsider)),
        *(client.post(path, data={"reason": "Nhầm số rồi"}) for path in acts(outsider)),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert links(db) == []
    assert outsider.sign_in_name == "+84912345679"


def test_an_administrator_sees_everybody(client, login, administrator, person, outsider):
    login(client, administrator)
    page = client.post(PEOPLE, data={"q": "hoang thi lien"}).text

    assert person.public_id in page
    assert outsider.public_id in page


def test_a_link_is_shown_once_with_its_picture(db, app, client, login, staff, person):
    login(client, staff)
    response = client.post(page_of(person, "/lien-ket"))
    link = re.search(r'data-copy="http://localhost(/dat-lai-mat-khau/[\w-]{43})"', response.text).group(1)

    assert "<svg" in response.text
    assert "style=" not in response.text
    assert app.test_client().get(link).status_code == 200
    assert link not in client.get(page_of(person)).text
    entry = recent_entries()[0]
    assert (entry.action, entry.actor_id) == ("account.reset_link_issued", staff.id)
    assert "0912345678" not in str(entry.details)


@pytest.mark.parametrize("role", list(Role))
def test_staff_do_not_take_over_who_has_a_role(db, client, login, staff, person, commune, role):
    make_grant(person, role, unit=commune if role is Role.STAFF else None)
    login(client, staff)

    assert "chỉ người quản trị" in client.get(page_of(person)).text
    assert client.post(page_of(person, "/giai-phong-so"), data={"reason": "Nhầm số"}).status_code == 409
    assert client.post(page_of(person, "/lien-ket")).status_code == 409
    assert links(db) == []
    assert person.sign_in_kind == "phone"


def test_nobody_resets_their_own_password_here(db, client, login, staff):
    login(client, staff)

    assert client.post(page_of(staff, "/lien-ket")).status_code == 409
    assert links(db) == []


def test_a_squatted_phone_is_freed_with_a_reason(db, client, login, staff, person):
    login(client, staff)
    path = page_of(person, "/giai-phong-so")

    assert client.post(path, data={"reason": " "}).status_code == 422
    assert person.sign_in_kind == "phone"
    assert client.post(path, data={"reason": "Số của bà Mai"}).status_code == 303
    assert person.sign_in_kind == "code"
    assert rules.name_for_people(person.sign_in_name) in client.get(page_of(person)).text
    assert recent_entries()[0].details == {"reason": "Số của bà Mai"}
    assert client.post(path, data={"reason": "Lần nữa xem sao"}).status_code == 409


def issue_fields(unit, **values):
    fields = {
        "full_name": "Nông Thị Mai",
        "date_of_birth": "01/02/1950",
        "series": unit.series_code,
        "unit": unit.code,
    }
    return fields | values


def test_staff_register_a_person_without_a_phone(db, client, login, staff, commune):
    login(client, staff)
    response = client.post(ISSUE, data=issue_fields(commune))
    account = db.session.scalars(select(Account).where(Account.sign_in_kind == "code")).one()

    assert response.status_code == 200
    assert rules.name_for_people(account.sign_in_name) in response.text
    assert "/dat-lai-mat-khau/" in response.text
    assert (account.full_name, account.unit_id) == ("Nông Thị Mai", commune.id)
    assert links(db) == [account.id]


def test_staff_register_nobody_outside_their_unit(db, client, login, staff, outsider):
    login(client, staff)
    elsewhere = queries.get_unit_of(outsider)

    assert client.post(ISSUE, data=issue_fields(elsewhere)).status_code == 422
    assert links(db) == []


def test_an_administrator_gives_a_role(db, client, login, administrator, person, commune):
    login(client, administrator)
    fields = {
        "phone": "0912 345 678",
        "role": "staff",
        "series": commune.series_code,
        "unit": commune.code,
        "last_day": "31/12/2999",
    }

    assert client.post(ROLES, data=fields).status_code == 303
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == person.id)).one()
    assert (grant.role, grant.unit_id, grant.granted_by) == ("staff", commune.id, administrator.id)
    assert grant.valid_to.isoformat() == "2999-12-31T17:00:00+00:00"
    assert "Hoàng Thị Liên" in client.get(ROLES).text


def test_a_staff_role_may_cover_a_whole_province(db, client, login, administrator, person, commune):
    province = db.session.get(type(commune), commune.parent_id)
    login(client, administrator)
    search = {"phone": "0912345678", "role": "staff", "series": province.series_code}
    page = client.post(ROLES, data=search | {"unit_search": "lang son", "find_units": "1"}).text

    assert f'type="radio" name="unit" value="{province.code}"' in page
    assert client.post(ROLES, data=search | {"unit": province.code}).status_code == 303
    assert queries.live_grants(person.id, clock.now())[0].unit_path == province.path


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"phone": "0900000000", "role": "organiser"}, "Không có tài khoản này."),
        ({"phone": "x", "role": "organiser"}, "Không có tài khoản này."),
        ({"phone": "0912345678", "role": "owner"}, "Bạn hãy chọn vai trò."),
        ({"phone": "0912345678", "role": "staff"}, "Bạn hãy tìm và chọn đơn vị"),
        ({"phone": "0912345678", "role": "staff", "unit": "zzz"}, "Không có đơn vị này."),
        ({"phone": "0912345678", "role": "organiser", "last_day": "01/01/2020"}, "Ngày này đã qua."),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(db, client, login, administrator, person, fields, message):
    login(client, administrator)
    response = client.post(ROLES, data=fields)

    assert response.status_code == 422
    assert message in response.text
    assert queries.live_grants(person.id, clock.now()) == ()


def test_a_role_given_twice_is_refused(client, login, administrator, person):
    login(client, administrator)
    fields = {"phone": "0912345678", "role": "organiser"}

    assert [client.post(ROLES, data=fields).status_code for _ in range(2)] == [303, 409]


def test_a_withdrawn_role_ends_at_once(db, app, client, login, administrator, person):
    grant = make_grant(person, Role.ORGANISER)
    other = app.test_client()
    login(other, person)
    login(client, administrator)
    path = f"{ROLES}/{grant.id}/thu-hoi"

    assert client.post(path).status_code == 303
    assert other.get("/tai-khoan/thiet-bi").status_code == 302
    assert queries.live_grants(person.id, clock.now()) == ()
    assert client.post(path).status_code == 404


def test_an_administrator_keeps_their_own_role(db, client, login, administrator):
    grant = db.session.scalars(select(RoleGrant)).one()
    login(client, administrator)

    assert client.post(f"{ROLES}/{grant.id}/thu-hoi").status_code == 409
    assert grant.valid_to is None


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808", "99999999999999999999999", "１", "1e3"])
def test_a_strange_number_of_a_role_is_not_found(client, login, administrator, number):
    login(client, administrator)

    assert client.post(f"{ROLES}/{number}/thu-hoi").status_code in (404, 405)


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --", "a" * 80, "\\"])
def test_a_search_takes_signs_as_they_are(client, login, staff, person, words):
    login(client, staff)
    response = client.post(PEOPLE, data={"q": words.ljust(2, "%")})

    assert response.status_code == 200
    assert person.public_id not in response.text
