"""`flask questions import` and `export` with files of other formats."""

import json

import pytest
from sqlalchemy import func, select

from app.extensions import db as extension
from app.questions.import_models import QuestionImport
from app.questions.models import QuestionVersion
from tests.questions.formats import packages
from tests.questions.world import as_toml, bring_in, question

AIKEN = "Ai làm chủ đất nước ta?\nA. Nhân dân\nB. Nhà giàu\nANSWER: A\n"
GIFT = "::Q1:: Ai làm chủ đất nước ta? {=Nhân dân ~Nhà giàu}\n\n::Q2:: Hãy viết. {}\n"


@pytest.fixture
def write(tmp_path):
    def put(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return put


def count(model=QuestionVersion):
    return extension.session.scalar(select(func.count()).select_from(model))


def report_of(result):
    return json.loads(result.stdout)


def test_the_report_counts_what_was_done(command, db, write):
    path = write("de.gift", GIFT)
    first, second = (command("questions", "import", path, "--json") for _ in range(2))

    assert (first.exit_code, report_of(first)) == (
        0,
        {
            **{"format": "gift", "questions": 1, "new": 1, "changed": 0, "same": 0, "unsupported": 1},
            "errors": [],
        },
    )
    assert [report_of(second)[name] for name in ("new", "changed", "same")] == [0, 0, 1]
    assert (count(), count(QuestionImport)) == (1, 1)


def test_a_dry_run_changes_nothing(command, db, write):
    result = command("questions", "import", write("de.txt", AIKEN), "--dry-run")

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == (
        "1 new, 0 changed, 0 the same, 0 retired (dry run, nothing imported)"
    )
    assert (count(), count(QuestionImport)) == (0, 0)


def test_a_dry_run_of_bank_files_changes_nothing(command, db, write):
    result = command("questions", "import", write("bank.toml", as_toml(question(1))), "--dry-run", "--json")

    assert report_of(result) == {
        **{"format": "toml", "questions": 1, "new": 1, "changed": 0, "same": 0, "unsupported": 0},
        "errors": [],
    }
    assert count() == 0


def test_errors_are_all_told_and_nothing_is_imported(command, db, write):
    path = write("bank.toml", as_toml(question(1, answer="F"), question(2, source="")))
    broken = write(
        "de.gift", "::Q1:: Ai? {~Một ~Hai}\n\n::Q2:: Ai làm chủ? {=Dân ~Dân}\n\n::Q3:: Ai? {=A ~B}\n"
    )

    own = command("questions", "import", path, "--json")
    other = command("questions", "import", broken, "--json")

    assert (own.exit_code, [each["where"] for each in report_of(own)["errors"]]) == (
        1,
        ["bank.toml:11", "bank.toml:16"],
    )
    assert (other.exit_code, len(report_of(other)["errors"])) == (1, 2)
    assert count() == 0


def test_errors_are_told_in_words_too(command, db, write):
    result = command("questions", "import", write("de.pdf", b"%PDF-1.7"))

    lines = result.output.splitlines()
    assert (result.exit_code, lines[-1]) == (1, "Error: 1 errors, nothing imported")
    assert lines[0].startswith("cả tệp: Đây có vẻ là tệp PDF")


def test_a_bomb_is_refused(command, db, write):
    result = command("questions", "import", write("de.xlsx", packages.bomb()), "--json")

    (error,) = report_of(result)["errors"]
    assert (result.exit_code, "lớn hơn 160 MB" in error["message"]) == (1, True)


def test_a_format_may_be_said(command, db, write):
    path = write("de.txt", AIKEN)

    assert report_of(command("questions", "import", path, "--format", "aiken", "--json"))["format"] == "aiken"
    wrong = command("questions", "import", path, "--format", "moodle", "--json")
    assert (wrong.exit_code, len(report_of(wrong)["errors"])) == (1, 1)
    unknown = command("questions", "import", path, "--format", "pptx")
    assert (unknown.exit_code, "Không có định dạng “pptx”" in unknown.output) == (1, True)


def test_defaults_may_be_said(command, db, write):
    bring_in(question(1))
    options = (
        "--topic",
        "bien-gioi",
        "--level",
        "3",
        "--source",
        "Văn bản mẫu",
        "--valid-from",
        "2022-11-10",
    )

    result = command("questions", "import", write("de.txt", AIKEN), *options)

    assert result.exit_code == 0
    version = extension.session.scalars(select(QuestionVersion).order_by(QuestionVersion.id.desc())).first()
    assert (version.question.topic.code, version.level, version.source) == ("bien-gioi", 3, "Văn bản mẫu")
    assert f"{version.valid_from}" == "2022-11-10"
    unknown = command("questions", "import", write("de.txt", AIKEN), "--topic", "khong-co")
    assert (unknown.exit_code, "There is no topic khong-co." in unknown.output) == (1, True)


@pytest.mark.parametrize(("name", "form"), [("b.xlsx", "xlsx"), ("b.gift", "gift"), ("b.xml", "moodle")])
def test_what_is_exported_comes_back_the_same(command, db, tmp_path, name, form):
    bring_in(question(1), question(2, pinned="D"), question(3, topic="bien-gioi"))
    path = str(tmp_path / name)

    exported = command("questions", "export", "--output", path)
    again = report_of(command("questions", "import", path, "--json"))

    assert exported.output.splitlines()[-1] == "3 questions exported"
    assert (again["format"], again["same"], again["questions"]) == (form, 3, 3)


def test_a_topic_may_be_exported_alone_to_standard_output(command, db):
    bring_in(question(1), question(2, topic="bien-gioi"))

    result = command("questions", "export", "--format", "moodle", "--topic", "bien-gioi")

    assert b"dc-002" in result.stdout_bytes
    assert b"dc-001" not in result.stdout_bytes


@pytest.mark.parametrize("options", [("--format", "docx"), ("--topic", "khong-co")])
def test_an_export_that_cannot_be_is_refused(command, db, options):
    result = command("questions", "export", *options)

    assert (result.exit_code, result.output.startswith("Error: ")) == (1, True)
