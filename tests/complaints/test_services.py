"""Filing, adding, withdrawing, taking, asking, deciding; what the database refuses by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, NoResultFound

from app.attempts.rules import decode_paper
from app.audit.models import AuditEntry
from app.complaints import desk_queries, desk_services, queries, rules, services
from app.complaints.models import Complaint, ComplaintDecision
from app.complaints.rules import Effect, Outcome, Subject, Verdict
from app.contests.queries import get_package
from app.enrolments.exclusion_models import Exclusion
from app.questions.models import QuestionVersion
from app.ranking import key_services
from app.ranking import queries as results
from app.ranking import services as ranking
from app.ranking.rules import Kind
from tests.complaints.conftest import GRANTS, LATER, TEXT
from tests.ranking.conftest import AFTER, CLOSES

REFUSED = Verdict(
    Outcome.REFUSED, Effect.NONE, text="Đáp án đúng theo văn bản nguồn.", ground="Điều 5 Thể lệ"
)
GROUND = "Biên bản kiểm tra máy chủ"


def decide(case, judge, verdict=REFUSED, at=LATER):
    if case.complaint.taken_at is None:
        desk_services.take(case, actor_id=judge.id, now=at)
    return desk_services.decide(case, verdict, actor_id=judge.id, now=at)


def test_a_complaint_is_numbered_dated_and_kept_with_its_text(file, published):
    first, second = file(Subject.QUESTION, position=3), file(attempt=published.other)

    assert (first.number, second.number) == (1, 2)
    assert (first.revision, first.question_position, first.subject) == (1, 3, "question")
    assert first.due_on == rules.due_on(LATER)
    assert [(event.kind, event.text) for event in queries.events_of(first)] == [("filed", TEXT)]
    assert queries.state_of(first) is rules.State.NEW


def test_nobody_complains_before_publication_or_after_the_window(file, published, week, sit, db):
    last = published.round.contest.complaint_days
    with pytest.raises(rules.WindowClosed):
        file(at=AFTER + timedelta(days=last))
    week.published_revision = None
    with pytest.raises(rules.NotPublished):
        file()
    db.session.rollback()

    assert db.session.scalars(select(Complaint)).all() == []


def test_one_open_complaint_a_subject(file, judges, case_of, db):
    first = file()
    with pytest.raises(rules.AlreadyOpen):
        file()
    file(Subject.RANKING)
    decide(case_of(first), judges[0])
    db.session.commit()

    assert file().number == 3


def test_the_database_keeps_one_open_complaint_by_itself(file, db):
    complaint = file()
    twin = {name: getattr(complaint, name) for name in ("round_id", "account_id", "attempt_id", "revision")}
    db.session.add(
        Complaint(
            **twin, public_id="f" * 32, number=9, subject="score", filed_at=LATER, due_on=complaint.due_on
        )
    )
    with pytest.raises(DBAPIError):
        db.session.flush()
    db.session.rollback()


def test_nobody_floods_a_round(file, db):
    for _ in range(rules.MOST_OF_A_ROUND):
        services.withdraw(file(), now=LATER)
        db.session.commit()

    with pytest.raises(rules.TooMany):
        file()


def test_nobody_floods_a_complaint(file, judges, case_of):
    complaint = file()
    for _ in range(rules.MOST_IN_A_ROW):
        services.add_message(complaint, TEXT, now=LATER)
    with pytest.raises(rules.TooManyMessages):
        services.add_message(complaint, TEXT, now=LATER)
    desk_services.take(case_of(complaint), actor_id=judges[0].id, now=LATER)

    services.add_message(complaint, TEXT, now=LATER)


def test_a_question_waits_for_the_answer(file, judges, case_of):
    complaint = file()
    case = case_of(complaint)
    desk_services.take(case, actor_id=judges[0].id, now=LATER)
    desk_services.write_to_citizen(
        case, "Bạn dựa vào văn bản nào?", asks=True, actor_id=judges[0].id, now=LATER
    )
    asked = queries.state_of(complaint)
    services.add_message(complaint, TEXT, now=LATER)

    assert (asked, queries.state_of(complaint)) == (rules.State.ASKED, rules.State.TAKEN)
    assert [event.kind for event in queries.events_of(complaint)] == ["filed", "taken", "asked", "added"]


def test_telling_something_waits_for_nothing(file, judges, case_of):
    case = case_of(file())
    desk_services.take(case, actor_id=judges[0].id, now=LATER)
    desk_services.write_to_citizen(case, TEXT, asks=False, actor_id=judges[0].id, now=LATER)

    assert case.state is rules.State.TAKEN


def test_what_has_ended_stays_ended(file, judges, case_of):
    withdrawn = file()
    services.withdraw(withdrawn, now=LATER)
    decided = file(Subject.PRIZE)
    decide(case_of(decided), judges[0])

    for complaint in (withdrawn, decided):
        acts = (
            lambda found: services.add_message(found, TEXT, now=LATER),
            lambda found: services.withdraw(found, now=LATER),
            lambda found: desk_services.take(case_of(found), actor_id=judges[0].id, now=LATER),
            lambda found: decide(case_of(found), judges[0]),
        )
        for act in acts:
            with pytest.raises(rules.AlreadyClosed):
                act(complaint)


def test_it_is_taken_once_and_before_anything_else(file, judges, case_of):
    case = case_of(file())
    for act in (
        lambda: desk_services.decide(case, REFUSED, actor_id=judges[0].id, now=LATER),
        lambda: desk_services.write_to_citizen(case, TEXT, asks=True, actor_id=judges[0].id, now=LATER),
    ):
        with pytest.raises(rules.NotTaken):
            act()
    desk_services.take(case, actor_id=judges[0].id, now=LATER)

    with pytest.raises(rules.AlreadyTaken):
        desk_services.take(case, actor_id=judges[1].id, now=LATER)


def test_a_decision_is_kept_told_and_audited(file, judges, case_of, db):
    complaint = file()
    decision = decide(case_of(complaint), judges[0])
    db.session.commit()

    assert (complaint.outcome, queries.state_of(complaint)) == ("refused", rules.State.DECIDED)
    assert (decision.revision, decision.decision_id, decision.effect) == (1, None, "none")
    assert queries.events_of(complaint)[-1].text == REFUSED.text
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("complaints.%"))).all()
    assert [entry.action for entry in entries] == ["complaints.taken", "complaints.decided"]
    assert entries[-1].details["outcome"] == "refused"


def test_a_refusal_changes_nothing(file, judges, case_of):
    case = case_of(file())
    with pytest.raises(rules.NoSuchEffect):
        decide(case, judges[0], Verdict(Outcome.REFUSED, Effect.VOID, text=TEXT, ground=GROUND))


def test_an_accepted_complaint_may_void_the_attempt(file, published, judges, case_of, db):
    case = case_of(file(Subject.TECHNICAL))
    decision = decide(case, judges[0], Verdict(Outcome.ACCEPTED, Effect.VOID, text=TEXT, ground=GROUND))
    db.session.commit()

    found = results.find_active_decision(
        case.round.id, Kind.VOID, enrolment_id=case.enrolment.id, attempt_id=published.attempt.id
    )
    assert decision.decision_id == found.id
    assert found.reason == f"Theo khiếu nại số 1: {GROUND}"
    assert results.is_out_of_date(results.find_computed_freeze(case.round.id))


def test_an_accepted_complaint_may_undo_a_decision(file, published, organisers, judges, case_of, db):
    made = ranking.decide_person(
        published.round,
        Kind.NOT_RANKED,
        published.attempt.enrolment_id,
        actor_id=organisers[0].id,
        reason="Nghi dùng hai tài khoản",
        now=LATER,
    )
    case = case_of(file(Subject.RANKING))
    verdict = Verdict(Outcome.PARTLY, Effect.UNDO, text=TEXT, ground=GROUND, undone_decision_id=made.id)
    decision = decide(case, judges[0], verdict)
    db.session.commit()

    assert (made.undone_by, decision.decision_id) == (judges[0].id, made.id)
    assert desk_queries.active_decisions(case) == []


def test_another_persons_decision_is_not_undone(file, published, organisers, judges, case_of):
    other = ranking.decide_person(
        published.round,
        Kind.NO_PRIZE,
        published.other.enrolment_id,
        actor_id=organisers[0].id,
        reason="Đã nhận giải tuần trước",
        now=LATER,
    )
    verdict = Verdict(Outcome.ACCEPTED, Effect.UNDO, text=TEXT, ground=GROUND, undone_decision_id=other.id)

    with pytest.raises(NoResultFound):
        decide(case_of(file()), judges[0], verdict)


def test_nobody_decides_their_own_complaint(file, citizen, case_of):
    case = case_of(file())
    with pytest.raises(rules.IsInvolved):
        desk_services.take(case, actor_id=citizen.id, now=LATER)


def test_the_database_refuses_who_decides_their_own(file, judges, case_of, db):
    """Whatever the code forgets: the complainant is in the key of the decision."""
    complaint = file()
    desk_services.take(case_of(complaint), actor_id=judges[0].id, now=LATER)
    db.session.commit()
    values = {"outcome": "refused", "effect": "none", "text": TEXT, "ground": GROUND, "revision": 1}
    for account_id in (complaint.account_id, judges[1].id):
        db.session.add(
            ComplaintDecision(
                complaint_id=complaint.id,
                account_id=account_id,
                decided_by=complaint.account_id,
                decided_at=LATER,
                **values,
            )
        )
        with pytest.raises(DBAPIError):
            db.session.flush()
        db.session.rollback()


def test_who_decided_about_the_person_does_not_judge_it(file, published, organisers, case_of):
    ranking.decide_person(
        published.round,
        Kind.NO_PRIZE,
        published.attempt.enrolment_id,
        actor_id=organisers[0].id,
        reason="Đã nhận giải tuần trước",
        now=LATER,
    )
    case = case_of(file(Subject.PRIZE))

    assert "đã ra quyết định" in desk_queries.find_involvement(case, organisers[0].id)
    assert desk_queries.find_involvement(case, organisers[1].id) is None


def test_who_excluded_the_person_does_not_judge_it(file, published, judges, case_of, db):
    case = case_of(file())
    entry = Exclusion(
        contest_id=case.round.contest_id,
        account_id=case.account.id,
        mode="not_ranked",
        kind="relative",
        relation="Con của một thành viên Ban Tổ chức",
        first_round=1,
        listed_by=judges[0].id,
        listed_at=LATER,
    )
    db.session.add(entry)
    db.session.flush()

    assert desk_queries.exclusions_of(case) == [entry]
    assert "danh sách loại trừ" in desk_queries.find_involvement(case, judges[0].id)
    assert desk_queries.find_involvement(case, judges[1].id) is None


def test_who_approved_the_question_does_not_judge_its_key(file, published, organisers, judges, case_of, db):
    version_id = decode_paper(published.attempt.paper)[2].version_id
    approver = db.session.get_one(QuestionVersion, version_id).approved_by
    about_key, about_score = case_of(file(Subject.QUESTION, position=3)), case_of(file(Subject.SCORE))

    assert "duyệt đáp án" in desk_queries.find_involvement(about_key, approver)
    assert desk_queries.find_involvement(about_score, approver) is None
    assert desk_queries.find_involvement(about_key, judges[0].id) is None


def test_who_corrected_the_key_does_not_judge_it(file, published, organisers, judges, case_of, db):
    """Of the question that is named; of any question when none is."""
    pool = get_package(published.round.id).pool
    named = decode_paper(published.attempt.paper)[0].version_id
    corrected = next(entry["id"] for entry in pool if entry["id"] != named)
    key_services.correct_key(
        published.round,
        corrected,
        "*",
        reason="Hai phương án giống nhau",
        proposed_by=judges[0].id,
        approved_by=organisers[0].id,
        now=LATER,
    )
    db.session.commit()
    other = case_of(file(Subject.QUESTION, attempt=published.other))
    own = case_of(file(Subject.QUESTION, position=1))

    assert desk_queries.find_involvement(other, judges[0].id) is not None
    assert desk_queries.find_involvement(own, judges[0].id) is None


def test_the_list_shows_what_is_urgent_first(file, published, judges, case_of, db):
    late, fresh = file(), file(Subject.PRIZE, attempt=published.other, at=LATER + timedelta(days=2))
    decide(case_of(file(Subject.RANKING)), judges[0])
    db.session.commit()
    now = LATER + timedelta(days=6, hours=2)

    def numbers(**filters):
        lines, _pages = desk_queries.desk_page(GRANTS, desk_queries.Filters(**filters), 1, now)
        return [line.complaint.number for line in lines]

    assert numbers() == [late.number, fresh.number]
    assert numbers(state="late") == [late.number]
    assert numbers(state="closed") == [3]
    assert numbers(state="new", subject="prize") == [fresh.number]
    assert numbers(state="asked") == []
    assert desk_queries.counts_of(GRANTS, published.round.id, now) == (3, 2, 1, 1)


def test_a_window_belongs_to_the_newest_revision(published, db):
    window = queries.find_window(published.round)

    assert window.opens_at == AFTER.replace(microsecond=0) > CLOSES
    assert queries.rounds_to_complain_about(published.attempt.account_id, LATER) == [
        (published.attempt, published.round)
    ]
    assert queries.rounds_to_complain_about(published.attempt.account_id, window.closes_at) == []
