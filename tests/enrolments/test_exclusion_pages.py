"""The page of the exclusion list, through HTTP."""

import pytest
from sqlalchemy import select

from app.contests.models import Contest, Round
from app.enrolments import exclusion_services as services
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.exclusion_rules import Kind, Mode
from app.permissions import Role
from tests import world as worlds
from tests.factories import make_grant
from tests.ranking.conftest import NOON, OPENS

ENTRY = services.Entry(Mode.NOT_RANKED, Kind.COMMITTEE)


@pytest.fixture
def world(app, clock_at):
    clock_at(NOON)
    return worlds.make_world(OPENS)


@pytest.fixture
def address(world):
    return f"/ban-to-chuc/cuoc-thi/{world.slug}/danh-sach-loai-tru"


@pytest.fixture
def organiser(db, world, client, login):
    """Signed in; holds this one contest."""
    found = worlds.make_person(world.unit_id, OPENS)
    make_grant(found, Role.ORGANISER, contest_id=world.contest_id)
    login(client, found)
    return found


@pytest.fixture
def person(db, world):
    found = worlds.make_person(world.unit_id, OPENS)
    found.full_name, found.search, found.sign_in_name = "Nông Thị Mẫu", "nong thi mau", "+84912345678"
    db.session.commit()
    return found


def fields(account, **values):
    return {"q": "nong thi mau", "person": account.public_id, "kind": "committee", "mode": "barred"} | values


def entries(db):
    return db.session.scalars(select(Exclusion).order_by(Exclusion.id)).all()


def test_a_search_tells_name_unit_and_a_masked_number(client, address, organiser, person):
    text = client.post(f"{address}/tim", data={"q": "nong thi mau"}).text

    assert "Nông Thị Mẫu" in text
    assert "Xã Bắc Quỳnh" in text
    assert "0912 *** 678" in text
    assert "345" not in text.partition("Nông Thị Mẫu")[2].partition("</label>")[0]


def test_a_person_is_barred_in_one_step_after_the_search(db, client, address, organiser, person, world):
    response = client.post(f"{address}/them", data=fields(person))
    (entry,) = entries(db)

    assert response.status_code == 303
    assert (entry.account_id, entry.mode, entry.kind) == (person.id, "barred", "committee")
    assert (entry.listed_by, entry.first_round) == (organiser.id, 1)
    assert "Không được dự thi" in client.get(address).text


def test_a_number_that_nobody_registered(db, client, address, organiser):
    text = client.post(f"{address}/tim", data={"q": "0987 654 321"}).text
    assert 'value="+84987654321"' in text

    sent = {"q": "0987 654 321", "person": "+84987654321", "kind": "author", "mode": "not_ranked"}
    assert client.post(f"{address}/them", data=sent).status_code == 303
    (entry,) = entries(db)
    assert (entry.account_id, entry.phone) == (None, "+84987654321")
    shown = client.get(address).text
    assert "0987 *** 321" in shown
    assert "84987654321" not in shown


def test_a_registered_number_lists_its_person(db, client, address, organiser, person):
    client.post(f"{address}/them", data=fields(person, person="+84912345678"))

    assert [(entry.account_id, entry.phone) for entry in entries(db)] == [(person.id, None)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "relative", "relation": " "}, "Bạn hãy ghi rõ: là gì của ai, hoặc lý do."),
        ({"kind": "boss"}, "Bạn hãy chọn người này là ai."),
        ({"mode": "banned"}, "Bạn hãy chọn một mức."),
        ({"person": ""}, "Bạn hãy chọn một người."),
        ({"relation": "x" * 161}, "Bạn viết dài quá"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(
    db, client, address, organiser, person, values, message
):
    response = client.post(f"{address}/them", data=fields(person, relation="con của Trưởng Ban") | values)

    assert response.status_code == 422
    assert message in response.text
    assert person.public_id in response.text
    assert entries(db) == []


def test_somebody_unknown_is_not_found(db, client, address, organiser, person):
    assert client.post(f"{address}/them", data=fields(person, person="0" * 32)).status_code == 404
    assert entries(db) == []


def test_a_suggestion_is_taken_by_one_button(db, client, address, organiser, world):
    author = db.session.scalars(select(Round.scheduled_by)).first()
    suggested = db.session.get_one(worlds.Account, author)
    assert suggested.public_id in client.get(address).text

    sent = {"person": suggested.public_id, "kind": "author", "mode": "barred"}
    assert client.post(f"{address}/them", data=sent).status_code == 303
    assert [entry.account_id for entry in entries(db)] == [author]


def test_taking_off_needs_a_reason(db, client, address, organiser, person):
    client.post(f"{address}/them", data=fields(person))
    (entry,) = entries(db)
    path = f"{address}/{entry.id}/bo"

    assert client.post(path, data={"reason": " "}).status_code == 422
    assert entry.removed_at is None
    assert client.post(path, data={"reason": "Ghi nhầm người"}).status_code == 303
    db.session.refresh(entry)
    assert (entry.removed_by, entry.removal_reason) == (organiser.id, "Ghi nhầm người")
    assert "Ghi nhầm người" in client.get(address).text
    assert client.post(path, data={"reason": "Ghi nhầm người"}).status_code == 409


def test_a_line_of_another_contest_does_not_exist(db, client, address, organiser, world):
    other = worlds.make_contest(organiser.id, OPENS, slug="cuoc-thi-khac")
    entry = services.list_phone(other, "+84987654321", ENTRY, actor_id=organiser.id, now=NOON)
    db.session.commit()

    assert client.post(f"{address}/{entry.id}/bo", data={"reason": "Ghi nhầm người"}).status_code == 404
    assert client.get(address.replace(world.slug, other.slug)).status_code == 404


def test_frozen_rounds_are_told_about(db, client, address, organiser, person, world):
    db.session.get_one(Round, world.round_id).frozen_at = NOON
    db.session.commit()
    client.post(f"{address}/them", data=fields(person))
    shown = client.get(address).text

    assert entries(db)[0].first_round == 2
    assert "Áp dụng từ tuần 2" in shown
    assert "không tự đổi" in shown


def test_the_round_page_tells_a_barred_person(db, app, login, world, person):
    contest = db.session.get_one(Contest, world.contest_id)
    entry = services.Entry(Mode.BARRED, Kind.COMMITTEE)
    services.list_account(contest, person, entry, actor_id=person.id, now=NOON)
    browser = app.test_client()
    login(browser, person)
    path = f"/cuoc-thi/{world.slug}/tuan/1"

    assert "không được dự thi" in browser.get(path).text
    response = browser.post(f"{path}/luot-thi")
    assert response.status_code == 409
    assert "không được dự thi" in response.text
