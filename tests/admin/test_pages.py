"""Roles by contest, locking, a lost second factor, the audit trail: what administrators do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.accounts import factor_services, queries, services
from app.accounts.models import RoleGrant, Session
from app.audit.queries import recent_entries
from app.audit.services import record
from app.permissions import Role
from tests import world as worlds
from tests.accounts.test_second_factor import give_factor
from tests.factories import EPOCH, PASSWORD, make_account, make_grant

ROLES = "/quan-tri/quyen"
PEOPLE = "/quan-tri/nguoi-dung"
AUDIT = "/quan-tri/nhat-ky"
REASON = {"reason": "Theo đề nghị của đơn vị"}
ACTS = ("khoa", "mo-khoa", "dat-lai-hai-lop")


@pytest.fixture
def contest(db, administrator):
    worlds.make_units("vn-2024")
    found = worlds.make_contest(administrator.id, EPOCH)
    db.session.commit()
    return found


@pytest.mark.parametrize("role", [None, Role.STAFF, Role.ORGANISER])
def test_nobody_else_opens_these_pages(db, app, login, commune, person, role):
    visitor = make_account(commune)
    if role:
        make_grant(visitor, role, unit=commune if role is Role.STAFF else None)
    browser = app.test_client()
    login(browser, visitor)
    own = f"{PEOPLE}/{person.public_id}"
    answers = [browser.get(path) for path in (ROLES, f"{ROLES}/bang", PEOPLE, own, AUDIT, f"{AUDIT}/moc")]
    answers += [browser.post(f"{own}/{act}", data=REASON) for act in ACTS]

    assert {answer.status_code for answer in answers} == {403}
    assert person.disabled_at is None


def test_an_organiser_of_one_contest(db, client, administrator, person, contest):
    fields = {"phone": "0912 345 678", "role": "organiser", "contest": contest.slug}

    assert client.post(ROLES, data=fields).status_code == 303
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == person.id)).one()
    assert (grant.contest_id, grant.unit_id) == (contest.id, None)
    assert contest.name in client.get(ROLES).text


def test_a_contest_that_is_not_there_is_refused(client, administrator, person):
    response = client.post(ROLES, data={"phone": "0912345678", "role": "organiser", "contest": "khong-co"})

    assert response.status_code == 422
    assert "Bạn hãy chọn một cuộc thi trong danh sách." in response.text
    assert queries.live_grants(person.id, clock.now()) == ()


def test_nobody_gives_a_role_to_themself(db, client, administrator):
    fields = {"phone": administrator.sign_in_name, "role": "organiser"}

    assert client.post(ROLES, data=fields).status_code == 409
    assert len(db.session.scalars(select(RoleGrant)).all()) == 1


def test_the_list_narrows_by_name_and_role(client, administrator, person, commune):
    make_grant(person, Role.ORGANISER)
    found = client.post(f"{ROLES}/tim", data={"q": "hoang thi", "held_role": "organiser"}).text
    other = client.post(f"{ROLES}/tim", data={"q": "hoang thi", "held_role": "staff"}).text

    assert person.public_id in found
    assert administrator.public_id not in found
    assert person.public_id not in other


def test_roles_that_are_over_are_kept_apart(client, administrator, person):
    make_grant(person, Role.ORGANISER, valid_to=clock.now() - timedelta(days=1))

    assert person.public_id not in client.get(ROLES).text
    assert person.public_id in client.get(f"{ROLES}?het-han=1").text


def test_a_person_s_page_says_what_they_may_do_and_why(client, administrator, person, contest):
    make_grant(person, Role.ORGANISER, contest_id=contest.id)
    make_grant(person, Role.STAFF, unit=queries.get_unit_of(person), valid_to=EPOCH + timedelta(days=1))
    page = client.get(f"{PEOPLE}/{person.public_id}").text

    assert f"Ban Tổ chức: {contest.name}" in page
    assert "Soạn và sửa câu hỏi" in page
    assert "Giúp người dự thi vào tài khoản" not in page
    assert "(đã hết)" in page


def test_locking_and_unlocking(db, app, client, login, administrator, person):
    other = app.test_client()
    login(other, person)
    path = f"{PEOPLE}/{person.public_id}"

    assert client.post(f"{path}/khoa", data={"reason": " "}).status_code == 422
    assert client.post(f"{path}/khoa", data=REASON).status_code == 303
    assert other.get("/tai-khoan").status_code == 302
    assert client.post(f"{path}/khoa", data=REASON).status_code == 409
    assert "đang bị khoá" in client.get(path).text
    assert client.post(f"{path}/mo-khoa", data=REASON).status_code == 303
    assert client.post(f"{path}/mo-khoa", data=REASON).status_code == 409
    signed_in = other.post("/dang-nhap", data={"phone": "0912345678", "password": PASSWORD})
    assert signed_in.status_code == 303
    acts = [(entry.action, entry.details) for entry in recent_entries(2)]
    assert acts == [("account.enabled", REASON), ("account.disabled", REASON)]


@pytest.mark.parametrize("act", ["khoa", "dat-lai-hai-lop"])
def test_nobody_locks_or_resets_themself(client, administrator, act):
    assert client.post(f"{PEOPLE}/{administrator.public_id}/{act}", data=REASON).status_code == 409
    assert administrator.disabled_at is None


def test_a_lost_second_factor_is_reset(db, app, client, login, administrator, person):
    make_grant(person, Role.ORGANISER)
    give_factor(person)
    path = f"{PEOPLE}/{person.public_id}/dat-lai-hai-lop"

    assert client.post(path, data=REASON).status_code == 303
    assert queries.find_factor(person.id) is None
    live = select(Session).where(Session.account_id == person.id, Session.ended_at.is_(None))
    assert db.session.scalars(live).all() == []
    assert recent_entries()[0].action == "account.second_factor_reset"
    assert client.post(path, data=REASON).status_code == 409


def test_sensitive_acts_want_the_factor_shown_lately(db, client, administrator, person):
    give_factor(administrator)
    session = db.session.scalars(select(Session).where(Session.account_id == administrator.id)).one()
    session.ended_at = None
    db.session.commit()
    fields = {"phone": "0912345678", "role": "organiser"}
    assert client.get(ROLES).status_code == 200

    response = client.post(ROLES, data=fields)
    assert (response.status_code, response.location) == (303, "/tai-khoan/xac-thuc-hai-lop/ma")
    assert queries.live_grants(person.id, clock.now()) == ()
    factor_services.mark_session(administrator.id, session.token_hash, now=clock.now())
    db.session.commit()
    client.post(ROLES, data=fields)
    assert len(queries.live_grants(person.id, clock.now())) == 1


@pytest.fixture
def trail(db, administrator, person, contest):
    """Three acts on three days."""
    for days, action, subject in (
        (0, "account.disabled", services.subject(person)),
        (1, "contests.updated", f"contest:{contest.id}"),
        (2, "account.enabled", services.subject(person)),
    ):
        record(
            action, actor_id=administrator.id, subject=subject, now=EPOCH + timedelta(days=days), reason="Thử"
        )
    db.session.commit()


def shown(client, **arguments):
    """The acts on the page, in order."""
    page = client.get(AUDIT, query_string=arguments).text.partition("<ol")[2]
    names = {"Khoá tài khoản": "off", "Sửa cuộc thi": "edit", "Mở khoá tài khoản": "on"}
    places = {page.find(f"<strong>{name}</strong>"): short for name, short in names.items()}
    return [places[place] for place in sorted(places) if place >= 0]


def test_the_newest_act_comes_first(client, trail):
    assert shown(client) == ["on", "edit", "off"]


@pytest.mark.parametrize(
    ("arguments", "acts"),
    [
        ({"viec": "contests.updated"}, ["edit"]),
        ({"cuoc-thi": "dan-van-kheo"}, ["edit"]),
        ({"cuoc-thi": "khong-co"}, []),
        ({"ngay": "02/01/2024"}, ["off"]),
        ({"ngay": "04/01/2024", "viec": "account.enabled"}, ["on"]),
        ({"ngay": "05/01/2024"}, []),
        ({"nguoi": "khong-co"}, []),
        ({"truoc": "3"}, ["edit", "off"]),
    ],
)
def test_filters(client, trail, arguments, acts):
    last = recent_entries()[0].id
    shift = {"truoc": str(last)} if "truoc" in arguments else {}

    assert shown(client, **(arguments | shift)) == acts


def test_filters_by_person(client, trail, administrator, person):
    assert shown(client, nguoi=administrator.public_id) == ["on", "edit", "off"]
    assert shown(client, ve=f"account:{person.public_id}") == ["on", "off"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [({"ngay": "31/02/2024"}, 422), ({"ngay": "x"}, 422), ({"viec": "x"}, 400), ({"truoc": "x"}, 400)],
)
def test_filters_that_make_no_sense(client, administrator, arguments, status):
    assert client.get(AUDIT, query_string=arguments).status_code == status


def test_the_anchor_says_how_far_the_chain_holds(client, trail):
    page = client.get(f"{AUDIT}/moc").text

    assert "Chuỗi nguyên vẹn" in page
    assert recent_entries()[0].digest in page
