"""Tallies of people and attempts against a slow, obvious count; when a round is counted anew."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import select, update

from app.accounts.models import Account
from app.attempts.models import Attempt
from app.contests.models import Round
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge, UnitMove
from app.localtime import local_day
from app.participation import mark_queries, tally_queries
from app.participation.jobs import refresh_tallies
from app.participation.models import GroupTally, UnitTally
from app.participation.rules import AGE_BANDS
from app.participation.tally_services import tally_round
from app.ranking.models import Decision
from tests.participation.world import (
    LENGTH,
    OPENS,
    WEEK,
    enrol,
    let_count,
    make_contest,
    make_tree,
    make_week,
    take,
)

AFTER = OPENS + 5 * WEEK
MINIMUM = 3


class World:
    """A contest of three weeks, one of which may be cancelled, with people who do everything possible."""

    def __init__(self, seed, db):
        self.random = Random(seed)  # noqa: S311 -- the same world every time
        self.db = db
        self.province, self.branches = make_tree()
        self.leaves = [leaf for _, leaves in self.branches for leaf in leaves]
        self.contest = make_contest(self.province)
        self.weeks = [make_week(self.contest, number, minimum_answered=MINIMUM) for number in (1, 2, 3)]
        self.organiser = enrol(self.contest, self.leaves[0]).account_id
        self.people = [self._person() for _ in range(14)]
        for week in self.weeks:
            for enrolment in self.people:
                self._take_some(enrolment, week)
        if seed % 3 == 0:
            self.weeks[self.random.randrange(2)].cancelled_at = AFTER
        db.session.commit()
        let_count(AFTER)
        self._void_some()
        self._move_some()
        self._merge_some()
        db.session.commit()
        let_count(AFTER)

    def _person(self):
        age = self.random.choice((16, 17, 18, 30, 31, 45, 46, 60, 61))
        gender = self.random.choice((None, "female", "male", "other"))
        return enrol(self.contest, self.random.choice(self.leaves), age=age, gender=gender)

    def _take_some(self, enrolment, week):
        for number in range(1, self.random.randrange(4) + 1):
            at = week.opens_at + self.random.random() * LENGTH
            answered = self.random.choice((MINIMUM - 1, MINIMUM, 10))
            take(enrolment, week, at, score=self.random.choice((2, 10)), answered=answered, number=number)

    def _void_some(self):
        for attempt in self.db.session.scalars(select(Attempt).order_by(Attempt.id)):
            if self.random.random() < 0.15:
                self._void(attempt, is_undone=self.random.random() < 0.3)

    def _void(self, attempt, *, is_undone):
        undone = (
            {"undone_by": self.organiser, "undone_at": AFTER, "undo_reason": "Xem lại"} if is_undone else {}
        )
        values = {"reason": "Làm hộ bài", "decided_by": self.organiser, "decided_at": AFTER}
        self.db.session.add(
            Decision(
                round_id=attempt.round_id,
                enrolment_id=attempt.enrolment_id,
                attempt_id=attempt.id,
                kind="void",
                **values,
                **undone,
            )
        )
        self.db.session.execute(
            update(Attempt).where(Attempt.enrolment_id == attempt.enrolment_id).values(tallied_at=None)
        )

    def _move_some(self):
        for enrolment in self.random.sample(self.people, 6):
            at = OPENS
            for _ in range(self.random.randrange(1, 4)):
                at += self.random.random() * 2 * WEEK
                new = self.random.choice([leaf for leaf in self.leaves if leaf.id != enrolment.unit_id])
                move = {"from_unit_id": enrolment.unit_id, "to_unit_id": new.id, "at": at}
                self.db.session.add(
                    UnitMove(enrolment_id=enrolment.id, reason="Sai xã", moved_by=self.organiser, **move)
                )
                enrolment.unit_id = new.id
                self.db.session.flush()

    def _merge_some(self):
        chosen = self.random.sample(self.people, 6)
        stranger = enrol(make_contest(self.province, slug="khac"), self.leaves[0]).account_id
        pairs = [
            *((chosen[0].account_id, one.account_id) for one in chosen[1:3]),
            *((stranger, one.account_id) for one in chosen[3:5]),
        ]
        for kept, absorbed in pairs:
            self._merge(kept, absorbed)
        self._merge(chosen[0].account_id, chosen[5].account_id, undone_at=AFTER)

    def _merge(self, kept, absorbed, **values):
        by = {"merged_by": self.organiser, "merged_at": AFTER, "reason": "Một người"}
        self.db.session.add(AccountMerge(kept_id=kept, absorbed_id=absorbed, **by, **values))


class Reference:
    """The same figures, one person and one attempt after another."""

    def __init__(self, world):
        self.world = world
        session = world.db.session
        self.voided = set(session.scalars(select(Decision.attempt_id).where(Decision.undone_at.is_(None))))
        merges = session.scalars(select(AccountMerge).where(AccountMerge.undone_at.is_(None)))
        self.kept = {merge.absorbed_id: merge.kept_id for merge in merges}
        self.enrolments = session.scalars(
            select(Enrolment).where(Enrolment.contest_id == world.contest.id).order_by(Enrolment.id)
        ).all()

    def person_of(self, attempt):
        return self.kept.get(attempt.account_id, attempt.account_id)

    def valid_attempts(self, week):
        """Person → valid attempts in the order of time."""
        people = defaultdict(list)
        query = select(Attempt).where(Attempt.round_id == week.id).order_by(Attempt.finished_at)
        for attempt in self.world.db.session.scalars(query):
            if attempt.answered_count >= MINIMUM and attempt.id not in self.voided:
                people[self.person_of(attempt)].append(attempt)
        return people

    def home_of(self, person):
        """The enrolment of the person's own account, else the first of those merged into it."""
        merged = [one for one in self.enrolments if self.kept.get(one.account_id) == person]
        own = [one for one in self.enrolments if one.account_id == person]
        return (own or merged)[0]

    def unit_of(self, enrolment, week):
        query = select(UnitMove).where(UnitMove.enrolment_id == enrolment.id)
        moves = sorted(self.world.db.session.scalars(query), key=lambda move: (move.at, move.id))
        later = [move.from_unit_id for move in moves if move.at > week.closes_at]
        return later[0] if later else enrolment.unit_id

    def days(self, week):
        """(unit, day) → attempts, people, newcomers, people with every answer right."""
        earlier = set()
        for other in self.world.weeks:
            if other.number < week.number and other.cancelled_at is None:
                earlier |= self.valid_attempts(other).keys()
        counts = defaultdict(Counter)
        for person, attempts in self.valid_attempts(week).items():
            unit = self.unit_of(self.home_of(person), week)
            days = [local_day(attempt.finished_at) for attempt in attempts]
            right = [day for day, one in zip(days, attempts, strict=True) if one.score == 10]
            for day in days:
                counts[unit, day]["attempts"] += 1
            counts[unit, days[0]]["people"] += 1
            counts[unit, days[0]]["newcomers"] += person not in earlier
            if right:
                counts[unit, right[0]]["right"] += 1
        return {
            key: (found["attempts"], found["people"], found["newcomers"], found["right"])
            for key, found in counts.items()
        }

    def groups(self, week):
        counts = Counter()
        for person in self.valid_attempts(week):
            home = self.home_of(person)
            band = next(code for code, oldest, _ in AGE_BANDS if oldest is None or home.age <= oldest)
            gender = self.world.db.session.get_one(Account, home.account_id).gender or ""
            counts[self.unit_of(home, week), band, gender] += 1
        return dict(counts)


