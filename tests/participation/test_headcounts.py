"""Headcounts of a tree: what holds on a day, second persons, races, spreadsheets, targets, what is to do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from threading import Barrier

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from app.audit.models import AuditEntry
from app.errors import DomainError
from app.participation import declaration_queries, headcount_services
from app.participation import headcount_rules as rules
from app.participation.headcount_models import Headcount, HeadcountDecision, Target
from app.participation.headcount_queries import headcounts_on, targets_of
from app.participation.missing_rules import Channel
from app.participation.place_queries import get_place
from app.participation.reminder_services import note_reminders
from app.participation.tally_services import tally_round
from app.participation.todo_queries import find_todo, units_over
from app.permissions import Grant, Permission, Role
from app.units.models import Unit
from tests.factories import make_account, make_grant
from tests.isolation import from_outside
from tests.participation.world import OPENS, WEEK, enrol, let_count, make_contest, make_tree, make_week, take

NOW = OPENS + timedelta(days=2)
DAY = date(2024, 3, 20)
TODAY = date(2024, 3, 27)


class World:
    def __init__(self, db):
        self.province, branches = make_tree()
        (self.district, (self.first, self.second)), (self.other, (self.foreign, _)) = branches
        self.contest = make_contest(self.province)
        self.week = make_week(self.contest, 1)
        self.clerk = make_account(self.first, full_name="Thí sinh mẫu Xã")
        self.chief = make_account(self.district, full_name="Thí sinh mẫu Huyện")
        self.top = make_account(self.province, full_name="Thí sinh mẫu Tỉnh")
        for person, unit in (
            (self.clerk, self.first),
            (self.chief, self.district),
            (self.top, self.province),
        ):
            make_grant(person, Role.STAFF, unit=unit)
        db.session.commit()

    def grants(self, unit):
        return (Grant(Role.STAFF, unit_series=unit.series_code, unit_path=unit.path),)

    def declare(self, unit, people, day=DAY, by=None):
        actor = by or self.clerk
        return headcount_services.declare(unit, people, day, "", actor_id=actor.id, now=NOW)

    def decide(self, found, *, by=None, at=None, approves=True):
        unit = at or self.province
        headcount_services.decide(
            unit,
            found.id,
            approves=approves,
            reason="" if approves else "Số không khớp",
            grants=self.grants(unit),
            actor_id=(by or self.top).id,
            now=NOW,
        )

    def approve(self, unit, people, day=DAY):
        found = self.declare(unit, people, day)
        self.decide(found)
        return found

    def on(self, day=TODAY):
        units = [self.province, self.district, self.first, self.second, self.other]
        known = headcounts_on(units, day)
        return [known.get(unit.id) for unit in units]

    def place(self, unit):
        return get_place(
            self.grants(unit), Permission.HEADCOUNTS_EDIT, self.contest.slug, unit.series_code, unit.code
        )

    def url(self, unit, rest=""):
        return f"/can-bo/cuoc-thi/{self.contest.slug}/{unit.series_code}/{unit.code}/quan-so{rest}"


@pytest.fixture
def world(db, clock_at):
    clock_at(NOW)
    return World(db)


def test_only_what_was_approved_counts(world):
    found = world.declare(world.first, 100)
    assert world.on() == [None, None, None, None, None]

    world.decide(found)
    assert world.on() == [100, 100, 100, None, None]


def test_a_unit_s_own_number_stands_for_all_below_it(world):
    world.approve(world.first, 100)
    world.approve(world.second, 50)
    assert world.on() == [150, 150, 100, 50, None]

    world.approve(world.district, 400)
    world.approve(world.foreign, 7)
    assert world.on() == [407, 400, 100, 50, 7]


def test_the_newest_day_counts_and_among_equals_what_was_said_last(world):
    world.approve(world.first, 100)
    world.approve(world.first, 120, date(2024, 3, 26))
    world.approve(world.first, 130, date(2024, 3, 26))
    world.approve(world.first, 200, TODAY + timedelta(days=1))

    assert headcounts_on([world.first], date(2024, 3, 19)) == {}
    assert headcounts_on([world.first], date(2024, 3, 25)) == {world.first.id: 100}
    assert headcounts_on([world.first], TODAY) == {world.first.id: 130}
    assert headcounts_on([world.first], TODAY + timedelta(days=1)) == {world.first.id: 200}


def test_a_second_person_above_the_unit_decides(world):
    found = world.declare(world.first, 100)
    with pytest.raises(rules.NotSuperior):
        world.decide(found, by=world.chief, at=world.first)
    with pytest.raises(rules.SecondPersonNeeded):
        world.decide(found, by=world.clerk, at=world.province)
    with pytest.raises(NoResultFound):
        world.decide(found, by=world.chief, at=world.other)

    world.decide(found, by=world.chief, at=world.district)
    with pytest.raises(rules.AlreadyDecided):
        world.decide(found)


def test_whoever_declared_may_take_it_back(world):
    found = world.declare(world.first, 100)
    world.decide(found, by=world.clerk, at=world.first, approves=False)

    assert declaration_queries.waiting_below(world.district) == []
    assert world.on() == [None] * 5


def test_the_same_is_not_declared_twice(world):
    world.declare(world.first, 100)
    with pytest.raises(rules.NothingNew):
        world.declare(world.first, 100)
    with pytest.raises(rules.NothingNew):
        world.declare(world.first, 100, DAY + timedelta(days=1))


def test_a_refused_number_may_be_declared_again(world):
    world.decide(world.declare(world.first, 100), approves=False)

    assert world.declare(world.first, 100).people == 100


def test_what_was_declared_anew_waits_no_longer(world):
    old = world.declare(world.first, 100)
    new = world.declare(world.first, 110)

    assert [line.headcount.id for line in declaration_queries.waiting_below(world.province)] == [new.id]
    assert declaration_queries.count_waiting(world.district) == 1
    assert declaration_queries.count_waiting(world.other) == 0
    with pytest.raises(rules.Superseded):
        world.decide(old)


@pytest.mark.postgresql_only
def test_two_people_who_decide_at_once_make_one_decision(world, db, app):
    found_id, unit_id, actors = (
        world.declare(world.first, 100).id,
        world.district.id,
        (world.top, world.chief),
    )
    grants, actor_ids = world.grants(world.district), [actor.id for actor in actors]
    db.session.commit()
    start = Barrier(2)

    def decide(actor_id):
        with app.app_context():
            start.wait()
            unit = db.session.get_one(Unit, unit_id)
            try:
                headcount_services.decide(
                    unit, found_id, approves=True, reason="", grants=grants, actor_id=actor_id, now=NOW
                )
                db.session.commit()
            except DomainError as refusal:
                db.session.rollback()
                return type(refusal)
            return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = from_outside(lambda: list(pool.map(decide, actor_ids)))

    assert sorted(outcomes, key=str) == sorted([None, rules.AlreadyDecided], key=str)
    assert db.session.scalar(select(func.count()).select_from(HeadcountDecision)) == 1


def test_targets_are_set_where_they_differ_and_lifted(world, db):
    units = [world.first, world.second]

    def set_to(first, second):
        people = {world.first.id: first, world.second.id: second}
        return headcount_services.set_targets(world.contest, units, people, actor_id=world.chief.id, now=NOW)

    assert set_to(80, 40) == 2
    assert set_to(80, 45) == 1
    assert targets_of(world.contest.id, [world.district, *units]) == {
        world.district.id: 125,
        world.first.id: 80,
        world.second.id: 45,
    }
    assert set_to(None, 45) == 1
    assert targets_of(world.contest.id, [world.district, *units]) == {
        world.district.id: 45,
        world.second.id: 45,
    }
    assert set_to(None, 45) == 0
    assert db.session.scalar(select(func.count()).select_from(Target)) == 4


@pytest.fixture
def chief(world, client, login):
    login(client, world.chief)
    return client


def declaration(unit, people, **values):
    defaults = {"valid_from_day": "20", "valid_from_month": "3", "valid_from_year": "2024", "note": ""}
    return {"unit": unit.code, "people": people, **defaults, **values}


def test_a_declaration_waits_until_a_superior_approves(world, chief, client, login, db):
    answer = chief.post(world.url(world.district), data=declaration(world.first, "1.234"))
    assert answer.status_code == 303
    page = chief.get(world.url(world.district)).text
    assert "Chờ duyệt: 1 đơn vị" in page
    found = db.session.scalars(select(Headcount)).one()
    own = {"chosen": [str(found.id)], "verdict": "approve", "reason": ""}
    assert chief.post(world.url(world.district, "/quyet-dinh"), data=own).status_code == 409

    login(client, world.top)
    assert client.post(world.url(world.province, "/quyet-dinh"), data=own).status_code == 303
    page = client.get(world.url(world.district)).text
    assert "Chờ duyệt" not in page
    assert "1.234" in page
    assert "Thí sinh mẫu Huyện khai, Thí sinh mẫu Tỉnh duyệt" in page
    actions = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["headcounts.declared", "headcounts.approved"]


def test_wrong_declarations_are_told_beside_the_box(world, chief, db):
    for data, message in (
        (declaration(world.first, "nhiều"), "Bạn hãy ghi một số từ 1 đến 10000000."),
        (declaration(world.first, ""), "Bạn hãy ghi quân số."),
        (declaration(world.first, "5", valid_from_year="1824"), "Ngày này quá xa: bạn hãy xem lại năm."),
        (declaration(world.foreign, "5"), "Bạn hãy chọn một đơn vị trong danh sách."),
    ):
        answer = chief.post(world.url(world.district), data=data)
        assert answer.status_code == 422
        assert message in answer.text
    assert db.session.scalar(select(func.count()).select_from(Headcount)) == 0


def test_a_repeated_declaration_is_told(world, chief):
    chief.post(world.url(world.district), data=declaration(world.first, "100"))
    answer = chief.post(world.url(world.district), data=declaration(world.first, "100"))

    assert answer.status_code == 422
    assert "Quân số này đã được khai đúng như vậy." in answer.text


def test_a_refusal_needs_a_reason_and_a_choice(world, chief, db):
    found = world.declare(world.first, 100)
    db.session.commit()
    url = world.url(world.district, "/quyet-dinh")

    for data in (
        {"verdict": "refuse", "reason": "Số không khớp"},
        {"verdict": "refuse", "chosen": [found.id]},
    ):
        assert chief.post(url, data=data).status_code == 422
    data = {"verdict": "refuse", "chosen": [found.id], "reason": "Số không khớp"}
    assert chief.post(url, data=data).status_code == 303
    assert "không duyệt: Số không khớp" in chief.get(world.url(world.district)).text


def test_decisions_stay_inside_the_subtree(world, chief, db):
    found = world.declare(world.foreign, 100)
    db.session.commit()
    data = {"verdict": "approve", "chosen": [found.id], "reason": ""}

    assert chief.post(world.url(world.district, "/quyet-dinh"), data=data).status_code == 404
    for rest in ("", "/chi-tieu", "/nhap", "/nhap/mau.xlsx"):
        assert chief.get(world.url(world.foreign, rest)).status_code == 404
        assert chief.get(world.url(world.first, rest)).status_code == 200


def test_targets_are_set_on_their_page(world, chief, db):
    url = world.url(world.district, "/chi-tieu")
    data = {f"don-vi-{world.first.code}": "1.200", f"don-vi-{world.second.code}": ""}

    assert chief.post(url, data=data).status_code == 303
    assert targets_of(world.contest.id, [world.first]) == {world.first.id: 1200}
    assert 'value="1200"' in chief.get(url).text
    assert chief.post(url, data={f"don-vi-{world.first.code}": "x"}).status_code == 422
    assert chief.post(url, data={f"don-vi-{world.foreign.code}": "5"}).status_code == 400
    assert chief.post(url, data={f"don-vi-{world.district.code}": "5"}).status_code == 400


def filled(template, numbers):
    """The downloaded template with numbers written into its last column."""
    book = load_workbook(BytesIO(template))
    sheet = book.active
    for row in sheet.iter_rows(min_row=2):
        if row[0].value in numbers:
            row[4].value = numbers[row[0].value]
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def upload(client, url, content, name="quan-so.xlsx"):
    data = {
        "file": (BytesIO(content), name),
        "valid_from_day": "20",
        "valid_from_month": "3",
        "valid_from_year": "2024",
        "note": "Báo cáo mẫu",
    }
    return client.post(url, data=data, content_type="multipart/form-data")


def preview_of(page):
    return page.partition('name="preview" type="hidden" value="')[2].partition('"')[0]


def test_the_template_names_the_units_and_comes_back_as_declarations(world, chief, db):
    url = world.url(world.district, "/nhap")
    template = chief.get(f"{url}/mau.xlsx").data
    rows = list(load_workbook(BytesIO(template)).active.iter_rows(values_only=True))
    assert rows[0] == ("Mã đơn vị", "Tên đơn vị", "Thuộc", "Quân số đang dùng", "Quân số mới")
    assert [row[0] for row in rows[1:]] == [world.district.code, world.first.code, world.second.code]

    page = upload(chief, url, filled(template, {world.first.code: 120, world.second.code: "1.050"})).text
    assert "khai mới" in page
    assert db.session.scalar(select(func.count()).select_from(Headcount)) == 0
    data = {"preview": preview_of(page)}
    assert chief.post(f"{url}/ghi", data=data).status_code == 303
    declared = db.session.scalars(select(Headcount).order_by(Headcount.unit_id)).all()
    assert [(found.unit_id, found.people, found.valid_from) for found in declared] == [
        (world.first.id, 120, DAY),
        (world.second.id, 1050, DAY),
    ]
    assert {(found.note, len(found.source)) for found in declared} == {("Báo cáo mẫu", 64)}

    assert chief.post(f"{url}/ghi", data=data).status_code == 409
    assert db.session.scalar(select(func.count()).select_from(Headcount)) == 2
    again = upload(chief, url, filled(template, {world.first.code: 120, world.second.code: 99})).text
    assert "không đổi" in again
    assert '<strong class="num">1</strong> đơn vị được khai' in again


def test_a_file_with_errors_is_told_whole_and_cannot_be_confirmed(world, chief, db):
    book = Workbook()
    for row in (
        ["Quân số huyện"],
        ["Mã đơn vị", "Tên đơn vị", "Quân số mới"],
        [world.first.code, "", 10],
        [world.foreign.code, "", 10],
        [world.second.code, "", "mười"],
    ):
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    page = upload(chief, world.url(world.district, "/nhap"), target.getvalue()).text

    assert "2 chỗ cần sửa" in page
    assert "Dòng 4" in page
    assert "Dòng 5" in page
    assert preview_of(page) == ""


@pytest.mark.parametrize("content", [b"", b"no spreadsheet", b"PK\x03\x04 broken", b"\x00" * 1000])
def test_strange_files_are_refused(world, chief, content):
    answer = upload(chief, world.url(world.district, "/nhap"), content)

    assert answer.status_code == 422
    assert "field-error" in answer.text


def test_a_preview_is_good_for_its_reader_and_unit_only(world, chief, client, login):
    url = world.url(world.district, "/nhap")
    template = chief.get(f"{url}/mau.xlsx").data
    data = {"preview": preview_of(upload(chief, url, filled(template, {world.first.code: 120})).text)}

    assert chief.post(f"{url}/ghi", data={"preview": data["preview"] + "x"}).status_code == 400
    assert chief.post(world.url(world.first, "/nhap/ghi"), data=data).status_code == 400
    login(client, world.top)
    assert client.post(f"{url}/ghi", data=data).status_code == 400


def test_what_is_to_do_this_week(world, db):
    world.approve(world.first, 20)
    world.approve(world.second, 40)
    for unit, count in ((world.first, 21), (world.second, 1)):
        for _ in range(count):
            take(enrol(world.contest, unit), world.week, OPENS + timedelta(hours=3))
    missing = enrol(world.contest, world.second)
    db.session.commit()
    let_count(NOW)
    tally_round(world.week, NOW)
    world.declare(world.first, 25)
    db.session.commit()
    todo = find_todo(world.place(world.district), NOW)

    assert [unit.id for unit in todo.low] == [world.second.id]
    assert todo.waiting == 1
    assert [(each.unit.id, each.people, each.headcount) for each in todo.over] == [(world.first.id, 21, 20)]
    assert todo.never_reminded == 3  # the one enrolled, the clerk and the chief
    note_reminders(
        world.week, world.district, [missing.account_id], Channel.ZALO, actor_id=world.chief.id, now=NOW
    )
    assert find_todo(world.place(world.district), NOW).never_reminded == 2
    assert find_todo(world.place(world.district), NOW + WEEK).never_reminded is None
    assert find_todo(world.place(world.district), OPENS - WEEK) is None


def test_more_participants_than_people_raise_an_alert(world, db, chief):
    world.approve(world.first, 1)
    for _ in range(2):
        take(enrol(world.contest, world.first), world.week, OPENS + timedelta(hours=3))
    db.session.commit()
    let_count(NOW)
    tally_round(world.week, NOW)
    db.session.commit()

    assert [each.unit.id for each in units_over(world.place(world.district), NOW)] == [
        world.district.id,
        world.first.id,
    ]
    assert "2 người thi trên quân số 1." in chief.get(world.url(world.district)).text
