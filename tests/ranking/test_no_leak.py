"""While people predict a figure, no public page tells it or anything it could be read from.

Two worlds differ only in who took part: every public page of the open round must read the same in both.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.enrolments.models import Enrolment
from app.ranking import board_queries, jobs, own_queries
from app.ranking.models import Standing
from app.ranking.rules import Board
from tests.ranking.conftest import CLOSES, NOON

WEEK = "/cuoc-thi/dan-van-kheo/tuan/1"
MOMENTS = re.compile(r"\d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.+]+|value=\"[\w.-]{40,}\"")
PAGES = (
    "/",
    "/cuoc-thi/dan-van-kheo",
    "/cuoc-thi/dan-van-kheo/the-le",
    WEEK,
    f"{WEEK}/bang-xep-hang",
    f"{WEEK}/ket-qua",
)


@pytest.fixture
def read(app, db, clock_at):
    """Every public page as a visitor sees it, without clocks and tokens: read(NOON)."""

    def run(at=NOON):
        clock_at(at)
        db.session.commit()
        jobs.refresh_standings()
        client = app.test_client()
        answers = {path: client.get(path) for path in PAGES}
        return {path: (answer.status_code, MOMENTS.sub("", answer.text)) for path, answer in answers.items()}

    return run


@pytest.mark.parametrize("preset", ["vcnet", "cao-bang"])
def test_no_public_page_changes_with_the_number_of_people(sit, week, read, db):
    before = read()
    for score in (10, 10, 10, 3):
        sit(score=score, prediction=4, league="inside")

    after = read()

    assert db.session.scalar(select(func.count()).select_from(Standing)) == 4
    assert {status for status, _ in before.values()} <= {200, 302}
    assert after == before


@pytest.mark.parametrize("preset", ["lang-son-2023"])
def test_where_attempts_are_predicted_no_page_counts_them(sit, week, read, db):
    one = sit(prediction=4)
    before = read()
    enrolment = db.session.get_one(Enrolment, one.enrolment_id)
    for turn in (2, 3):
        sit(by=enrolment, score=4, number=turn, after=1000 * turn)

    after = read()

    assert after == before


@pytest.mark.parametrize("preset", ["vcnet", "cao-bang", "lang-son-2023"])
def test_no_figure_before_the_freeze(sit, week, read, db):
    sit(prediction=4, league="inside")
    read()

    for at in (
        NOON,
        CLOSES - timedelta(seconds=1),
        CLOSES + timedelta(seconds=29),
        CLOSES + timedelta(hours=1),
    ):
        assert board_queries.board_of(week, at).figures is None


@pytest.mark.parametrize("preset", ["vcnet", "cao-bang"])
def test_one_does_not_learn_ones_own_rank_while_the_round_is_open(sit, week, read, app, login, db):
    own = sit(prediction=4, league="inside")
    sit(league="inside")
    read()
    shown = board_queries.board_of(week, NOON)
    assert shown.board is Board.HIDDEN
    assert own_queries.find_own_result(week, shown, own.account_id) is None

    client = app.test_client()
    login(client, db.session.get_one(Account, own.account_id))
    page = client.get(f"{WEEK}/bang-xep-hang").text

    assert "Hạng tạm thời của bạn" not in page
    assert "Hạng của bạn" not in page


@pytest.mark.parametrize("preset", ["vcnet"])
def test_predictions_that_still_arrive_meet_no_board(sit, week, read):
    """A save is taken until half a minute after the closing."""
    sit(prediction=4)
    read()

    assert board_queries.board_of(week, CLOSES + timedelta(seconds=30)).board is Board.HIDDEN
    assert board_queries.board_of(week, CLOSES + timedelta(seconds=31)).board is Board.LIVE