def days_kept(db, week):
    rows = db.session.scalars(select(UnitTally).where(UnitTally.round_id == week.id))
    return {
        (row.unit_id, row.day): (row.attempts, row.people, row.newcomers, row.people_all_correct)
        for row in rows.all()
    }


def groups_kept(db, week):
    rows = db.session.scalars(select(GroupTally).where(GroupTally.round_id == week.id))
    return {(row.unit_id, row.age_band, row.gender): row.people for row in rows.all()}


@pytest.mark.parametrize("seed", range(6))
def test_tallies_are_those_of_the_obvious_count(db, clock_at, seed):
    world = World(seed, db)
    reference = Reference(world)
    clock_at(AFTER)

    assert refresh_tallies() == 3

    for week in world.weeks:
        is_held = week.cancelled_at is None
        assert days_kept(db, week) == (reference.days(week) if is_held else {})
        assert groups_kept(db, week) == (reference.groups(week) if is_held else {})


def test_counting_again_changes_nothing_and_is_not_done_without_need(db, clock_at):
    world = World(1, db)
    clock_at(AFTER)
    refresh_tallies()
    before = [(days_kept(db, week), groups_kept(db, week)) for week in world.weeks]

    assert refresh_tallies() == 0
    for week in world.weeks:
        tally_round(week, AFTER + timedelta(minutes=1))
    db.session.commit()

    assert [(days_kept(db, week), groups_kept(db, week)) for week in world.weeks] == before
    assert tally_queries.tallied_at(world.weeks[0].id) == AFTER + timedelta(minutes=1)


def test_sums_over_a_subtree_up_to_a_day(db, clock_at):
    world = World(2, db)
    clock_at(AFTER)
    refresh_tallies()
    week = world.weeks[1]
    until = local_day(week.opens_at + timedelta(days=2))
    counts = Reference(world).days(week)
    units = [world.province, *(district for district, _ in world.branches), *world.leaves]
    below = {world.province.id: {leaf.id for leaf in world.leaves}} | {
        district.id: {leaf.id for leaf in leaves} for district, leaves in world.branches
    }

    found = tally_queries.figures_of_units(units, [week.id], until)
    alone = tally_queries.figures_of_units([world.leaves[0]], [week.id], until)

    assert found[world.province.id].people
    assert alone[world.leaves[0].id] == found[world.leaves[0].id]
    for unit in units:
        inside = [
            numbers
            for (unit_id, day), numbers in counts.items()
            if unit_id in below.get(unit.id, {unit.id}) and day <= until
        ]
        figures = found[unit.id]
        sums = tuple(map(sum, zip(*inside, strict=True))) or (0, 0, 0, 0)
        assert (figures.attempts, figures.people, figures.newcomers, figures.people_all_correct) == sums


