"""People of a place through the pages: help, moves, merges; and own units in the picker."""

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account, Consent
from app.accounts.queries import has_consent
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.enrolments.services import enrol
from app.enrolments.transfer_models import AccountMerge, UnitMove
from app.extensions import db as extension
from app.rosters.models import AssistedSignUp, SlipSheet
from app.units import importer, own_rules, own_services, services
from app.units.models import Unit
from app.units.queries import search_units
from tests import world as worlds
from tests.rosters.conftest import NOW, OPENS, unit_of

PERSON = {
    "full_name": "Thí sinh mẫu Cụ Bà",
    **{"date_of_birth_day": "5", "date_of_birth_month": "9", "date_of_birth_year": "1941"},
    **{
        "gender": "",
        "unit": "06325",
        "asked_by": "Con gái của người dự thi",
        "consent_way": "read_aloud",
        "agreed": "y",
    },
}
REASON = "Chọn nhầm đơn vị khi đăng ký"


@pytest.fixture
def pair(world, db):
    """Two accounts with one name and birth date; the second has taken part."""
    one, other = (worlds.make_person(world.unit_id, OPENS) for _ in range(2))
    found = db.session.get_one(Round, world.round_id)
    enrol(other, found, None, now=NOW)
    db.session.commit()
    return one, other


def test_help_is_written_down_with_the_consent(desk, place, db, staff):
    assert desk.post(place("dang-ky-giup"), data=PERSON).status_code == 303

    account = db.session.scalars(select(Account).where(Account.full_name == PERSON["full_name"])).one()
    helped = db.session.scalars(select(AssistedSignUp)).one()
    assert (account.sign_in_kind, account.password_hash) == ("code", None)
    assert (helped.account_id, helped.helper_id, helped.asked_by, helped.consent_way) == (
        *(account.id, staff.id, PERSON["asked_by"], "read_aloud"),
    )
    assert has_consent(account.id, "participation") and not has_consent(account.id, "publication")
    assert db.session.scalars(select(SlipSheet)).one().account_ids == [account.id]
    assert desk.post(place("dang-ky-giup"), data=PERSON).status_code == 409
    assert PERSON["asked_by"] in desk.get(place("dang-ky-giup")).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"agreed": None}, "Chưa có sự đồng ý"),
        ({"consent_way": None}, "Bạn hãy chọn một cách."),
        ({"asked_by": " "}, "Bạn hãy ghi ai nhờ."),
        ({"unit": "20"}, "Bạn hãy chọn một đơn vị"),
        ({"date_of_birth_year": "2012"}, "cần cha, mẹ hoặc người giám hộ đồng ý"),
    ],
)
def test_help_without_what_it_needs_is_refused(desk, place, db, wrong, words):
    values = {name: value for name, value in (PERSON | wrong).items() if value is not None}

    answer = desk.post(place("dang-ky-giup"), data=values)

    assert answer.status_code == 422 and words in answer.text
    assert db.session.scalars(select(Consent).where(Consent.account_id > 10_000)).all() == []
    assert db.session.scalars(select(AssistedSignUp)).all() == []


def test_several_people_move_at_once(desk, place, db, pair, sibling):
    ids = [one.public_id for one in pair]
    values = {"people": ids, "unit": sibling.code, "reason": REASON}

    assert desk.post(place("nguoi-du-thi/chuyen"), data=values).status_code == 303

    db.session.expire_all()
    assert {one.unit_id for one in pair} == {sibling.id}
    move = db.session.scalars(select(UnitMove)).one()
    assert move.reason == REASON
    assert REASON in desk.get(place(f"nguoi-du-thi/{ids[1]}")).text
    assert desk.post(place("nguoi-du-thi/chuyen"), data=values).status_code == 409


def test_nobody_outside_the_place_is_found_or_moved(desk, place, db, pair, sibling, login, app):
    one = pair[0]
    for code, known in (("185", True), ("06325", True), ("06328", False)):
        found = desk.post(place("nguoi-du-thi", code), data={"q": one.sign_in_name}).text
        assert (one.public_id in found) == known
    values = {"people": [one.public_id], "unit": "06328", "reason": REASON}
    assert desk.post(place("nguoi-du-thi/chuyen", "06328"), data=values).status_code == 400
    assert desk.get(place(f"nguoi-du-thi/{one.public_id}", "06328")).status_code == 404
    outside = values | {"unit": "20"}
    assert desk.post(place("nguoi-du-thi/chuyen"), data=outside).status_code == 422


