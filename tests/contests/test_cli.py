"""`flask contests`."""

import pytest

from app.accounts.models import Account
from app.contests import queries
from tests.contests.world import NOW, draft, make_contest, make_role, rows, scheduled


@pytest.fixture(autouse=True)
def today(app, clock_at):
    clock_at(NOW)


@pytest.fixture
def sign_in_name(db):
    return lambda account_id: db.session.get(Account, account_id).sign_in_name


def test_list_shows_every_contest(command, db):
    _found, author = draft()
    make_contest(author, slug="khac", name="Cuộc thi khác")

    result = command("contests", "list")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "khac\t0 rounds\tCuộc thi khác",
        "dan-van-kheo\t1 rounds\tDân vận khéo",
        "2 contests",
    ]


def test_show_says_how_a_contest_is_ranked_and_what_is_missing(command, db):
    draft(minimum_answered=11)

    result = command("contests", "show", "dan-van-kheo")

    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "Dân vận khéo, tỉnh Lạng Sơn. Ban Tổ chức mẫu."
    assert "- Thứ nhất: ai trả lời đúng nhiều câu hơn xếp trên." in lines
    assert "- 2 Giải Nhì, mỗi giải 1.000.000 đ" in lines
    assert lines[-3:] == [
        "tuần 1\t07:00, 03/03/2026 - 22:00, 09/03/2026\tBản nháp",
        "  Cách rút đề: Đề chỉ có 10 câu mà yêu cầu trả lời ít nhất 11 câu.",
        "1 rounds",
    ]


def test_schedule_prints_the_commitment(command, db, sign_in_name):
    found, author = draft()

    result = command("contests", "schedule", "dan-van-kheo", "1", "--by", sign_in_name(author))

    assert result.exit_code == 0
    package = queries.get_package(found.id)
    assert result.output.splitlines()[-1] == (
        f"dan-van-kheo round 1 scheduled, commitment {package.commitment}"
    )
    assert found.scheduled_by == author


def test_schedule_refuses_what_is_scheduled(command, db, sign_in_name):
    _found, author = scheduled()
    before = rows()

    result = command("contests", "schedule", "dan-van-kheo", "1", "--by", sign_in_name(author))

    assert (result.exit_code, result.output) == (1, "Error: Đã lên lịch nên không sửa được nữa.\n")
    assert rows() == before


@pytest.mark.parametrize(
    ("slug", "number", "message"),
    [
        ("khac", "1", "There is no contest khac."),
        ("dan-van-kheo", "2", "dan-van-kheo has no round 2."),
    ],
)
def test_schedule_names_what_is_not_there(command, db, sign_in_name, slug, number, message):
    _found, author = draft()
    before = rows()

    result = command("contests", "schedule", slug, number, "--by", sign_in_name(author))

    assert (result.exit_code, result.output) == (1, f"Error: {message}\n")
    assert rows() == before


@pytest.mark.parametrize("role", [None, "staff", "administrator"])
def test_schedule_needs_an_organiser(command, db, sign_in_name, role):
    draft()
    somebody = make_role(role)
    before = rows()

    result = command("contests", "schedule", "dan-van-kheo", "1", "--by", sign_in_name(somebody))

    assert result.exit_code == 1
    assert result.output == "Error: This person may not schedule rounds of dan-van-kheo.\n"
    assert rows() == before


def test_schedule_needs_an_account(command, db):
    draft()

    result = command("contests", "schedule", "dan-van-kheo", "1", "--by", "0912345678")

    assert (result.exit_code, result.output) == (1, "Error: There is no account 0912345678.\n")


def test_show_of_a_contest_that_is_not_there(command, db):
    result = command("contests", "show", "khac")

    assert (result.exit_code, result.output) == (1, "Error: There is no contest khac.\n")
