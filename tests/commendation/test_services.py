"""Dossiers from hand to hand: what each act writes, who is refused, what the database refuses by itself."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEntry
from app.commendation import (
    candidate_queries,
    council_services,
    deadline_rules,
    dossier_queries,
    office_services,
    public_queries,
    queries,
    report_rules,
    report_services,
    rules,
    services,
    workflow_rules,
)
from app.commendation.evidence_rules import Item, Source, digest_of
from app.commendation.models import Dossier, DossierEvent, EvidenceItem, ReportVersion
from app.commendation.report_rules import Report
from app.commendation.rules import Conflict
from app.commendation.workflow_rules import Act, Ground, State, Step
from app.enrolments.exclusion_models import Exclusion
from app.errors import DomainError
from app.extensions import db as extension
from app.localtime import local_day
from tests.commendation.conftest import ITEMS, NOW, REASON, SIGNED, VALUES, report_of


def test_a_dossier_goes_through_every_hand(desk, nominee):
    account = nominee()
    dossier = desk.approved(account)
    decision = desk.decide(dossier)
    desk.publish(decision)

    case = desk.case(dossier)
    assert case.state is State.PUBLISHED
    assert case.dossier.due_on is None
    assert len(case.dossier.code) == 12
    assert (case.dossier.chosen_by, case.dossier.written_by) == (desk.chooser.id, account.id)
    assert (case.dossier.appraised_by, case.dossier.decided_by) == (desk.appraiser.id, desk.decider.id)
    assert [(event.act, event.new_state) for event, _name in dossier_queries.events_of(case)] == [
        ("choose", "chosen"),
        ("ask", "reporting"),
        ("submit", "submitted"),
        ("appraise", "appraised"),
        ("present", "council"),
        ("approve", "approved"),
        ("decide", "decided"),
        ("publish", "published"),
    ]
    assert public_queries.has_published(desk.contest_id)
    assert decision.published_by == desk.decider.id


def test_every_act_is_in_the_audit_trail(desk, nominee, db):
    desk.publish(desk.decide(desk.approved(nominee())))

    query = select(AuditEntry.action).where(AuditEntry.action.like("commendation.%")).order_by(AuditEntry.id)
    actions = db.session.scalars(query).all()
    assert actions[0] == "commendation.body_created"
    assert actions[-2:] == ["commendation.publish", "commendation.decision_published"]
    assert {"commendation.choose", "commendation.meeting_recorded", "commendation.decide"} <= set(actions)


def test_a_collective_goes_the_same_way_and_its_staff_write(desk, collective, staff):
    writer = staff(collective)
    (dossier,) = desk.choose(collective)
    desk.act(dossier, Act.ASK, desk.chooser)
    assert dossier_queries.steps_at(desk.case(dossier), desk.appraiser.id) == {Step.APPRAISE, Step.COUNCIL}
    desk.submit(dossier, writer)
    desk.act(dossier, Act.APPRAISE, desk.appraiser)

    case = desk.case(dossier)
    assert (case.is_collective, case.name, case.state) == (True, collective.full_name, State.APPRAISED)
    assert dossier.written_by == writer.id


def test_deadlines_are_working_days_of_the_body(desk, nominee):
    desk.body.deadlines = {"chosen": 1}
    extension.session.commit()
    (dossier,) = desk.choose(nominee())
    assert dossier.due_on == deadline_rules.add_working_days(local_day(NOW), 1)
    desk.act(dossier, Act.ASK, desk.chooser)
    assert desk.case(dossier).dossier.due_on == deadline_rules.add_working_days(local_day(NOW), 5)


def test_what_is_returned_is_completed_and_both_submissions_stay(desk, nominee, db):
    account = nominee()
    dossier = desk.submitted(account)
    desk.act(dossier, Act.RETURN, desk.appraiser, reason=REASON)
    later = [Item(Source.PARTICIPATION, "weeks", "Số tuần đã thi", "4/5", 2)]
    desk.submit(dossier, account, items=later)

    case = desk.case(dossier)
    versions = db.session.scalars(select(ReportVersion).order_by(ReportVersion.version)).all()
    assert [one.evidence_digest for one in versions] == [digest_of(ITEMS), digest_of(later)]
    assert dossier_queries.evidence_of(versions[0]) == ITEMS
    assert dossier_queries.evidence_of(dossier_queries.find_submitted_report(case)) == later
    assert case.state is State.SUBMITTED


def test_a_draft_is_kept_once_and_an_incomplete_report_is_not_submitted(desk, nominee):
    account = nominee()
    (dossier,) = desk.choose(account)
    own = frozenset({Step.REPORT})
    draft = Report({"full_name": "Nguyễn Thị Mẫu"})
    with pytest.raises(workflow_rules.NotNow):
        report_services.save_draft(desk.case(dossier), draft, own, actor_id=account.id, now=NOW)
    desk.act(dossier, Act.ASK, desk.chooser)
    case = desk.case(dossier)
    assert report_services.save_draft(case, draft, own, actor_id=account.id, now=NOW).version == 1
    assert report_services.save_draft(case, draft, own, actor_id=account.id, now=NOW) is None
    with pytest.raises(report_rules.Incomplete, match="Quê quán"):
        report_services.submit(case, draft, ITEMS, own, actor_id=account.id, now=NOW)
    assert case.state is State.REPORTING


def test_a_refusal_has_a_ground_and_gives_the_place_back(desk, nominee):
    first, *others = [nominee() for _ in range(4)]
    dossier = desk.submitted(first)
    desk.choose(*others[:2])
    with pytest.raises(rules.QuotaFull, match="còn 0, bạn chọn 1"):
        desk.choose(others[2])
    extension.session.rollback()
    desk.reject(dossier, desk.appraiser, Ground.WRONG_SUBJECT)
    desk.choose(others[2])

    events = dossier_queries.events_of(desk.case(dossier))
    assert (events[-1][0].ground, events[-1][0].text) == ("wrong_subject", REASON)
    assert desk.office().people == rules.Quota(3, 3)


def test_too_few_votes_refuse_with_the_figures(desk, nominee):
    dossier = desk.submitted(nominee())
    desk.act(dossier, Act.APPRAISE, desk.appraiser)
    desk.act(dossier, Act.PRESENT, desk.appraiser)
    meeting = desk.meet(dossier, votes=5, present_count=8)

    case = desk.case(dossier)
    assert case.state is State.REJECTED
    event, _name = dossier_queries.events_of(case)[-1]
    assert event.text == "Phiên họp số 1: 5/8 thành viên có mặt đồng ý, chưa đủ 70%."
    assert event.ground == "below_standard"
    assert [(vote.votes_for, vote.is_approved) for vote in dossier_queries.votes_of(case)] == [(5, False)]
    assert meeting.number == 1


def test_revoked_awards_say_so_and_leave_the_list(desk, nominee):
    dossier = desk.approved(nominee())
    decision = desk.decide(dossier)
    desk.publish(decision)
    desk.act(dossier, Act.REVOKE, desk.decider, reason="Quyết định thu hồi số 9/QĐ-UBND.")

    case = desk.case(dossier)
    assert case.state is State.REVOKED
    assert case.dossier.code is not None
    assert not public_queries.has_published(desk.contest_id)


def test_who_did_one_step_does_not_do_another(desk, nominee, organiser, staff):
    dossier = desk.submitted(nominee())
    office_services.give_hand(desk.office(), Step.COUNCIL, desk.chooser, actor_id=organiser.id, now=NOW)
    both = frozenset({Step.APPRAISE, Step.DECIDE})
    with pytest.raises(workflow_rules.SamePerson):
        services.act(desk.case(dossier), Act.APPRAISE, both, actor_id=desk.chooser.id, now=NOW)
    with pytest.raises(workflow_rules.NotYours):
        desk.act(dossier, Act.APPRAISE, desk.decider)
    desk.act(dossier, Act.APPRAISE, desk.appraiser)
    desk.act(dossier, Act.PRESENT, desk.appraiser)
    with pytest.raises(workflow_rules.SamePerson):
        desk.meet(dossier, by=desk.chooser)
    extension.session.rollback()
    desk.meet(dossier)
    with pytest.raises(workflow_rules.SamePerson):
        council_services.decide(
            desk.office(), SIGNED, [desk.case(dossier)], both, actor_id=desk.appraiser.id, now=NOW
        )
    extension.session.rollback()
    assert desk.case(dossier).state is State.APPROVED


def test_nobody_handles_their_own_dossier(desk, nominee, db):
    account = nominee()
    with pytest.raises(workflow_rules.OwnDossier):
        services.act(
            desk.case(desk.submitted(account)),
            Act.APPRAISE,
            frozenset({Step.APPRAISE}),
            actor_id=account.id,
            now=NOW,
        )
    conflicts = candidate_queries.conflicts_of(desk.office(), [account.id], account.id)
    assert Conflict.SELF in conflicts[account.id]


@pytest.mark.parametrize(
    "values",
    [
        {"appraised_by": "chooser"},
        {"appraised_by": "nominee"},
        {"reviewed_by": "nominee"},
        {"decided_by": "appraiser"},
        {"decided_by": "chooser"},
        {"chosen_by": "nominee"},
        {"state": "decided"},
        {"state": "met"},
        {"code": "ABCDEFGHJKMN"},
    ],
)
def test_the_database_keeps_people_and_states_apart_by_itself(desk, nominee, values, db):
    account = nominee()
    dossier = desk.approved(account)
    people = {
        "chooser": desk.chooser.id,
        "appraiser": desk.appraiser.id,
        "nominee": account.id,
    }
    changed = {name: people.get(value, value) for name, value in values.items()}
    with pytest.raises(DBAPIError):
        db.session.execute(update(Dossier).where(Dossier.id == dossier.id).values(**changed))
    db.session.rollback()


def test_events_need_a_ground_for_a_refusal_only(desk, nominee, db):
    (dossier,) = desk.choose(nominee())
    for values in ({"act": "reject", "ground": None}, {"act": "ask", "ground": "incomplete"}):
        db.session.add(
            DossierEvent(
                dossier_id=dossier.id,
                old_state="chosen",
                new_state="rejected",
                text=REASON,
                done_by=desk.chooser.id,
                at=NOW,
                **values,
            )
        )
        with pytest.raises(DBAPIError):
            db.session.flush()
        db.session.rollback()


def test_one_person_is_proposed_once_in_a_campaign(desk, nominee, campaign, commune, organiser, db):
    account = nominee()
    desk.choose(account)
    values = replace(VALUES, name="Ban Thường vụ Huyện ủy mẫu")
    office_services.create_body(campaign, commune, values, actor_id=organiser.id, now=NOW)
    conflicts = candidate_queries.conflicts_of(desk.office(), [account.id], desk.chooser.id)
    assert conflicts[account.id] == {Conflict.PROPOSED}
    with pytest.raises(rules.CannotChoose, match="đã được đề nghị"):
        desk.choose(account)
    db.session.rollback()


def test_whoever_lost_the_flag_or_is_barred_is_not_chosen(desk, nominee, organiser, db):
    lost, barred, listed = nominee(is_met=False), nominee(), nominee()
    for account, mode in ((barred, "barred"), (listed, "not_ranked")):
        db.session.add(
            Exclusion(
                contest_id=desk.contest_id,
                account_id=account.id,
                mode=mode,
                kind="committee",
                relation="",
                first_round=1,
                listed_by=organiser.id,
                listed_at=NOW,
            )
        )
    db.session.commit()
    for account, reason in ((lost, "không còn đạt tiêu chí"), (barred, "không được dự thi")):
        with pytest.raises(rules.CannotChoose, match=reason):
            desk.choose(account)
        db.session.rollback()
    desk.choose(listed)


def test_candidates_stand_in_the_stated_order(desk, nominee):
    few = nominee(rounds_mask=0)
    ranked = nominee(best_rank=3)
    spreader = nominee(referrals=7, rounds_mask=0b1)
    plain = nominee()
    found, pages = candidate_queries.people_page(desk.office(), desk.chooser.id, 1)

    assert [one.account.id for one in found] == [spreader.id, ranked.id, plain.id, few.id]
    assert (pages, found[0].weeks, found[0].referrals, found[0].met) == (1, 1, 7, 3)


def test_only_a_hand_chooses_and_only_in_the_body_s_place(desk, nominee, staff, db, district):
    with pytest.raises(workflow_rules.NotYours):
        desk.choose(nominee(), by=staff())
    db.session.rollback()
    assert desk.choose(nominee(unit=db.session.get(district.__class__, district.parent_id))) == []


def test_hands_of_a_body_are_different_people(desk, organiser, staff, db):
    office = desk.office()
    with pytest.raises(office_services.AlreadyStands):
        office_services.give_hand(office, Step.DECIDE, desk.chooser, actor_id=organiser.id, now=NOW)
    line = next(line for line in queries.hands_of(desk.body) if line.account.id == desk.chooser.id)
    office_services.end_hand(office, line.hand, actor_id=organiser.id, now=NOW)
    office_services.give_hand(office, Step.DECIDE, desk.chooser, actor_id=organiser.id, now=NOW)
    assert queries.steps_of(desk.body.id, desk.chooser.id) == {Step.DECIDE}


def test_a_quota_is_not_lowered_below_what_is_chosen(desk, nominee, organiser):
    desk.choose(nominee(), nominee())
    lower = replace(VALUES, quota_individual=1)
    with pytest.raises(office_services.BelowTaken):
        office_services.change_body(desk.office(), lower, actor_id=organiser.id, now=NOW)


def test_a_decision_number_is_used_once_and_never_dated_ahead(desk, nominee, db):
    first, second = desk.approved(nominee()), desk.approved(nominee())
    desk.decide(first)
    with pytest.raises(council_services.NumberTaken):
        desk.decide(second)
    db.session.rollback()
    ahead = replace(SIGNED, signed_on=local_day(NOW + timedelta(days=1)))
    with pytest.raises(council_services.InTheFuture):
        desk.decide(second, signed=ahead)
    db.session.rollback()


def test_evidence_frozen_stays_whatever_happens_later(desk, nominee, db):
    dossier = desk.submitted(nominee())
    item = db.session.scalars(select(EvidenceItem).filter_by(dossier_id=dossier.id)).first()
    item.value = "5/5 hoặc hơn"
    with pytest.raises(DBAPIError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("seed", range(4))
def test_random_acts_of_random_people_keep_every_rule(desk, nominee, collective, staff, seed):
    """Whatever is tried: only ways of the table, never one person at two steps, never over the quota."""
    chance = random.Random(seed)  # noqa: S311 -- the same acts every time
    accounts = [nominee() for _ in range(5)]
    people = [desk.chooser, desk.appraiser, desk.decider, staff(collective), *accounts]
    subjects = [*accounts, collective]
    extension.session.commit()
    for _ in range(70):
        actor = chance.choice(people)
        try:
            _try_something(desk, actor, subjects, chance)
        except DomainError:
            extension.session.rollback()
        office = desk.office()
        assert office.people.taken <= office.people.limit
        assert office.collectives.taken <= office.collectives.limit
    for case in desk.cases():
        _check_history(case)


def _try_something(desk, actor, subjects, chance):
    cases = desk.cases()
    what = chance.choice([*Act, Act.CHOOSE, Act.SUBMIT, Act.PRESENT, Act.APPROVE])
    if what is Act.CHOOSE or not cases:
        desk.choose(chance.choice(subjects), by=actor)
        return
    dossier = chance.choice(cases).dossier
    if what is Act.SUBMIT:
        desk.submit(dossier, actor)
    elif what is Act.APPROVE:
        desk.meet(dossier, by=actor, votes=chance.choice([2, 8]))
    elif what is Act.DECIDE:
        desk.decide(dossier, by=actor, signed=replace(SIGNED, decision_no=f"{chance.random()}"))
    elif what is Act.PUBLISH:
        for decision in queries.decisions_of(desk.body):
            desk.publish(decision, by=actor)
    else:
        ground = Ground.INCOMPLETE if what is Act.REJECT else None
        desk.act(dossier, what, actor, reason=REASON, ground=ground)


def _check_history(case):
    events = [event for event, _name in dossier_queries.events_of(case)]
    assert events[0].act == "choose"
    for before, after in pairwise(events):
        assert before.new_state == after.old_state
        way = workflow_rules.TABLE[(State(after.old_state), Act(after.act))]
        assert after.new_state == way.to
    assert events[-1].new_state == case.dossier.state
    doers = {act: [event.done_by for event in events if event.act == act] for act in Act}
    for judged in (Act.APPRAISE, Act.APPROVE, Act.DECIDE):
        for judge in doers[judged]:
            assert judge not in doers[Act.CHOOSE]
            assert judge not in doers[Act.SUBMIT]
            assert judge != case.dossier.account_id


def test_a_report_of_the_rules_is_complete(desk, nominee):
    case = desk.case(desk.submitted(nominee()))
    report = report_rules.from_json(dossier_queries.find_submitted_report(case).content)
    assert report == report_of(case)
