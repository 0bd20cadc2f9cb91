"""Reports as pages, files and rows: who may have them, that they stay, that they add up."""

import io
import zipfile
from datetime import timedelta
from random import Random

import openpyxl
import pytest
from docx import Document
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.enrolments.models import Enrolment
from app.jobs.models import Job
from app.jobs.runner import run_waiting_jobs
from app.participation import report_queries, report_services
from app.participation.headcount_models import Headcount, HeadcountDecision, Target
from app.participation.jobs import request_due_reports
from app.participation.report_models import Report
from app.permissions import Role
from app.ranking.models import Standing
from app.units.models import Unit, UnitSuccession
from tests.factories import make_grant
from tests.participation.world import (
    OPENS,
    WEEK,
    enrol,
    let_count,
    make_contest,
    make_tree,
    make_week,
    take,
)

HOUR = timedelta(hours=1)
SETTING = {
    "agency": "Ban Dân vận =1+1 <b>",
    "superior": "Huyện ủy mẫu",
    "place": "Bắc Sơn",
    "signer_title": "Trưởng ban",
}


class Office:
    """A district's office in a contest of two weeks: 3 and 5 people of two communes took part."""

    def __init__(self, db):
        self.province, branches = make_tree()
        (self.district, self.communes), (self.other_district, _) = branches
        self.communes[0].full_name = "=HYPERLINK(1)"
        self.contest = make_contest(self.province)
        self.weeks = [make_week(self.contest, number) for number in (1, 2)]
        people = [enrol(self.contest, self.communes[index % 2]) for index in range(8)]
        self.staff, self.chief = (db.session.get_one(Account, one.account_id) for one in people[:2])
        make_grant(self.staff, Role.STAFF, unit=self.district)
        for enrolment in people[:3]:
            take(enrolment, self.weeks[0], OPENS + HOUR)
        for index, enrolment in enumerate(people[:5]):
            for number in range(1, index % 2 + 2):
                take(enrolment, self.weeks[1], OPENS + WEEK + number * HOUR, score=10, number=number)
        self._count(db, self.district, 40)
        target = Target(
            contest_id=self.contest.id,
            unit_id=self.communes[0].id,
            people=2,
            set_by=self.staff.id,
            set_at=OPENS,
        )
        db.session.add(target)
        db.session.commit()
        let_count(OPENS + 2 * WEEK)

    def _count(self, db, unit, people):
        headcount = Headcount(
            unit_id=unit.id,
            people=people,
            valid_from=(OPENS - WEEK).date(),
            note="",
            source="form",
            declared_by=self.staff.id,
            declared_at=OPENS - WEEK,
        )
        db.session.add(headcount)
        db.session.flush()
        db.session.add(
            HeadcountDecision(
                headcount_id=headcount.id,
                declared_by=self.staff.id,
                is_approved=True,
                reason="",
                decided_by=self.chief.id,
                decided_at=OPENS - WEEK,
            )
        )

    def address(self, unit=None):
        unit = unit or self.district
        return f"/can-bo/cuoc-thi/{self.contest.slug}/{unit.series_code}/{unit.code}/bao-cao"

    def place(self, unit=None):
        return report_queries.place_of(self.contest, unit or self.district)


@pytest.fixture
def office(db, client, login, clock_at):
    made = Office(db)
    clock_at(OPENS + 2 * WEEK)
    login(client, made.staff)
    return made


@pytest.fixture
def made_report(office, client):
    """The report of week 2, made by one click."""
    client.post(office.address(), data={"period": "2"})
    run_waiting_jobs()
    return report_queries.reports_of(office.place())[0]


def test_one_click_makes_a_report_that_the_page_offers(office, client, db):
    answer = client.post(office.address(), data={"period": "2"})

    assert answer.status_code == 303
    waiting = client.get(office.address()).text
    assert "Đang lập báo cáo tuần 2." in waiting
    assert "data-reload-after" in waiting
    run_waiting_jobs()
    page = client.get(office.address()).text
    assert "Đang lập" not in page
    assert '<span class="num">5</span> người, <span class="num">7</span> lượt, tỷ lệ 12,5%' in page
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reports.requested")).all()
    assert [act.details["round"] for act in acts] == [2]


def test_the_figures_are_those_of_the_unit(office, made_report):
    lines, total = made_report.figures["lines"], made_report.figures["total"]

    assert [(line["people"], line["attempts"], line["previous"]) for line in lines] == [(3, 3, 2), (2, 4, 1)]
    assert (total["people"], total["attempts"], total["headcount"], total["target"]) == (5, 7, 40, 2)
    assert (total["rate"], total["change"], total["newcomers"]) == (0.125, 2, 2)
    assert total["people_all_correct"] == 5
    assert not made_report.figures["is_running"]


