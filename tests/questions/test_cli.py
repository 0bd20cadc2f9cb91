import pytest
from sqlalchemy import func, select

from app.accounts.models import Account, RoleGrant
from app.extensions import db as extension
from app.questions.models import QuestionVersion
from tests.questions.world import as_toml, make_organisers, question


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "bank.toml"
    path.write_text(as_toml(question(1), question(2)), encoding="utf-8")
    return path


def count_versions(*conditions):
    return extension.session.scalar(select(func.count()).select_from(QuestionVersion).where(*conditions))


def name_of(account_id):
    return extension.session.get(Account, account_id).sign_in_name


def last_line(result):
    return result.output.splitlines()[-1]


def test_check_of_the_bank_that_comes_along_passes(command):
    result = command("questions", "check")

    assert result.exit_code == 0
    assert last_line(result).endswith(" questions, 10 topics, 0 errors")


def test_check_tells_every_error_and_fails(command, bank):
    bank.write_text(as_toml(question(1, answer="F"), question(2, source="")), encoding="utf-8")

    result = command("questions", "check", str(bank))

    lines = result.output.splitlines()
    assert lines[0].startswith("bank.toml:11: Đáp án “F”")
    assert lines[1] == "bank.toml:16: Thiếu nguồn."
    assert (result.exit_code, lines[-1]) == (1, "2 questions, 1 topics, 2 errors")


def test_check_on_a_day_tells_what_is_not_right_then(command, bank):
    early = command("questions", "check", str(bank), "--on", "2022-11-09")
    later = command("questions", "check", str(bank), "--on", "2022-11-10")

    assert (early.exit_code, last_line(early)) == (1, "2 questions, 1 topics, 2 errors")
    assert (later.exit_code, last_line(later)) == (0, "2 questions, 1 topics, 0 errors")


def test_import_sums_up_and_can_be_repeated(command, db, bank):
    first, second = (command("questions", "import", str(bank)) for _ in range(2))

    assert (first.exit_code, last_line(first)) == (0, "2 new, 0 changed, 0 the same, 0 retired")
    assert (second.exit_code, last_line(second)) == (0, "0 new, 0 changed, 2 the same, 0 retired")
    assert count_versions() == 2


def test_import_of_a_faulty_bank_changes_nothing(command, db, bank):
    bank.write_text(as_toml(question(1), question(2, answer="F")), encoding="utf-8")

    result = command("questions", "import", str(bank))

    assert (result.exit_code, last_line(result)) == (1, "Error: 1 errors, nothing imported")
    assert count_versions() == 0


def test_import_that_a_rule_refuses_changes_nothing(command, db, bank):
    command("questions", "import", str(bank))
    bank.write_text(as_toml(question(1), question(3), topic="bien-gioi"), encoding="utf-8")

    result = command("questions", "import", str(bank))

    assert (result.exit_code, count_versions()) == (1, 2)
    assert "Câu dc-001 thuộc chủ đề dan-chu" in last_line(result)


def test_the_author_answers_for_the_import_and_does_not_approve_it(command, db, bank):
    author, approver = make_organisers()
    names = name_of(author), name_of(approver)

    imported = command("questions", "import", str(bank), "--author", names[0])
    own = command("questions", "approve", "--by", names[0], "--all")
    other = command("questions", "approve", "--by", names[1], "--topic", "dan-chu")

    assert last_line(imported) == "2 new, 0 changed, 0 the same, 0 retired"
    assert last_line(own) == "0 approved"
    assert last_line(other) == "2 approved"
    assert count_versions(QuestionVersion.approved_by == approver) == 2


def test_approve_needs_a_person_who_may(command, db, bank):
    (person,) = make_organisers(1)
    name = name_of(person)
    db.session.execute(RoleGrant.__table__.delete())
    command("questions", "import", str(bank))

    without_role = command("questions", "approve", "--by", name, "--all")
    nobody = command("questions", "approve", "--by", "0912345678", "--all")

    assert (without_role.exit_code, last_line(without_role)) == (
        1,
        f"Error: {name} does not hold questions:approve.",
    )
    assert (nobody.exit_code, last_line(nobody)) == (1, "Error: There is no account 0912345678.")
    assert count_versions(QuestionVersion.approved_at.is_not(None)) == 0


@pytest.mark.parametrize("arguments", [(), ("--all", "--topic", "dan-chu")])
def test_approve_needs_one_selection(command, db, arguments):
    (person,) = make_organisers(1)

    assert command("questions", "approve", "--by", name_of(person), *arguments).exit_code == 2


def test_approve_of_an_unknown_topic_is_told(command, db):
    (person,) = make_organisers(1)

    result = command("questions", "approve", "--by", name_of(person), "--topic", "khong-co")

    assert (result.exit_code, last_line(result)) == (1, "Error: There is no topic khong-co.")


def test_a_path_that_is_not_there_is_refused(command, tmp_path):
    assert command("questions", "check", str(tmp_path / "none")).exit_code == 2
