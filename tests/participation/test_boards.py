"""Boards as pages: whose units, what before and after publication, which weights hold."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from app.enrolments.transfer_models import UnitMove
from app.files.services import store_file
from app.participation import board_queries, board_services
from app.participation.board_models import BoardWeights
from app.participation.board_rules import Measure, Weights
from app.participation.jobs import refresh_tallies
from app.participation.report_queries import place_of
from app.permissions import Role
from app.ranking.models import Freeze, FrozenLine, Revision
from tests.factories import make_account, make_grant
from tests.participation.world import (
    OPENS,
    WEEK,
    enrol,
    let_count,
    make_contest,
    make_tree,
    make_week,
    take,
)

HOUR = timedelta(hours=1)
AFTER = OPENS + 2 * WEEK
WEIGHTS = {"people": "50", "attempts": "0", "rate": "0", "winners": "50", "minimum_headcount": "20"}


class Province:
    """Two districts: 1 and 3 people in week 1; the one of district 1 won its prize."""

    def __init__(self, db, clock_at):
        self.db = db
        self.province, self.branches = make_tree()
        self.contest = make_contest(self.province)
        self.week, self.later = (make_week(self.contest, number) for number in (1, 2))
        (_, self.first), (_, self.second) = self.branches
        self.winner = enrol(self.contest, self.first[0])
        self.others = [enrol(self.contest, self.second[index % 2]) for index in range(3)]
        self.attempts = [take(one, self.week, OPENS + HOUR) for one in (self.winner, *self.others)]
        self.staff = make_account(self.first[0])
        make_grant(self.staff, Role.STAFF, unit=self.province)
        self.organisers = [make_account(self.first[0]) for _ in range(2)]
        for account in self.organisers:
            make_grant(account, Role.ORGANISER)
        db.session.commit()
        let_count(AFTER)
        clock_at(AFTER)
        refresh_tallies()

    def publish(self):
        """A result of week 1 with the winner's prize, as rows."""
        now = self.week.closes_at + HOUR
        sha256 = store_file(b"{}", "application/json", now=now)
        frozen_by, approved_by = self.organisers
        freeze = Freeze(
            round_id=self.week.id,
            number=1,
            reason="Chốt lần đầu",
            requested_by=frozen_by.id,
            requested_at=now,
            frozen_at=now,
            body_sha256=sha256,
            public_sha256=sha256,
        )
        self.db.session.add(freeze)
        self.db.session.flush()
        for position, attempt in enumerate(self.attempts, 1):
            line = FrozenLine(
                freeze_id=freeze.id,
                enrolment_id=attempt.enrolment_id,
                attempt_id=attempt.id,
                position=position,
                rank=position,
                league="",
                score=8,
                duration=60,
                finished_at=attempt.finished_at,
                prize="first" if position == 1 else None,
            )
            self.db.session.add(line)
        revision = Revision(
            round_id=self.week.id,
            number=1,
            freeze_id=freeze.id,
            frozen_by=frozen_by.id,
            approved_by=approved_by.id,
            published_at=now,
            reason="",
            body_sha256=sha256,
            public_sha256=sha256,
            previous_digest="0" * 64,
            digest="1" * 64,
        )
        self.db.session.add(revision)
        self.week.frozen_at, self.week.published_revision = now, 1
        self.db.session.commit()

    def board(self, measure, found=None, **values):
        return board_queries.board_of(place_of(self.contest, self.province), found, measure, AFTER, **values)

    def address(self, unit=None):
        unit = unit or self.province
        return f"/can-bo/cuoc-thi/{self.contest.slug}/{unit.series_code}/{unit.code}/bang-tap-the"


@pytest.fixture
def province(db, client, login, clock_at):
    made = Province(db, clock_at)
    login(client, made.staff)
    return made


def told(board):
    return [(line.unit.name, line.rank, line.value) for line in board.lines]


def test_people_are_counted_below_each_unit(province):
    names = [district.full_name for district, _ in province.branches]

    assert told(province.board(Measure.PEOPLE, province.week)) == [(names[1], 1, 3), (names[0], 2, 1)]
    assert told(province.board(Measure.ATTEMPTS)) == [(names[1], 1, 3), (names[0], 2, 1)]
    lowest = province.board(Measure.PEOPLE, province.week, is_lowest=True)
    assert sorted(line.value for line in lowest.lines) == [0, 1, 1, 2]


def test_prizes_count_once_they_are_published(province):
    assert [line.rank for line in province.board(Measure.WINNERS, province.week).lines] == [None, None]

    province.publish()

    names = [district.full_name for district, _ in province.branches]
    board = province.board(Measure.WINNERS, province.week)
    assert told(board) == [(names[0], 1, 1), (names[1], 2, 0)]
    assert board.is_final
    assert not province.board(Measure.WINNERS).is_final  # week 2 is not published


