"""Who is on the missing list of a unit; its pages, files and reminders."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db as extension
from app.participation import missing_queries as queries
from app.participation import missing_rules as rules
from app.participation import missing_services as services
from app.participation.jobs import refresh_tallies
from app.participation.missing_jobs import refresh_populations
from app.participation.missing_models import Population
from app.participation.missing_queries import Search
from app.participation.missing_rules import Channel, Show
from app.participation.place_queries import get_place
from app.participation.reminder_models import Reminder
from app.participation.reminder_services import note_reminders
from app.permissions import Grant, Permission, Role
from app.text import fold
from app.units.models import UnitSuccession
from tests.factories import PASSWORD, make_account, make_grant, make_unit
from tests.participation.world import (
    OPENS,
    WEEK,
    enrol,
    enrol_account,
    let_count,
    make_contest,
    make_tree,
    make_week,
    take,
)

NOW = OPENS + WEEK + timedelta(days=2)


class World:
    """Two weeks of a contest in a province of two districts; the second week is open."""

    def __init__(self, db):
        self.province, branches = make_tree()
        (self.district, leaves), (self.other_district, other_leaves) = branches
        self.leaves, self.other_leaf = leaves, other_leaves[0]
        self.contest = make_contest(self.province)
        self.first, self.second = (make_week(self.contest, number) for number in (1, 2))
        self.staff = make_account(self.district, full_name="Thí sinh mẫu Cán Bộ", password=PASSWORD)
        make_grant(self.staff, Role.STAFF, unit=self.district)
        self.went = enrol(self.contest, leaves[0], full_name="Thí sinh mẫu Đã Thi", password=PASSWORD)
        self.late = enrol(self.contest, leaves[0], full_name="Thí sinh mẫu Muộn", password=PASSWORD)
        self.idle = make_account(leaves[1], full_name="=HYPERLINK(1)", sign_in_name="+84912345678")
        self.elsewhere = enrol(self.contest, self.other_leaf, full_name="Thí sinh mẫu Nơi Khác")
        for enrolment, found in ((self.went, self.first), (self.went, self.second), (self.late, self.first)):
            take(enrolment, found, found.opens_at + timedelta(hours=2))
        db.session.commit()
        let_count(NOW)

    def place(self, unit=None):
        unit = unit or self.district
        grant = Grant(Role.STAFF, unit_series=unit.series_code, unit_path=unit.path)
        return get_place(
            (grant,), Permission.PARTICIPATION_READ, self.contest.slug, unit.series_code, unit.code
        )

    def search(self, root=None, found=None, **values):
        place = self.place(root)
        homes = queries.homes_of(place, root or self.district)
        return Search(found or self.second, self.first, homes, **values)

    def names(self, **values):
        return [person.full_name for person in queries.list_missing(self.search(**values)).people]

    def url(self, rest="", unit=None):
        unit = unit or self.district
        return f"/can-bo/cuoc-thi/{self.contest.slug}/{unit.series_code}/{unit.code}/chua-thi{rest}"


@pytest.fixture
def world(db, clock_at):
    clock_at(NOW)
    return World(db)


@pytest.fixture
def staff(world, client, login):
    login(client, world.staff)
    return client


def test_the_list_has_whoever_belongs_and_has_no_valid_attempt(world):
    assert sorted(world.names()) == ["=HYPERLINK(1)", "Thí sinh mẫu Cán Bộ", "Thí sinh mẫu Muộn"]
    assert sorted(world.names(found=world.first)) == ["=HYPERLINK(1)", "Thí sinh mẫu Cán Bộ"]
    assert world.names(root=world.leaves[0]) == ["Thí sinh mẫu Muộn"]


def test_a_person_belongs_where_they_are_enrolled_whatever_their_account_says(world, db):
    moved = make_account(world.other_leaf, full_name="Thí sinh mẫu Chuyển")
    enrol_account(world.contest, moved, world.leaves[0])
    db.session.commit()

    assert "Thí sinh mẫu Chuyển" in world.names()
    assert "Thí sinh mẫu Chuyển" not in world.names(root=world.other_district)


def test_people_who_may_not_take_part_are_left_out(world, db):
    world.idle.disabled_at = NOW
    db.session.commit()

    assert world.names(root=world.leaves[1]) == []


def test_a_merged_person_counts_with_what_either_account_did(world, db):
    merge = AccountMerge(
        kept_id=world.idle.id,
        absorbed_id=world.went.account_id,
        reason="Một người hai tài khoản",
        merged_by=world.staff.id,
        merged_at=NOW,
    )
    db.session.add(merge)
    db.session.commit()
    assert sorted(world.names()) == ["Thí sinh mẫu Cán Bộ", "Thí sinh mẫu Muộn"]

    merge.undone_at = NOW
    db.session.commit()
    assert "=HYPERLINK(1)" in world.names()


@pytest.mark.parametrize("piece", [1, 3, 20_000])
def test_pages_follow_one_another_without_gaps(world, db, monkeypatch, piece):
    monkeypatch.setattr(rules, "PAGE_SIZE", 3)
    monkeypatch.setattr(rules, "PIECE_PEOPLE", piece)
    for number in range(11):
        make_account(world.leaves[number % 2], full_name=f"Thí sinh mẫu {number % 4}")
    db.session.commit()
    services.count_populations(world.contest, now=NOW)
    search, seen, page = world.search(), [], None
    while page is None or page.after:
        start = queries.find_position(search, page.after) if page else None
        page = queries.list_missing(search, start=start)
        assert len(page.people) <= 3
        seen += page.people

    whole = queries.list_missing(world.search()) if piece > 3 else None
    assert len(seen) == len({person.account_id for person in seen}) == 14
    assert [person.account_id for person in seen] == [
        person.account_id for person in queries.all_missing(search)
    ]
    homes = [person.home_id for person in seen]
    assert homes == sorted(homes, key=[home.id for home in search.homes].index)
    assert whole is None or len(whole.people) == 3


def test_a_narrow_search_stops_and_goes_on_where_it_stopped(world, db, monkeypatch):
    monkeypatch.setattr(rules, "PIECES_A_PAGE", 1)
    monkeypatch.setattr(rules, "PIECE_PEOPLE", 1)
    services.count_populations(world.contest, now=NOW)
    db.session.commit()
    page = queries.list_missing(world.search(show=Show.NEVER_SIGNED_IN))

    found, turns = list(page.people), 1
    while page.stopped_at:
        page = queries.list_missing(world.search(show=Show.NEVER_SIGNED_IN), first_path=page.stopped_at.path)
        found, turns = found + list(page.people), turns + 1

    assert [person.full_name for person in found] == ["=HYPERLINK(1)"]
    assert turns > 1


def test_the_list_is_narrowed(world, db):
    note_reminders(
        world.second, world.district, [world.idle.id], Channel.PHONE, actor_id=world.staff.id, now=NOW
    )
    db.session.commit()

    assert world.names(show=Show.REMINDED) == ["=HYPERLINK(1)"]
    assert sorted(world.names(show=Show.NOT_REMINDED)) == ["Thí sinh mẫu Cán Bộ", "Thí sinh mẫu Muộn"]
    assert world.names(show=Show.LAST_ROUND) == ["Thí sinh mẫu Muộn"]
    assert world.names(show=Show.NEVER_SIGNED_IN) == ["=HYPERLINK(1)"]
    found = queries.find_missing(world.search(name=fold("muộn")))
    assert [person.full_name for person in found] == ["Thí sinh mẫu Muộn"]


def test_a_reminder_counts_for_its_own_round(world, db):
    note_reminders(
        world.first, world.district, [world.idle.id], Channel.ZALO, actor_id=world.staff.id, now=NOW
    )
    db.session.commit()

    assert world.names(show=Show.REMINDED) == []


def test_people_of_other_units_cannot_be_marked_or_started_from(world):
    foreign = extension.session.get_one(Account, world.elsewhere.account_id).public_id

    with pytest.raises(NoResultFound):
        queries.members_among(world.search(), [world.idle.public_id, foreign])
    with pytest.raises(NoResultFound):
        queries.find_position(world.search(), foreign)


def test_large_units_are_counted_from_populations_and_tallies(world, db, monkeypatch):
    refresh_tallies()
    refresh_populations()
    exact = queries.count_missing(world.place(), world.district, world.search())
    monkeypatch.setattr(rules, "PIECE_PEOPLE", 1)
    counted = queries.count_missing(world.place(), world.district, world.search())

    assert (exact.people, exact.counted_at) == (3, None)
    assert (counted.people, counted.counted_at is not None) == (3, True)


def test_populations_are_written_anew(world, db):
    services.count_populations(world.contest, now=NOW)
    make_account(world.leaves[1])
    db.session.flush()
    services.count_populations(world.contest, now=NOW)

    rows = dict(db.session.execute(select(Population.unit_id, Population.people)).all())
    assert rows == {
        world.district.id: 1,
        world.leaves[0].id: 2,
        world.leaves[1].id: 2,
        world.other_leaf.id: 1,
    }


def test_a_later_tree_lists_the_people_of_units_that_went_there_whole(world, db):
    new = make_unit(series_code="vn-2025", name="Bắc Sơn", code="06400")
    pairs = ((world.leaves[0], True), (world.leaves[1], None))
    for old, is_whole in pairs:
        db.session.add(UnitSuccession(old_unit_id=old.id, new_unit_id=new.id, is_whole=is_whole))
    db.session.commit()

    homes = queries.homes_of(world.place(new), new)
    assert [home.id for home in homes] == [world.leaves[0].id]


def test_the_page_lists_names_without_scores_and_masks_phones(world, staff):
    page = staff.get(world.url()).text

    assert "Thí sinh mẫu Muộn" in page
    assert "Thí sinh mẫu Đã Thi" not in page
    assert "Thí sinh mẫu Nơi Khác" not in page
    assert "0·· ··· 678" in page
    assert "912345678" not in page
    assert "912 345 678" not in page
    assert "điểm." in page  # only to say that there are none
    assert page.count("điểm") == 1


def test_the_search_by_name_is_a_post_and_finds_only_who_is_missing(world, staff):
    assert "Thí sinh mẫu Muộn" in staff.post(world.url(), data={"q": "muon"}).text
    assert "Không có ai khớp" in staff.post(world.url(), data={"q": "đã thi"}).text
    assert staff.post(world.url(), data={"q": ""}).status_code == 422


def test_chosen_people_are_noted_as_reminded(world, staff, db):
    data = {"people": [world.idle.public_id], "shown": [world.idle.public_id], "channel": "phone"}
    answer = staff.post(world.url("/nhac"), data=data)

    reminder = db.session.scalars(select(Reminder)).one()
    assert answer.status_code == 303
    assert (reminder.account_id, reminder.reminded_by, reminder.channel) == (
        world.idle.id,
        world.staff.id,
        "phone",
    )
    assert "Điện thoại, " in staff.get(answer.location).text


def test_everybody_on_the_page_is_noted_by_one_button(world, staff, db):
    late = db.session.get_one(Account, world.late.account_id).public_id
    data = {"shown": [world.idle.public_id, late], "channel": "zalo", "everybody": "1"}

    assert staff.post(world.url("/nhac"), data=data).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Reminder)) == 2


def test_wrong_reminders_are_refused(world, staff, db):
    foreign = db.session.get_one(Account, world.elsewhere.account_id).public_id

    assert staff.post(world.url("/nhac"), data={"channel": "zalo"}).status_code == 422
    assert staff.post(world.url("/nhac"), data={"people": ["x"], "channel": "zalo"}).status_code == 422
    assert staff.post(world.url("/nhac"), data={"people": [foreign], "channel": "zalo"}).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Reminder)) == 0


def actions(db):
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.details) for entry in entries]


def test_the_message_has_names_and_is_noted(world, staff, db):
    page = staff.post(world.url("/zalo")).text

    assert "- Thí sinh mẫu Muộn" in page
    assert "345" not in page
    assert actions(db) == [
        ("participation.missing_exported", {"unit": world.district.id, "form": "zalo", "people": 3})
    ]


def test_the_printed_list_is_noted(world, staff, db):
    page = staff.post(world.url("/in")).text

    assert "Thí sinh mẫu Muộn" in page
    assert actions(db)[0][1]["form"] == "print"


def test_the_spreadsheet_keeps_texts_as_texts(world, staff, db):
    answer = staff.post(world.url("/xuat.xlsx"))
    sheet = load_workbook(BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))

    assert rows[0] == ("STT", "Họ và tên", "Đơn vị", "Điện thoại hoặc mã tài khoản", "Tuần 1", "Đã nhắc")
    idle = next(row for row in rows if row[1] == "=HYPERLINK(1)")
    assert idle[3] == "0912 345 678"
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} <= {"n", "s"}
    assert [row[4] for row in rows[1:] if row[1] == "Thí sinh mẫu Muộn"] == ["có"]
    assert actions(db)[0][1] == {"unit": world.district.id, "form": "xlsx", "people": 3}
    assert len(rows) == 4


def test_staff_see_their_own_subtree_only(world, staff):
    assert staff.get(world.url()).status_code == 200
    assert staff.get(world.url(unit=world.leaves[0])).status_code == 200
    for foreign in (world.other_district, world.other_leaf, world.province):
        assert staff.get(world.url(unit=foreign)).status_code == 404
        assert staff.post(world.url("/xuat.xlsx", unit=foreign)).status_code == 404
    assert staff.get(world.url(f"?don-vi={world.other_leaf.code}")).status_code == 404
    assert staff.get(world.url(f"?don-vi={world.leaves[1].code}")).status_code == 200


def test_rounds_that_have_not_opened_have_no_list(world, staff, clock_at):
    assert staff.get(world.url("?tuan=3")).status_code == 404
    clock_at(OPENS - timedelta(days=1))
    assert "Cuộc thi chưa mở" in staff.get(world.url()).text


def test_wrong_addresses_are_bad_input(world, staff):
    for rest in ("?tuan=x", "?loc=gi-do", "?sau=khong-co"):
        assert staff.get(world.url(rest)).status_code == 400
