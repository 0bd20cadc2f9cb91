"""Imports that are kept, confirmed and undone; all or nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from threading import Barrier

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.audit.models import AuditEntry
from app.errors import DomainError
from app.extensions import db as extension
from app.files.models import StoredFile
from app.files.services import get_file_body
from app.questions import export_services, import_queries, import_services, services
from app.questions.formats import (
    gift_reader,
    gift_writer,
    moodle_reader,
    moodle_writer,
    xlsx_reader,
    xlsx_writer,
)
from app.questions.formats.file_rules import ReadFile, ReadQuestion
from app.questions.import_models import QuestionImport
from app.questions.import_plan_rules import Defaults, Outcome
from app.questions.models import Question, QuestionVersion
from app.questions.queries import Filters
from tests.questions.world import NOW, TOPICS, bring_in, make_organisers, question

DEFAULTS = Defaults(valid_from=date(2022, 11, 10), topic="dan-chu")
FILE = b"the file as it was sent"
LATER = NOW + timedelta(hours=1)


def read(*questions, form="xlsx"):
    names = [name for name in ReadQuestion.__dataclass_fields__ if hasattr(questions[0], name)]
    return ReadFile(
        form,
        [
            ReadQuestion(where=f"dòng {n}", **{name: getattr(each, name) for name in names})
            for n, each in enumerate(questions, 1)
        ],
    )


@pytest.fixture
def people(db):
    """Two organisers; the bank has question 1, approved."""
    ids = make_organisers()
    bring_in(question(1), author_id=ids[0])
    version = extension.session.scalars(select(QuestionVersion)).one()
    services.approve_version(version.id, actor_id=ids[1], now=NOW)
    return ids


def keep(found, actor_id, content=FILE):
    return import_services.keep_file(content, found, DEFAULTS, name="de.xlsx", actor_id=actor_id, now=NOW)


def confirm(row, actor_id, digest=None):
    digest = digest or import_services.plan_of(row).digest
    return import_services.confirm_import(row.id, digest, actor_id=actor_id, now=NOW)


def undo(row, actor_id):
    return import_services.undo_import(row.id, actor_id=actor_id, now=LATER)


def keys():
    return set(extension.session.scalars(select(Question.key)))


def count(model):
    return extension.session.scalar(select(func.count()).select_from(model))


def entries(action):
    return extension.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


THREE = (question(1, explanation="Điều 4 nêu rõ việc này."), question(2), question(3))


def test_keeping_a_file_changes_nothing_in_the_bank(people):
    row = keep(read(*THREE), people[0])
    plan = import_services.plan_of(row)

    assert get_file_body(row.file_sha256) == FILE
    assert (plan.count(Outcome.NEW), plan.count(Outcome.CHANGED)) == (2, 1)
    assert (keys(), count(QuestionVersion), entries("questions.imported")[1:]) == ({"dc-001"}, 1, [])


def test_confirming_brings_drafts_of_the_person_and_one_audit_entry(people):
    row = confirm(keep(read(*THREE), people[0]), people[1])

    drafts = extension.session.scalars(
        select(QuestionVersion).where(QuestionVersion.approved_at.is_(None))
    ).all()
    assert {version.id for version in drafts} == set(row.brought)
    assert {version.created_by for version in drafts} == {people[1]}
    assert row.counts == {"new": 2, "changed": 1, "same": 0, "retired": 0}
    (entry,) = entries("questions.imported")[1:]
    assert entry.details == {
        **{"digest": row.file_sha256, "file": "de.xlsx", "format": "xlsx", "question_import": row.id},
        **{"new": 2, "changed": 1, "same": 0, "retired": 0, "unsupported": 0},
    }


def test_a_file_with_problems_is_not_brought_in(people):
    row = keep(read(question(2), question(3, answer="F")), people[0])

    with pytest.raises(import_services.HasProblems):
        confirm(row, people[0])
    assert (keys(), count(QuestionVersion)) == ({"dc-001"}, 1)


def test_a_file_is_brought_in_once(people):
    row = confirm(keep(read(*THREE), people[0]), people[0])

    with pytest.raises(import_services.AlreadyConfirmed):
        confirm(row, people[0])


def test_a_file_with_nothing_new_is_not_brought_in(people):
    row = keep(read(question(1)), people[0])

    with pytest.raises(import_services.NothingToBring):
        confirm(row, people[0])


def test_another_outcome_than_was_shown_is_refused(people):
    row = keep(read(*THREE), people[0])
    shown = import_services.plan_of(row).digest
    bring_in(replace(question(1), explanation="Điều 5 nêu rõ việc này."))

    with pytest.raises(import_services.BankChanged):
        confirm(row, people[0], shown)
    assert keys() == {"dc-001"}


def test_undoing_takes_out_exactly_what_came_in(people):
    row = confirm(keep(read(*THREE), people[0]), people[0])
    undone = undo(row, people[1])

    assert (keys(), count(QuestionVersion)) == ({"dc-001"}, 1)
    assert (undone.undone_by, undone.kept) == (people[1], [])
    (entry,) = entries("questions.import_undone")
    assert entry.details == {
        **{"digest": row.file_sha256, "question_import": row.id, "removed": 3, "kept": []}
    }
    assert import_services.plan_of(row).count(Outcome.NEW) == 2


def test_what_was_approved_changed_retired_or_commented_since_stays(people):
    row = confirm(keep(read(*(question(n) for n in range(2, 7))), people[0]), people[0])
    versions = {
        version.question.key: version.id for version in extension.session.scalars(select(QuestionVersion))
    }
    services.approve_version(versions["dc-002"], actor_id=people[1], now=NOW)
    services.create_version(question(3, explanation="Điều 9 nêu rõ."), author_id=people[0], now=NOW)
    services.retire_question("dc-004", actor_id=people[0], reason="Trùng câu", now=NOW)
    services.add_comment("dc-005", "Cần dẫn thêm điều, khoản.", author_id=people[1], now=NOW)

    assert undo(row, people[0]).kept == ["dc-002", "dc-003", "dc-004", "dc-005"]
    assert keys() == {"dc-001", "dc-002", "dc-003", "dc-004", "dc-005"}


def test_an_import_is_undone_once_and_only_after_it_happened(people):
    row = keep(read(*THREE), people[0])
    with pytest.raises(import_services.NotConfirmed):
        undo(row, people[0])

    undo(confirm(row, people[0]), people[0])
    with pytest.raises(import_services.AlreadyUndone):
        undo(row, people[0])


def picture(colour="red"):
    target = BytesIO()
    Image.new("RGB", (40, 30), colour).save(target, "PNG")
    return target.getvalue()


def test_a_picture_comes_with_its_question_and_goes_out_with_it(people):
    sent = read(question(2))
    sent.questions[0] = replace(sent.questions[0], images=(("Lá cờ đỏ", picture()),))
    confirm(keep(import_services.keep_pictures(sent, now=NOW), people[0]), people[0])

    (exported,) = import_queries.exported_questions(Filters(text="dc-002"))
    assert (exported.image_alt, len(exported.image_sha256)) == ("Lá cờ đỏ", 64)
    content = export_services.write_file([exported], "moodle")
    again = import_services.keep_pictures(moodle_reader.read(content), now=NOW)
    assert import_services.plan_of(keep(again, people[0], content)).count(Outcome.SAME) == 1


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ((("a", b"no picture"),), "Tệp này không phải hình"),
        ((("a", picture()), ("b", picture())), "Câu có 2 hình"),
    ],
)
def test_a_picture_that_cannot_be_kept_is_a_problem_of_its_question(people, images, message):
    sent = read(question(2), question(3))
    sent.questions[0] = replace(sent.questions[0], images=images)

    kept = import_services.keep_pictures(sent, now=NOW)

    assert [(each.where, each.message[: len(message)]) for each in kept.problems] == [("dòng 1", message)]
    assert [each.key for each in kept.questions] == ["dc-003"]


@pytest.mark.parametrize(
    ("reader", "writer"),
    [(xlsx_reader, xlsx_writer), (gift_reader, gift_writer), (moodle_reader, moodle_writer)],
)
def test_what_is_exported_comes_back_the_same(people, reader, writer):
    bring_in(
        question(2, answer="AB", stem=f"{question(2).stem} (chọn tất cả phương án đúng)"),
        question(3, valid_until=date(2030, 1, 1), pinned="D", level=3, asks="number"),
        question(4, topic="bien-gioi", options=("5 < 7", "a~b=c{d}", "“ngoặc”: \\", "#1")),
    )
    exported = import_queries.exported_questions(Filters())
    content = writer.write(exported) if writer is gift_writer else writer.write(exported, TOPICS)

    plan = import_services.plan_of(keep(reader.read(content), people[0], content))

    assert (plan.problems, plan.unsupported) == ([], Counter())
    assert plan.count(Outcome.SAME) == len(exported) == 4


def test_a_bad_row_in_the_middle_of_many_changes_nothing(people):
    many = [question(n) for n in range(10, 1010)]
    many[500] = replace(many[500], answer="F")
    row = keep(read(*many), people[0])

    with pytest.raises(import_services.HasProblems):
        confirm(row, people[0])
    (problem,) = import_services.plan_of(row).problems
    assert (problem.where, keys()) == ("dòng 501", {"dc-001"})


def test_history_has_what_was_confirmed(people):
    keep(read(*THREE), people[0])
    row = confirm(keep(read(*THREE), people[0]), people[0])

    assert import_queries.list_imports(1) == ([row], False)


def test_files_that_were_left_are_forgotten_after_a_day(people):
    left, other = keep(read(*THREE), people[0]), keep(read(question(4)), people[0], b"another file")
    done = confirm(keep(read(question(5)), people[0]), people[0])
    now = NOW + import_services.KEPT_UNCONFIRMED

    assert import_services.forget_unconfirmed(now=now) == 0
    assert import_services.forget_unconfirmed(now=now + timedelta(seconds=1)) == 2

    kept = set(extension.session.scalars(select(StoredFile.sha256)))
    assert {done.file_sha256, done.read_sha256} <= kept
    assert not {left.read_sha256, other.file_sha256, other.read_sha256} & kept
    assert count(QuestionImport) == 1


@pytest.mark.postgresql_only
def test_of_two_confirmations_at_once_one_wins(app, people):
    row = keep(read(*THREE), people[0])
    digest = import_services.plan_of(row).digest
    extension.session.commit()
    start = Barrier(2)

    def act(person):
        with app.app_context():
            start.wait()
            try:
                import_services.confirm_import(row.id, digest, actor_id=person, now=NOW)
                extension.session.commit()
                return "done"
            except (DomainError, OperationalError) as error:
                extension.session.rollback()
                return type(error).__name__

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(act, people))

    assert results == ["AlreadyConfirmed", "done"]
    extension.session.expire_all()
    assert (count(QuestionVersion), count(QuestionImport)) == (4, 1)
    assert len(entries("questions.imported")) == 2