@pytest.mark.parametrize(("is_after", "won"), [(True, [1, 0]), (False, [0, 1])])
def test_a_prize_stays_where_the_winner_was_when_the_round_closed(province, db, is_after, won):
    province.publish()
    second = province.second[0]
    moved_at = province.week.closes_at + (HOUR if is_after else -HOUR)
    move = UnitMove(
        enrolment_id=province.winner.id,
        from_unit_id=province.winner.unit_id,
        to_unit_id=second.id,
        reason="Chọn nhầm đơn vị",
        moved_by=province.staff.id,
        at=moved_at,
    )
    db.session.add(move)
    province.winner.unit_id = second.id
    db.session.commit()

    by_name = {line.unit.name: line.value for line in province.board(Measure.WINNERS, province.week).lines}
    assert [by_name[district.full_name] for district, _ in province.branches] == won


def test_weights_hold_for_rounds_that_close_after_them(province):
    actor_id = province.organisers[0].id
    before, late = Weights(100, 0, 0, 0), Weights(0, 100, 0, 0)
    board_services.set_weights(province.contest, before, actor_id=actor_id, now=OPENS)
    board_services.set_weights(province.contest, late, actor_id=actor_id, now=province.week.closes_at + HOUR)

    assert province.board(Measure.MIXED, province.week).weights == before
    assert province.board(Measure.MIXED, province.later).weights == late


def test_what_was_set_stays(province, db):
    board_services.set_weights(
        province.contest, Weights(100, 0, 0, 0), actor_id=province.organisers[0].id, now=OPENS
    )
    db.session.commit()

    for change in (update(BoardWeights).values(people=99, attempts=1), delete(BoardWeights)):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(change)
        db.session.rollback()


@pytest.mark.parametrize("measure", list(Measure))
def test_every_board_is_a_page_with_its_formula(province, client, measure):
    page = client.get(f"{province.address()}?kieu={measure}&tuan=1")

    assert page.status_code == 200
    assert "Tạm thời" in page.text
    assert "Đơn vị bằng nhau thì cùng hạng." in page.text


@pytest.mark.parametrize(
    ("query", "status"),
    [("kieu=x", 400), ("tuan=x", 400), ("tuan=3", 404), ("tuan=ca-cuoc-thi", 200), ("cap=co-so", 200)],
)
def test_what_names_nothing_is_refused(province, client, query, status):
    assert client.get(f"{province.address()}?{query}").status_code == status


def test_a_contest_that_has_not_opened_has_no_board(province, client, clock_at):
    clock_at(OPENS - HOUR)

    assert "chưa có gì để xếp" in client.get(province.address()).text


def test_a_unit_sees_its_own_board_only(province, client, login, db):
    account = make_account(province.first[0])
    make_grant(account, Role.STAFF, unit=province.branches[0][0])
    db.session.commit()
    login(client, account)

    assert client.get(province.address(province.branches[0][0])).status_code == 200
    for unit in (province.province, province.branches[1][0]):
        assert client.get(province.address(unit)).status_code == 404


def test_the_public_board_appears_with_the_result(province, app):
    visitor = app.test_client()
    address = f"/cuoc-thi/{province.contest.slug}/tuan/1/bang-tap-the"
    assert visitor.get(address).status_code == 404

    province.publish()

    page = visitor.get(f"{address}?kieu=giai")
    assert page.status_code == 200
    assert "Kết quả đã công bố" in page.text
    assert "Tổng hợp" not in page.text
    assert visitor.get(f"/cuoc-thi/{province.contest.slug}/tuan/2/bang-tap-the").status_code == 404


def test_organisers_set_weights_that_make_a_hundred(province, client, login, db):
    login(client, province.organisers[0])
    address = f"/ban-to-chuc/cuoc-thi/{province.contest.slug}/giai-tap-the"
    assert "Chưa đặt trọng số" in client.get(address).text

    wrong = client.post(address, data=WEIGHTS | {"people": "60"})
    assert wrong.status_code == 422
    assert "Các trọng số phải cộng lại bằng 100." in wrong.text
    assert 'value="60"' in wrong.text
    assert client.post(address, data=WEIGHTS).status_code == 303

    assert "Điểm (tối đa 100) = 50 × số người + 50 × số giải." in client.get(address).text
    row = db.session.scalars(select(BoardWeights)).one()
    assert (row.people, row.winners, row.set_by) == (50, 50, province.organisers[0].id)
