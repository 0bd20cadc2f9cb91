"""Correcting the answer key: two people, a full regrade, the before/after list, a new revision."""

import pytest
from sqlalchemy import select

from app.attempts.models import Attempt
from app.attempts.rules import decode_paper
from app.contests.models import RoundKey
from app.contests.queries import get_latest_key, get_package
from app.files.services import get_file_body
from app.jobs.runner import run_waiting_jobs
from app.ranking import freeze_queries, key_services, queries, rules
from app.ranking.models import Regrade
from tests.ranking import sittings
from tests.ranking.conftest import AFTER, NOON

REASON = "Câu hỏi có hai phương án đúng"


@pytest.fixture
def correct(week, organisers, db, clock_at):
    def run(version_id, letters, *, reason=REASON, now=AFTER, people=(0, 1)):
        key = key_services.correct_key(
            week,
            version_id,
            letters,
            reason=reason,
            proposed_by=organisers[people[0]].id,
            approved_by=organisers[people[1]].id,
            now=now,
        )
        clock_at(now)
        db.session.commit()
        run_waiting_jobs()
        db.session.expire_all()
        return key

    return run


def question_of(attempt, position):
    return decode_paper(attempt.paper)[position - 1].version_id


def test_a_voided_question_gives_its_point_to_everybody_who_had_it(sit, correct, week, db):
    attempt = sit(score=4)
    other = sit(score=4)
    version_id = question_of(attempt, 9)
    had_it = version_id in {question.version_id for question in decode_paper(other.paper)}
    number = db.session.get_one(sittings.Enrolment, attempt.enrolment_id).contestant_no

    key = correct(version_id, "*")

    assert (key.version, key.answers[str(version_id)]) == (2, "*")
    assert db.session.get_one(Attempt, attempt.id).score == 5
    assert set(db.session.scalars(select(Attempt.key_version))) == {2}
    regrade = db.session.scalars(select(Regrade)).one()
    lines = get_file_body(regrade.changes_sha256).decode().splitlines()
    assert lines[:2] == ["contestant_no,number,old_score,new_score", f"{number},1,4,5"]
    assert regrade.changed_count == len(lines) - 1 <= 1 + had_it


def test_another_right_answer_takes_the_point_from_who_had_the_old_one(sit, correct, week, db):
    attempt = sit(score=10)
    version_id = question_of(attempt, 1)
    right = get_latest_key(week.id).answers[str(version_id)]

    correct(version_id, "A" if right != "A" else "B")

    assert db.session.get_one(Attempt, attempt.id).score == 9


def test_a_correction_puts_the_freeze_out_of_date_and_leads_to_a_new_revision(
    sit, correct, freeze, publish, db
):
    attempt, other = sit(prediction=1), sit(prediction=50)
    frozen = freeze()
    publish(frozen)
    version_id = question_of(attempt, 1)
    shared = version_id in {question.version_id for question in decode_paper(other.paper)}
    right = get_latest_key(attempt.round_id).answers[str(version_id)]
    correct(version_id, "A" if right != "A" else "B")
    assert queries.is_out_of_date(frozen)

    again = freeze(reason="Chốt lại theo đáp án mới")
    revision = publish(again, reason="Sửa đáp án một câu")

    assert (again.key_version, revision.number) == (2, 2)
    assert again.figures["people_all_correct"] == (0 if shared else 1)


def test_freezing_grades_by_the_new_key_when_the_job_has_not_run(sit, week, organisers, freeze, db):
    attempt = sit(score=4)
    key_services.correct_key(
        week,
        question_of(attempt, 9),
        "*",
        reason=REASON,
        proposed_by=organisers[0].id,
        approved_by=organisers[1].id,
        now=AFTER,
    )
    assert freeze_queries.has_attempts_of_other_key(week.id, 2)

    frozen = freeze()

    assert frozen.key_version == 2
    assert db.session.get_one(Attempt, attempt.id).score == 5
    assert db.session.scalars(select(Regrade.changed_count)).all() == [1]


def test_grading_twice_keeps_the_first_list(sit, correct, week, db):
    attempt = sit(score=4)
    key = correct(question_of(attempt, 9), "*")
    first = db.session.scalars(select(Regrade.changes_sha256)).one()

    key_services.regrade_round(week.id, key.version, now=AFTER)

    assert db.session.scalars(select(Regrade.changes_sha256)).all() == [first]


def test_a_later_version_supersedes_an_earlier_one(sit, week, organisers, db):
    attempt = sit(score=4)
    act = {
        "reason": REASON,
        "proposed_by": organisers[0].id,
        "approved_by": organisers[1].id,
        "now": AFTER,
    }
    key_services.correct_key(week, question_of(attempt, 9), "*", **act)
    key_services.correct_key(week, question_of(attempt, 10), "*", **act)

    key_services.regrade_round(week.id, 2, now=AFTER)
    key_services.regrade_round(week.id, 3, now=AFTER)

    counts = db.session.execute(
        select(Regrade.key_version, Regrade.changed_count).order_by(Regrade.key_version)
    ).all()
    assert [tuple(row) for row in counts] == [(2, 0), (3, 1)]
    assert db.session.get_one(Attempt, attempt.id).score == 6


@pytest.mark.parametrize("letters", ["", "E", "BA", "AA", "a", "**", "A*"])
def test_letters_are_those_offered_in_order(sit, correct, letters, db):
    attempt = sit()

    with pytest.raises(key_services.KeyRefused, match="Đáp án là các chữ trong ABCD"):
        correct(question_of(attempt, 1), letters)


def test_what_makes_no_correction_is_refused(sit, correct, week, db):
    attempt = sit()
    version_id = question_of(attempt, 1)
    right = get_latest_key(week.id).answers[str(version_id)]

    for changes, words in (
        ({"letters": right}, "đang có hiệu lực rồi"),
        ({"people": (0, 0)}, "hai người khác nhau"),
        ({"now": NOON}, "sau khi vòng thi đóng"),
        ({"version_id": 10**6}, "không có trong bộ đề"),
    ):
        with pytest.raises(key_services.KeyRefused, match=words):
            correct(**({"version_id": version_id, "letters": "*"} | changes))
    with pytest.raises(rules.ReasonTooShort):
        correct(version_id, "*", reason="sai")
    assert db.session.scalars(select(RoundKey.version)).all() == [1]


def test_the_pool_is_what_can_be_corrected(sit, week):
    pool = {entry["id"] for entry in get_package(week.id).pool}

    assert question_of(sit(), 3) in pool
