"""`flask participation report`: the same figures as the page, as text, JSON and files."""

import json
from io import BytesIO

import openpyxl
import pytest
from docx import Document

from app.participation import report_queries
from tests.participation.test_reports import Office
from tests.participation.world import OPENS, WEEK


@pytest.fixture
def office(db, clock_at):
    made = Office(db)
    clock_at(OPENS + 2 * WEEK)
    return made


def test_it_prints_a_line_for_each_unit_and_their_sum(office, command):
    result = command("participation", "report", office.district.code, "2")

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[1].split("\t")[1:] == ["3", "3", "-", "-", "2", "1"]
    assert lines[-2].split("\t") == ["Tổng", "5", "7", "40", "12.5%", "2", "2"]
    assert lines[-1].startswith(f"{office.district.full_name}, round 2: 5 people, 7 attempts, counted ")


@pytest.mark.parametrize(("asked", "people", "attempts"), [("2", 5, 7), ("1", 3, 3), ("all", 5, 10)])
def test_json_says_the_same(office, command, asked, people, attempts):
    unit = f"{office.district.series_code}:{office.district.code}"
    result = command("participation", "report", unit, asked, "--contest", office.contest.slug, "--json")

    figures = json.loads(result.output)
    assert (figures["total"]["people"], figures["total"]["attempts"]) == (people, attempts)
    assert sum(line["people"] for line in figures["lines"]) == people
    assert sum(line["attempts"] for line in figures["lines"]) == attempts


def test_files_are_those_of_the_unit_s_page(office, command, tmp_path):
    docx, xlsx = tmp_path / "bao-cao.docx", tmp_path / "bao-cao.xlsx"
    result = command(
        *("participation", "report", office.district.code, "2"), "--docx", str(docx), "--xlsx", str(xlsx)
    )

    assert result.exit_code == 0, result.output
    rows = Document(str(docx)).tables[1].rows
    assert rows[-1].cells[1].text == "Tổng"
    sheet = openpyxl.load_workbook(BytesIO(xlsx.read_bytes()))["Theo đơn vị"]
    assert [cell.value for cell in list(sheet.rows)[-1]][4:6] == [5, 7]
    (kept,) = report_queries.reports_of(office.place())
    assert kept.asked_by is None
    assert kept.figures["total"]["people"] == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("khong-co", "1"), "There is no unit khong-co."),
        (("{unit}", "9"), "dan-van-kheo has no round 9."),
        (("{unit}", "x"), "dan-van-kheo has no round x."),
        (("{unit}", "1", "--contest", "khong-co"), "There is no scheduled contest khong-co."),
    ],
)
def test_what_is_not_there_is_told(office, command, arguments, message):
    result = command(
        "participation", "report", *(part.format(unit=office.district.code) for part in arguments)
    )

    assert result.exit_code == 1
    assert message in result.output


def test_before_the_first_round_there_is_nothing_to_report(office, command, clock_at):
    clock_at(OPENS - WEEK)

    result = command("participation", "report", office.district.code, "all")

    assert result.exit_code == 1
    assert "chưa có vòng thi nào mở" in result.output


def test_without_a_contest_it_says_so(app, command):
    assert "There is no scheduled contest." in command("participation", "report", "20", "all").output
