"""Revisions: two people, immutable, chained; the database says so too."""

import hashlib
import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.contests.queries import state_of
from app.contests.rules import RoundState
from app.files.services import get_file_body
from app.jobs.models import Job
from app.ranking import publication_rules, queries, services
from app.ranking.models import Revision
from tests.ranking.conftest import AFTER


@pytest.fixture
def revision(sit, freeze, publish):
    sit(prediction=1)
    return publish(freeze())


def test_publishing_fixes_the_revision_and_asks_for_the_annex(revision, week, organisers, db):
    assert (revision.number, revision.frozen_by, revision.approved_by) == (
        *(1, organisers[0].id),
        organisers[1].id,
    )
    assert (week.published_revision, state_of(week, AFTER)) == (1, RoundState.PUBLISHED)
    assert revision.reason == "Công bố lần đầu"
    job = db.session.scalars(select(Job).filter_by(kind="make_annex")).one()
    assert job.payload == {"round_id": week.id, "number": 1}


def test_the_digest_covers_reason_files_and_what_came_before(revision, week):
    statement = services.statement_of(week, revision)

    assert hashlib.sha256(statement).hexdigest() == revision.digest
    assert json.loads(statement) == {
        "contest": "dan-van-kheo",
        "round": 1,
        "revision": 1,
        "reason": "Công bố lần đầu",
        "published_at": "2024-04-15T07:05:00+07:00",
        "body_sha256": revision.body_sha256,
        "public_sha256": revision.public_sha256,
        "previous_digest": publication_rules.GENESIS,
    }
    for sha256 in (revision.body_sha256, revision.public_sha256):
        assert hashlib.sha256(get_file_body(sha256)).hexdigest() == sha256


def test_a_second_revision_is_chained(revision, sit, freeze, publish, week):
    again = publish(freeze(reason="Chốt lại lần nữa"), reason="Theo khiếu nại số 07")

    assert (again.number, again.previous_digest) == (2, revision.digest)
    assert [one.number for one in queries.revisions_of(week.id)] == [2, 1]


def test_the_freezer_does_not_approve(sit, freeze, publish, db):
    sit(prediction=1)
    frozen = freeze(by=1)

    with pytest.raises(services.SecondPersonNeeded):
        publish(frozen, by=1)
    db.session.rollback()
    assert db.session.scalars(select(Revision)).all() == []


def test_the_database_refuses_one_person_alone(sit, freeze, organisers, week, db):
    sit(prediction=1)
    frozen = freeze()
    row = Revision(
        round_id=week.id,
        number=1,
        freeze_id=frozen.id,
        frozen_by=organisers[0].id,
        approved_by=organisers[0].id,
        published_at=AFTER,
        reason="Một mình",
        body_sha256=frozen.body_sha256,
        public_sha256=frozen.public_sha256,
        previous_digest=publication_rules.GENESIS,
        digest="0" * 64,
    )
    db.session.add(row)

    with pytest.raises(DBAPIError, match="ck_revisions_second_person"):
        db.session.flush()


@pytest.mark.parametrize(
    "statement", ["UPDATE revisions SET reason = 'Sửa lặng lẽ'", "DELETE FROM revisions"]
)
def test_a_revision_never_changes(revision, db, statement):
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))


def test_what_was_not_frozen_is_not_published(sit, week, organisers, publish, db):
    sit(prediction=1)
    asked = services.request_freeze(week, actor_id=organisers[0].id, reason="Chốt kết quả", now=AFTER)

    with pytest.raises(services.NotFrozen):
        publish(asked)


def test_an_older_freeze_is_not_published(sit, freeze, publish):
    sit(prediction=1)
    older = freeze()
    freeze(reason="Chốt lại lần nữa")

    with pytest.raises(services.OtherNumbers):
        publish(older)


def test_a_freeze_is_published_once(revision, publish, db):
    frozen = queries.get_freeze(revision.freeze_id)

    with pytest.raises(services.AlreadyPublished):
        publish(frozen, reason="Công bố thêm lần nữa")