def test_the_word_file_says_what_the_row_says(office, made_report, client):
    answer = client.get(f"{office.address()}/{made_report.public_id}/bao-cao.docx")

    assert answer.mimetype == report_services.DOCX_TYPE
    assert 'filename="bao-cao-huyen-huyen-mau-1-tuan-2.docx"' in answer.headers["Content-Disposition"]
    document = Document(io.BytesIO(answer.data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Số người dự thi: 5 người (bằng chữ: năm người), đạt 12,5% so với quân số 40 người" in text
    assert "{" not in text
    head, table = document.tables[0], document.tables[1]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head.rows[0].cells[1].text
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert rows[0] == ["1", "=HYPERLINK(1)", "2", "–", "3", "3", "–", "+1"]
    assert rows[-1] == ["", "Tổng", "2", "40", "5", "7", "12,5%", "+2"]


def test_the_spreadsheet_has_text_and_numbers_and_no_formula(office, made_report, client):
    answer = client.get(f"{office.address()}/{made_report.public_id}/bao-cao.xlsx")

    assert answer.mimetype == report_services.XLSX_TYPE
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = [[cell.value for cell in row] for row in book["Theo đơn vị"].rows]
    assert rows[1][1] == "=HYPERLINK(1)"
    assert book["Theo đơn vị"]["B2"].data_type == "s"
    assert rows[-1][1:7] == ["Tổng", 2, 40, 5, 7, 0.125]
    for column in (4, 5):
        assert sum(row[column] for row in rows[1:-1]) == rows[-1][column]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist())


def test_a_setting_with_markup_is_printed_as_it_was_typed(office, client):
    assert client.post(f"{office.address()}/mau", data=SETTING).status_code == 303
    client.post(office.address(), data={"period": "ca-cuoc-thi"})
    run_waiting_jobs()

    report = report_queries.reports_of(office.place())[0]
    answer = client.get(f"{office.address()}/{report.public_id}/bao-cao.docx")
    document = Document(io.BytesIO(answer.data))
    left, right = document.tables[0].rows[0].cells
    assert "HUYỆN ỦY MẪU\nBAN DÂN VẬN =1+1 <B>" in left.text
    assert right.text.endswith("Bắc Sơn, ngày 08 tháng 04 năm 2024")
    assert "TRƯỞNG BAN" in document.tables[-1].rows[0].cells[1].text


def test_the_whole_contest_counts_everybody_once(office, client):
    client.post(office.address(), data={"period": "ca-cuoc-thi"})
    run_waiting_jobs()

    figures = report_queries.reports_of(office.place())[0].figures
    assert (figures["total"]["people"], figures["total"]["attempts"]) == (5, 10)
    assert [(week["number"], week["people"], week["attempts"]) for week in figures["weeks"]] == [
        (1, 3, 3),
        (2, 5, 7),
    ]


def test_a_report_stays_as_it_was(office, made_report, client, db):
    before = dict(made_report.figures)
    extra = enrol(office.contest, office.communes[0])
    take(extra, office.weeks[1], OPENS + WEEK + HOUR)
    db.session.commit()
    let_count(OPENS + 2 * WEEK)

    db.session.expire_all()
    assert made_report.figures == before
    for change in (update(Report).values(asked_by=None), delete(Report)):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(change)
        db.session.rollback()


def test_asked_twice_before_it_is_made_there_is_one(office, client, db):
    for _ in range(2):
        client.post(office.address(), data={"period": "1"})
    run_waiting_jobs()

    assert len(report_queries.reports_of(office.place())) == 1


def test_a_job_that_fails_for_good_says_so(office, client, db):
    client.post(office.address(), data={"period": "1"})
    db.session.execute(update(Job).values(tries=3))
    db.session.commit()

    assert "Chưa lập được báo cáo tuần 1." in client.get(office.address()).text


@pytest.mark.parametrize("data", [{}, {"period": "3"}, {"period": "x"}])
def test_a_wrong_choice_is_told(office, client, data):
    answer = client.post(office.address(), data=data)

    assert answer.status_code == 422
    assert "Not a valid choice" not in answer.text


def test_a_wrong_setting_keeps_what_was_typed(office, client):
    answer = client.post(f"{office.address()}/mau", data=SETTING | {"agency": " "})

    assert answer.status_code == 422
    assert 'value="Huyện ủy mẫu"' in answer.text
    assert "Bạn hãy ghi tên cơ quan lập báo cáo." in answer.text


def test_another_unit_and_its_reports_do_not_exist(office, made_report, client):
    for unit in (office.other_district, office.province):
        assert client.get(office.address(unit)).status_code == 404
        assert client.post(office.address(unit), data={"period": "1"}).status_code == 404
    # a report of the district is not one of its commune
    commune = office.address(office.communes[0])
    assert client.get(commune).status_code == 200
    assert client.get(f"{commune}/{made_report.public_id}/bao-cao.docx").status_code == 404


def test_a_round_that_has_not_opened_is_not_reported_on(office, client, clock_at):
    clock_at(OPENS - HOUR)

    assert "chưa có tuần thi nào mở" in client.get(office.address()).text
    assert client.post(office.address(), data={"period": "ca-cuoc-thi"}).status_code == 409


def test_running_weeks_are_compared_at_the_same_day(office, db):
    late = enrol(office.contest, office.communes[0])
    take(late, office.weeks[0], OPENS + timedelta(days=3))
    db.session.commit()
    let_count(OPENS + 2 * WEEK)

    second_day = OPENS + WEEK + timedelta(days=1)
    figures = report_services.compute_figures(office.place(), office.weeks[1], second_day)
    assert figures.is_running
    assert (figures.total.people, figures.total.previous) == (5, 3)
    assert figures.total.change == 2


@pytest.fixture
def later(office, db):
    """A commune of the tree after: it took the first commune wholly and a part of the second."""
    _, [(_, [commune, other]), *_] = make_tree("vn-2025")
    first, second = office.communes
    for old, new, is_whole in ((first, commune, True), (second, commune, False), (second, other, False)):
        db.session.add(UnitSuccession(old_unit_id=old.id, new_unit_id=new.id, is_whole=is_whole))
    make_grant(office.staff, Role.STAFF, unit=commune)
    db.session.commit()
    return commune


def test_a_unit_of_a_later_tree_reports_on_what_wholly_became_of_it(office, later, client):
    assert client.post(office.address(later), data={"period": "2"}).status_code == 303
    run_waiting_jobs()

    figures = report_queries.reports_of(office.place(later))[0].figures
    assert [(line["name"], line["people"]) for line in figures["lines"]] == [("=HYPERLINK(1)", 3)]
    assert (figures["total"]["people"], figures["total"]["attempts"]) == (3, 3)
    assert figures["left_out"] == [office.communes[1].full_name]


def test_on_monday_at_seven_the_reports_that_were_asked_for_are_made(office, client, clock_at, db):
    friday = OPENS + timedelta(days=4)
    clock_at(friday)
    client.post(f"{office.address()}/mau", data=SETTING | {"is_weekly": "y"})
    assert request_due_reports() == 0
    seven = OPENS + WEEK - HOUR  # rounds open on Mondays at eight
    clock_at(seven - timedelta(seconds=30))
    assert request_due_reports() == 0
    clock_at(seven + timedelta(seconds=5))
    assert request_due_reports() == 1
    assert request_due_reports() == 0
    run_waiting_jobs()

    report = report_queries.reports_of(office.place())[0]
    assert (report.asked_by, report.figures["round_number"]) == (None, 1)
    assert report.figures["total"]["people"] == 3
    assert "Tự lập" in client.get(office.address()).text
    client.post(f"{office.address()}/mau", data=SETTING)
    clock_at(OPENS + 2 * WEEK)
    assert request_due_reports() == 0


def test_a_contest_that_is_over_has_no_monday_reports(office, client, clock_at):
    client.post(f"{office.address()}/mau", data=SETTING | {"is_weekly": "y"})

    clock_at(OPENS + 3 * WEEK)
    assert request_due_reports() == 0


@pytest.mark.parametrize("seed", range(4))
def test_rows_add_up_whatever_the_tree(db, app, seed):
    """Also with people enrolled at a unit that has others below it."""
    random = Random(seed)  # noqa: S311 -- the same world every time
    province, branches = make_tree()
    units = [province, *(unit for district, communes in branches for unit in (district, *communes))]
    contest = make_contest(province)
    weeks = [make_week(contest, number) for number in (1, 2)]
    for _ in range(12):
        person = enrol(contest, random.choice(units))
        for found in weeks:
            for number in range(1, random.randrange(3) + 1):
                take(person, found, found.opens_at + number * HOUR, number=number)
    db.session.commit()
    let_count(OPENS + 2 * WEEK)

    for unit in units:
        for found in (None, *weeks):
            place = report_queries.place_of(contest, unit)
            figures = report_services.compute_figures(place, found, OPENS + 2 * WEEK)
            expected = reference(db, unit, [found] if found else weeks)
            assert (figures.total.people, figures.total.attempts) == expected
            assert sum(line.people for line in figures.lines) == expected[0]
            assert sum(line.attempts for line in figures.lines) == expected[1]


def reference(db, unit, rounds):
    """People and attempts, one by one."""
    rows = db.session.execute(
        select(Unit.path, Standing.enrolment_id, Standing.attempt_count)
        .join(Enrolment, Enrolment.unit_id == Unit.id)
        .join(Standing, Standing.enrolment_id == Enrolment.id)
        .where(Standing.round_id.in_([found.id for found in rounds]))
    ).all()
    own = [(enrolment_id, count) for path, enrolment_id, count in rows if path.startswith(unit.path)]
    return len({enrolment_id for enrolment_id, _ in own}), sum(count for _, count in own)