@pytest.mark.usefixtures("verified")
def test_twins_are_offered_merged_and_given_back(desk, place, db, pair):
    one, other = pair
    listed = desk.get(place("tai-khoan-trung")).text
    assert one.public_id in listed and other.public_id in listed
    side_by_side = desk.get(place(f"tai-khoan-trung/{one.public_id}") + f"?voi={other.public_id}")
    assert side_by_side.text.count("Đăng ký lúc") == 2

    values = {"kept": one.public_id, "absorbed": other.public_id, "reason": "Đã hỏi chính người dự thi"}
    assert desk.post(place(f"tai-khoan-trung/{one.public_id}"), data=values).status_code == 303
    db.session.expire_all()
    assert other.disabled_at is not None
    assert "Đã hỏi chính người dự thi" in desk.get(place("tai-khoan-trung")).text

    undoing = place(f"tai-khoan-trung/{other.public_id}/hoan-tac")
    assert desk.post(undoing, data={"reason": ""}).status_code == 422
    assert desk.post(undoing, data={"reason": "Hai người khác nhau"}).status_code == 303
    db.session.expire_all()
    assert other.disabled_at is None
    merge = db.session.scalars(select(AccountMerge)).one()
    assert (merge.undo_reason, merge.undone_at is not None) == ("Hai người khác nhau", True)


def test_an_own_unit_is_found_by_those_who_look_for_it(desk, place, db, commune):
    values = {"name": "trường THCS Bắc Quỳnh", "kind": "trường học", "parent": "06325"}

    assert desk.post(place("don-vi"), data=values).status_code == 303

    school = unit_of("06325-1")
    assert (school.full_name, school.path) == ("Trường THCS Bắc Quỳnh", f"{commune.path}06325-1/")
    assert (school.is_leaf, school.depth, school.parent_id) == (True, commune.depth + 1, commune.id)
    db.session.refresh(commune)
    assert commune.is_leaf
    assert [unit.id for unit in search_units("vn-2024", "truong thcs")] == ["06325-1"]
    assert "06325" in [unit.id for unit in search_units("vn-2024", "bac quynh")]
    assert desk.post(place("don-vi"), data=values).status_code == 409

    assert desk.post(place("don-vi/ten", "06325-1"), data={"name": "Trường Tiểu học"}).status_code == 303
    assert [unit.id for unit in search_units("vn-2024", "tieu hoc")] == ["06325-1"]
    assert desk.post(place("don-vi/dong", "06325-1")).status_code == 303
    assert search_units("vn-2024", "tieu hoc") == []
    assert desk.post(place("don-vi/mo-lai", "06325-1")).status_code == 303
    assert len(search_units("vn-2024", "tieu hoc")) == 1


def test_territorial_units_are_not_changed_here(desk, place, db):
    for act in ("ten", "dong", "mo-lai"):
        answer = desk.post(place(f"don-vi/{act}"), data={"name": "Tên khác"} if act == "ten" else {})
        assert answer.status_code == 409
    assert unit_of("185").full_name == "Huyện Bắc Sơn"


def test_importing_the_national_trees_leaves_own_units_alone(app, db, staff_account):
    national = importer.read_national_units()
    services.import_units(national.trees, national.successions, now=NOW)
    commune = unit_of_series("vn-2024", "06325")
    school = own_services.add_unit(
        commune, "trường học", "Trường mẫu", actor_id=staff_account.id, now=NOW, today=NOW.date()
    )
    before = (school.path, school.is_leaf, commune.is_leaf, school.full_name)

    again = services.import_units(national.trees, national.successions, now=NOW)

    db.session.expire_all()
    assert (again.new, again.changed, again.absent) == (0, 0, 0)
    assert (school.path, school.is_leaf, commune.is_leaf, school.full_name) == before


@pytest.fixture
def staff_account(app, db):
    worlds.make_units("own")
    return worlds.make_person(db.session.scalars(select(Unit.id).where(Unit.is_leaf)).first(), OPENS)


def unit_of_series(series, code):
    return extension.session.scalars(select(Unit).where(Unit.series_code == series, Unit.code == code)).one()


@pytest.mark.parametrize(
    ("taken", "code"), [([], "06325-1"), (["06325-1"], "06325-2"), (["06325-9", "06325-10"], "06325-11")]
)
def test_codes_go_on(taken, code):
    assert own_rules.next_code("06325", taken) == code


@pytest.mark.parametrize("name", ["", "ab", "x" * 81, "1 trường", "(mẫu)"])
def test_names_that_are_none_are_refused(name):
    with pytest.raises(ValueError, match="Tên đơn vị"):
        own_rules.unit_name(name)


def test_somebody_in_an_own_unit_counts_for_the_units_above(desk, place, db, pair, world):
    desk.post(place("don-vi"), data={"name": "Trường mẫu", "kind": "trường học", "parent": "06325"})
    values = {"people": [pair[1].public_id], "unit": "06325-1", "reason": REASON}
    assert desk.post(place("nguoi-du-thi/chuyen"), data=values).status_code == 303

    db.session.expire_all()
    enrolment = db.session.scalars(select(Enrolment).where(Enrolment.account_id == pair[1].id)).one()
    assert enrolment.unit_id == unit_of("06325-1").id
    above = select(func.count()).select_from(Enrolment).join(Unit, Unit.id == Enrolment.unit_id)
    assert db.session.scalar(above.where(Unit.path.startswith(unit_of("06325").path))) == 1
