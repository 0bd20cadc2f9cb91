import dataclasses
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, NoResultFound

from app.audit.models import AuditEntry
from app.questions import queries, rules, services
from app.questions.models import Question, QuestionVersion, Topic
from app.questions.services import ImportCounts
from tests.isolation import from_outside
from tests.questions.world import NOW, TOPICS, bring_in, make_organisers, question

LATER = NOW + timedelta(days=1)


def versions(db, key="dc-001"):
    return db.session.scalars(
        select(QuestionVersion)
        .join(Question)
        .where(Question.key == key)
        .order_by(QuestionVersion.number)
        .execution_options(populate_existing=True)
    ).all()


def actions(db):
    return [
        (entry.action, entry.actor_id)
        for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]


def counts(db):
    return tuple(
        db.session.scalar(select(func.count()).select_from(model))
        for model in (Topic, Question, QuestionVersion, AuditEntry)
    )


def test_an_import_makes_drafts(db):
    assert bring_in(question(1), question(2, topic="bien-gioi", pinned="D")) == ImportCounts(new=2)

    (version,) = versions(db, "dc-002")
    assert version.question.topic.name == "Biên giới"
    assert (version.number, version.approved_at, version.approved_by, version.created_by) == (
        1,
        None,
        None,
        None,
    )
    assert (version.options, version.answer, version.pinned) == (list(question(2).options), "A", "D")
    assert version.content_hash == rules.content_hash(question(2, pinned="D"))
    assert version.created_at == NOW


def test_importing_again_changes_nothing(db):
    bring_in(question(1), question(2))
    before = counts(db)

    assert bring_in(question(1), question(2)) == ImportCounts(same=2)
    assert counts(db) == before


def test_a_changed_question_is_a_new_draft_and_the_old_version_stays(db):
    author, approver = make_organisers()
    bring_in(question(1), question(2), author_id=author)
    services.approve_version(versions(db)[0].id, actor_id=approver, now=NOW)

    assert bring_in(question(1, answer="B"), question(2), author_id=author) == ImportCounts(changed=1, same=1)

    first, second = versions(db)
    assert (first.answer, first.approved_by) == ("A", approver)
    assert (second.number, second.answer, second.approved_by) == (2, "B", None)


def test_going_back_to_an_older_wording_is_a_new_version(db):
    for answer in "ABA":
        bring_in(question(1, answer=answer))

    assert [version.answer for version in versions(db)] == ["A", "B", "A"]


def test_an_import_is_recorded_once_with_its_counts_and_digest(db):
    (author,) = make_organisers(1)
    bring_in(question(1), question(2), author_id=author)
    bring_in(question(1), question(2), author_id=author)

    (entry,) = db.session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.actor_id, entry.subject) == ("questions.imported", author, "question_bank")
    assert entry.details == {"new": 2, "digest": "0" * 64}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (question(3, answer=""), "Câu dc-003 chưa đạt: Thiếu đáp án."),
        (question(1), "Mã dc-001 đứng hai lần."),
    ],
)
def test_one_bad_question_refuses_them_all(db, bad, message):
    before = counts(db)

    with pytest.raises(services.UnsoundQuestion) as refused:
        bring_in(question(1), question(2), bad)

    assert refused.value.message == message
    assert counts(db) == before


def test_a_failure_in_the_middle_leaves_nothing(app, db):
    bring_in(question(1))
    db.session.commit()
    before = counts(db)

    def try_it():
        with app.app_context():
            with pytest.raises(services.TopicChanged):
                bring_in(question(2), question(3), question(1, topic="bien-gioi"))
            db.session.rollback()

    from_outside(try_it)

    assert counts(db) == before


def test_a_renamed_topic_is_renamed(db):
    bring_in(question(1))

    services.import_bank(TOPICS | {"dan-chu": "Tên mới"}, [], author_id=None, now=NOW, digest="")
    db.session.flush()

    assert queries.get_topic("dan-chu").name == "Tên mới"


def test_an_edit_is_the_next_version(db):
    author, _ = make_organisers()
    bring_in(question(1))

    version = services.create_version(question(1, level=2), author_id=author, now=LATER)

    assert (version.number, version.level, version.created_by, version.created_at) == (2, 2, author, LATER)
    assert version.approved_at is None
    assert actions(db)[-1] == ("questions.version_created", author)


def test_a_new_question_can_be_written_without_a_file(db):
    (author,) = make_organisers(1)
    bring_in(question(1))

    version = services.create_version(question(2), author_id=author, now=LATER)

    assert (version.number, version.question.key) == (1, "dc-002")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, services.NothingChanged),
        ({"answer": "E"}, services.UnsoundQuestion),
        ({"topic": "bien-gioi"}, services.TopicChanged),
        ({"key": "moi-001", "topic": "khong-co"}, NoResultFound),
    ],
)
def test_an_edit_is_refused(db, changes, refusal):
    (author,) = make_organisers(1)
    bring_in(question(1))
    before = counts(db)

    with pytest.raises(refusal):
        services.create_version(question(1, **changes), author_id=author, now=LATER)

    assert counts(db) == before