def test_distinct_people_over_weeks_are_the_newcomers(db, clock_at):
    world = World(4, db)
    clock_at(AFTER)
    refresh_tallies()
    reference = Reference(world)
    distinct = set().union(*(reference.valid_attempts(week).keys() for week in world.weeks))

    found = tally_queries.figures_of_units([world.province], [week.id for week in world.weeks])

    assert found[world.province.id].newcomers == len(distinct)


class Quiet:
    """One person in the first of two weeks, all counted."""

    def __init__(self):
        province, [(_, self.leaves), _] = make_tree()
        self.contest = make_contest(province)
        self.weeks = [make_week(self.contest, number) for number in (1, 2)]
        self.person = enrol(self.contest, self.leaves[0])
        self.other = enrol(self.contest, self.leaves[1])
        self.attempt = take(self.person, self.weeks[0], OPENS + timedelta(hours=3))
        let_count(AFTER)
        refresh_tallies()

    def merge(self):
        values = {"kept_id": self.other.account_id, "absorbed_id": self.person.account_id}
        return AccountMerge(**values, reason="Một người", merged_by=self.other.account_id, merged_at=AFTER)

    def move(self, at):
        moved = {"from_unit_id": self.leaves[0].id, "to_unit_id": self.leaves[1].id, "at": at}
        return UnitMove(enrolment_id=self.person.id, reason="Sai xã", moved_by=self.other.account_id, **moved)


@pytest.fixture
def quiet(db, clock_at):
    clock_at(AFTER)
    return Quiet()


def test_nothing_new_is_no_reason_to_count(quiet):
    assert mark_queries.rounds_to_count(quiet.contest) == []


def test_an_attempt_that_was_counted_is_a_reason_for_its_week_and_those_after(quiet):
    take(quiet.other, quiet.weeks[0], OPENS + timedelta(hours=5))
    let_count(AFTER)

    assert mark_queries.rounds_to_count(quiet.contest) == quiet.weeks


def test_an_attempt_of_a_later_week_leaves_the_earlier_one_alone(quiet):
    take(quiet.other, quiet.weeks[1], OPENS + WEEK + timedelta(hours=5))
    let_count(AFTER)

    assert mark_queries.rounds_to_count(quiet.contest) == quiet.weeks[1:]


def test_a_merge_is_a_reason_and_so_is_its_undoing(quiet, db):
    merge = quiet.merge()
    db.session.add(merge)
    db.session.commit()
    assert mark_queries.rounds_to_count(quiet.contest) == quiet.weeks

    refresh_tallies()
    merge.undone_at, merge.undone_by = AFTER, quiet.other.account_id
    db.session.commit()

    assert mark_queries.rounds_to_count(quiet.contest) == quiet.weeks


def test_a_move_concerns_only_weeks_that_had_not_closed(quiet, db):
    quiet.person.unit_id = quiet.leaves[1].id
    db.session.add(quiet.move(quiet.weeks[0].closes_at + timedelta(hours=1)))
    db.session.commit()

    assert mark_queries.rounds_to_count(quiet.contest) == quiet.weeks[1:]
    refresh_tallies()
    assert {unit_id for unit_id, _ in days_kept(db, quiet.weeks[0])} == {quiet.leaves[0].id}


def test_a_cancelled_week_is_counted_no_more_and_makes_others_new(quiet, db):
    take(quiet.person, quiet.weeks[1], OPENS + WEEK + timedelta(hours=5))
    let_count(AFTER)
    refresh_tallies()
    day = local_day(OPENS + WEEK)
    assert days_kept(db, quiet.weeks[1]) == {(quiet.leaves[0].id, day): (1, 1, 0, 0)}

    quiet.weeks[0].cancelled_at = AFTER
    db.session.commit()
    refresh_tallies()

    assert days_kept(db, quiet.weeks[0]) == {}
    assert days_kept(db, quiet.weeks[1]) == {(quiet.leaves[0].id, day): (1, 1, 1, 0)}


@pytest.mark.postgresql_only
def test_two_that_count_a_week_at_once_leave_one_count(app, db, clock_at):
    clock_at(AFTER)
    world = World(5, db)
    db.session.commit()
    week_id, expected = world.weeks[1].id, Reference(world).days(world.weeks[1])
    db.session.commit()
    start = Barrier(4)

    def count(_):
        with app.app_context():
            found = db.session.get_one(Round, week_id)
            start.wait()
            tally_round(found, AFTER)
            db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))

    assert days_kept(db, world.weeks[1]) == expected
