from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from app.questions import queries, services
from app.questions.models import QuestionVersion
from app.questions.queries import Filters, QuestionState
from tests.questions.world import NOW, bring_in, make_organisers, question

FIRST, LAST = date(2025, 6, 23), date(2025, 6, 29)


def approve_all(db, approver):
    ids = db.session.scalars(select(QuestionVersion.id).where(QuestionVersion.approved_at.is_(None))).all()
    services.approve_versions(ids, actor_id=approver, now=NOW)


def drawable(topics=("dan-chu",), level=1, first=FIRST, last=LAST, **excluding):
    return queries.approved_versions(topics, level, first=first, last=last, **excluding)


def keys(versions):
    return [version.question.key for version in versions]


def listed(**filters):
    return [line.version.question.key for line in queries.list_questions(Filters(**filters), 1)]


@pytest.fixture
def organisers(db):
    return make_organisers()


@pytest.fixture
def approver(organisers):
    return organisers[1]


def test_a_draw_uses_approved_questions_of_its_topics_and_level(db, approver):
    bring_in(question(1), question(2, topic="bien-gioi"), question(3, level=2), question(4))
    approve_all(db, approver)
    bring_in(question(5))

    assert keys(drawable()) == ["dc-001", "dc-004"]
    assert keys(drawable(("dan-chu", "bien-gioi"))) == ["dc-001", "dc-002", "dc-004"]
    assert keys(drawable(level=2)) == ["dc-003"]
    assert drawable(("khong-co",)) == []


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_drawn"),
    [
        (FIRST, LAST, True),
        (FIRST, None, True),
        (FIRST + timedelta(days=1), None, False),
        (date(2022, 1, 1), LAST - timedelta(days=1), False),
    ],
)
def test_a_draw_uses_what_is_right_on_every_day(db, approver, valid_from, valid_until, is_drawn):
    bring_in(question(1, valid_from=valid_from, valid_until=valid_until))
    approve_all(db, approver)

    assert bool(drawable()) is is_drawn


def test_a_draw_uses_the_newest_approved_version(db, approver):
    bring_in(question(1))
    approve_all(db, approver)
    bring_in(question(1, answer="B"))
    assert [version.answer for version in drawable()] == ["A"]

    approve_all(db, approver)
    assert [version.answer for version in drawable()] == ["B"]

    bring_in(question(1, level=2))
    approve_all(db, approver)
    assert drawable() == []


def test_a_draw_passes_over_retired_questions(db, approver):
    bring_in(question(1), question(2))
    approve_all(db, approver)
    services.retire_question("dc-001", actor_id=approver, reason="Văn bản đã đổi.", now=NOW)

    assert keys(drawable()) == ["dc-002"]


def test_a_reworded_question_is_not_new_to_those_who_saw_it(db, approver):
    bring_in(question(1), question(2))
    approve_all(db, approver)
    seen = drawable()[0].id
    bring_in(question(1, explanation="Điều 5 nêu rõ việc này."))
    approve_all(db, approver)

    assert keys(drawable(excluding=[seen])) == ["dc-002"]


def test_versions_are_found_for_papers(db):
    bring_in(question(1), question(2))
    ids = db.session.scalars(select(QuestionVersion.id)).all()

    found = queries.get_versions(ids)

    assert found.keys() == set(ids)
    assert {version.question.topic.code for version in found.values()} == {"dan-chu"}
    with pytest.raises(NoResultFound):
        queries.get_versions([*ids, 10**9])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["dc-001", "dc-002", "dc-003", "dc-004"]),
        ({"text": "bien phong"}, ["dc-002"]),
        ({"text": "BIÊN PHÒNG"}, ["dc-002"]),
        ({"text": "phong bien"}, ["dc-002"]),
        ({"text": "dc-003"}, ["dc-003"]),
        ({"text": "%"}, []),
        ({"text": "_"}, []),
        ({"topic": "bien-gioi"}, ["dc-004"]),
        ({"level": 3}, ["dc-003"]),
        ({"state": QuestionState.DRAFT}, ["dc-001", "dc-002"]),
        ({"state": QuestionState.CHANGED}, ["dc-003"]),
        ({"state": QuestionState.APPROVED}, ["dc-004"]),
        ({"state": QuestionState.RETIRED}, []),
        ({"state": QuestionState.DRAFT, "text": "bien"}, ["dc-002"]),
    ],
)
def test_the_bank_is_searched_without_marks_and_filtered(db, approver, filters, expected):
    bring_in(question(3), question(4, topic="bien-gioi"))
    approve_all(db, approver)
    bring_in(question(1), question(2, source="Luật Biên phòng, Điều 2"), question(3, level=3))

    assert listed(**filters) == expected
    assert queries.count_questions(Filters(**filters)) == len(expected)


def test_the_list_comes_in_pages(db, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    bring_in(*(question(number) for number in range(1, 6)))

    pages = [queries.list_questions(Filters(), page) for page in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [line.version.question.key for line in pages[2]] == ["dc-005"]


def test_only_others_drafts_may_be_approved(db, organisers):
    author, approver = organisers
    bring_in(question(1), author_id=author)
    bring_in(question(1), question(2), author_id=approver)
    bring_in(question(1), question(2), question(3))

    assert [line.version.question.key for line in queries.approvable(Filters(), approver)] == [
        "dc-001",
        "dc-003",
    ]
    assert [line.version.question.key for line in queries.approvable(Filters(), author)] == [
        "dc-002",
        "dc-003",
    ]
    assert queries.count_approvable(Filters(text="dc-001"), approver) == 1


def test_the_bank_is_counted_by_topic_level_and_state(db, approver):
    bring_in(question(1), question(2), question(3, level=2), question(4, topic="bien-gioi"))
    approve_all(db, approver)
    bring_in(question(2, answer="C"), question(5))
    services.retire_question("dc-004", actor_id=approver, reason="Văn bản đã đổi.", now=NOW)

    assert queries.bank_counts() == {
        ("dan-chu", 1, QuestionState.APPROVED): 1,
        ("dan-chu", 1, QuestionState.CHANGED): 1,
        ("dan-chu", 1, QuestionState.DRAFT): 1,
        ("dan-chu", 2, QuestionState.APPROVED): 1,
        ("bien-gioi", 1, QuestionState.RETIRED): 1,
    }


def test_names_of_those_who_wrote_and_approved(db, organisers):
    author, approver = organisers
    bring_in(question(1), author_id=author)
    approve_all(db, approver)
    versions = queries.versions_of(queries.get_question("dc-001"))

    assert queries.names_of(versions) == {author: "Thí sinh mẫu Thử", approver: "Thí sinh mẫu Thử"}