def test_a_second_person_approves(db):
    author, approver = make_organisers()
    bring_in(question(1), author_id=author)

    services.approve_version(versions(db)[0].id, actor_id=approver, now=LATER)

    (version,) = versions(db)
    assert (version.approved_by, version.approved_at) == (approver, LATER)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.actor_id, entry.subject) == (
        "questions.approved",
        approver,
        "question:dc-001",
    )
    assert entry.details == {"versions": [["dc-001", 1, version.content_hash]]}


def test_the_author_does_not_approve(db):
    (author,) = make_organisers(1)
    bring_in(question(1), author_id=author)

    with pytest.raises(services.OwnQuestion):
        services.approve_version(versions(db)[0].id, actor_id=author, now=LATER)

    assert versions(db)[0].approved_at is None


def test_the_database_refuses_an_author_who_approves(db):
    (author,) = make_organisers(1)
    bring_in(question(1), author_id=author)
    (version,) = versions(db)
    version.approved_by, version.approved_at = author, LATER

    with pytest.raises(IntegrityError, match="second_person"):
        db.session.flush()


def test_the_database_refuses_half_an_approval(db):
    (approver,) = make_organisers(1)
    bring_in(question(1))
    versions(db)[0].approved_by = approver

    with pytest.raises(IntegrityError, match="approval"):
        db.session.flush()


def test_a_question_from_a_file_is_approved_by_anybody_who_may(db):
    (approver,) = make_organisers(1)
    bring_in(question(1))

    services.approve_version(versions(db)[0].id, actor_id=approver, now=LATER)

    assert versions(db)[0].approved_by == approver


def test_approving_twice_is_refused(db):
    author, approver = make_organisers()
    bring_in(question(1), author_id=author)
    services.approve_version(versions(db)[0].id, actor_id=approver, now=LATER)

    with pytest.raises(services.AlreadyApproved):
        services.approve_version(versions(db)[0].id, actor_id=approver, now=LATER)


def test_an_outdated_version_is_not_approved(db):
    author, approver = make_organisers()
    bring_in(question(1), author_id=author)
    bring_in(question(1, answer="B"), author_id=author)

    with pytest.raises(services.Outdated):
        services.approve_version(versions(db)[0].id, actor_id=approver, now=LATER)


def test_many_are_approved_in_one_act_or_none(db):
    author, approver = make_organisers()
    bring_in(question(1), question(2), author_id=author)
    bring_in(question(1), question(2), question(3), author_id=approver)
    ids = {key: versions(db, key)[0].id for key in ("dc-001", "dc-002", "dc-003")}

    with pytest.raises(services.OwnQuestion):
        services.approve_versions(list(ids.values()), actor_id=approver, now=LATER)
    db.session.rollback()


def test_many_are_approved_with_one_entry(db):
    author, approver = make_organisers()
    bring_in(question(1), question(2), question(3), author_id=author)
    ids = [versions(db, f"dc-00{number}")[0].id for number in (1, 2, 3)]

    services.approve_versions(ids, actor_id=approver, now=LATER)

    assert [versions(db, f"dc-00{number}")[0].approved_by for number in (1, 2, 3)] == [approver] * 3
    assert [action for action, _ in actions(db)] == ["questions.imported", "questions.approved"]


def test_an_unfinished_draft_is_kept_and_not_approved(db):
    author, approver = make_organisers()
    bring_in(question(1, source="", explanation=""), question(2), author_id=author)
    ids = [versions(db, key)[0].id for key in ("dc-001", "dc-002")]

    with pytest.raises(services.UnsoundQuestion) as refused:
        services.approve_versions(ids, actor_id=approver, now=LATER)

    assert refused.value.message == "Câu dc-001 chưa duyệt được: Thiếu giải thích. Thiếu nguồn."
    assert [versions(db, key)[0].approved_at for key in ("dc-001", "dc-002")] == [None, None]


@pytest.mark.parametrize("ids", [[], [10**9]])
def test_a_version_that_is_not_there_is_not_found(db, ids):
    (approver,) = make_organisers(1)

    with pytest.raises(NoResultFound):
        services.approve_versions(ids, actor_id=approver, now=LATER)


def test_a_retired_question_stays_out(db):
    author, approver = make_organisers()
    bring_in(question(1), question(2), author_id=author)
    services.retire_question("dc-001", actor_id=approver, reason="Văn bản đã đổi.", now=LATER)

    with pytest.raises(services.Retired):
        services.approve_version(versions(db)[0].id, actor_id=approver, now=LATER)
    with pytest.raises(services.Retired):
        services.create_version(question(1, level=2), author_id=author, now=LATER)
    with pytest.raises(services.Retired):
        services.retire_question("dc-001", actor_id=approver, reason="Lần nữa.", now=LATER)
    changed = dataclasses.replace(question(1), valid_until=date(2025, 6, 30))
    assert bring_in(changed, question(2)) == ImportCounts(same=1, retired=1)
    assert actions(db)[-1] == ("questions.retired", approver)
