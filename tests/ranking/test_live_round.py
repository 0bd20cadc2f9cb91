"""The live page of a round: each figure from the rows, asked for again only when it has come of age."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from app import error_counts
from app.attempts.models import Save
from app.errors import Busy
from app.extensions import db as extension
from app.jobs.models import Job
from app.ranking import live_round_queries, live_services
from app.web import errors
from tests import world as worlds
from tests.ranking import sittings
from tests.ranking.conftest import NOON, OPENS

PAGE = "/ban-to-chuc/cuoc-thi/dan-van-kheo/tuan/1/dang-dien-ra"
NOW = NOON + timedelta(minutes=30)


@pytest.fixture
def organiser(client, login, organisers, clock_at, db):
    clock_at(NOW)
    db.session.commit()
    login(client, organisers[0])
    return client


def save_at(attempt, moments):
    rows = [
        {"attempt_id": attempt.id, "save_id": f"{number:032}", "received_at": moment, "answers": "1A"}
        for number, moment in enumerate(moments)
    ]
    extension.session.execute(insert(Save), rows)


def figures(week, now=NOW):
    return live_round_queries.figures_now(week.id, now)


def test_people_attempts_and_how_they_ended(week, world, sit, db):
    person = sittings.enrol(world, OPENS)
    sit(by=person, seconds=60)
    sit(by=person, seconds=5000, after=100, number=2)
    sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=NOW)
    live_services.tally(100, now=NOW)

    now, behind = figures(week), live_round_queries.figures_behind(week.contest, week.id)

    assert (now.board.people, now.board.attempts, now.open_attempts) == (1, 2, 1)
    assert behind.started == (3, 1, 1)


def test_units_without_people_are_counted_and_named(week, sit):
    sit()
    live_services.tally(100, now=NOW)

    gaps = live_round_queries.unit_gaps(week.contest, week.id)

    assert (gaps.units, gaps.without_people) == (1, 0)
    assert gaps.fewest == [("Huyện Bắc Sơn", 1)]


def test_units_nobody_took_part_in_come_first(week):
    gaps = live_round_queries.unit_gaps(week.contest, week.id)

    assert (gaps.without_people, gaps.fewest) == (1, [("Huyện Bắc Sơn", 0)])


def test_saves_of_the_last_minute_only(week, world):
    attempt = sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=NOON)
    recent = [NOW - timedelta(seconds=second) for second in range(30)]
    save_at(attempt, [NOW - timedelta(minutes=5), NOW - timedelta(seconds=61), *recent])

    assert figures(week).saves_per_second == 0.5


def test_saves_of_another_round_do_not_count(week, world, organisers):
    other = sittings.make_later_round(week, organisers)
    attempt = sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=NOON)
    save_at(attempt, [NOW])

    assert live_round_queries.saves_per_second(other.id, NOW) == 0.0


def test_more_saves_than_are_read_give_the_rate_of_the_time_they_cover(week, world, monkeypatch):
    monkeypatch.setattr(live_round_queries, "RECENT_SAVES", 20)
    attempt = sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=NOON)
    save_at(attempt, [NOW - timedelta(seconds=(59 - place) / 2) for place in range(60)])

    assert figures(week).saves_per_second == pytest.approx(20 / 9.5)


def test_the_statement_about_saves_reads_the_end_of_the_key_only(week, world):
    """However many saves there are: no statement names saves without a limit."""
    statements = []

    def keep(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(extension.engine, "before_cursor_execute", keep)
    figures(week)
    live_round_queries.figures_behind(week.contest, week.id)
    event.remove(extension.engine, "before_cursor_execute", keep)

    about_saves = [statement for statement in statements if "saves" in statement]
    assert len(about_saves) == 1
    assert "ORDER BY seq DESC LIMIT" in about_saves[0]


def test_jobs_that_wait_and_jobs_given_up(db):
    for key, tries, error in (("a", 0, None), ("b", 1, "first"), ("c", 3, "last")):
        db.session.add(Job(kind="make_annex", key=key, payload={}, created_at=NOW, tries=tries, error=error))
    db.session.add(
        Job(kind="make_annex", key="d", payload={}, created_at=NOW, tries=1, done_at=NOW, error=None)
    )
    db.session.flush()

    assert live_round_queries.count_jobs() == (2, 1)


def test_server_errors_add_up_by_minute(app):
    for seconds, status, count in ((0, 500, 2), (20, 500, 3), (70, 503, 1), (-1200, 500, 9)):
        error_counts.add_errors(status, count, now=NOW + timedelta(seconds=seconds))

    assert error_counts.count_errors(NOW - timedelta(minutes=15)) == {500: 5, 503: 1}


def test_an_overloaded_answer_is_counted(app, client, clock_at, monkeypatch):
    clock_at(NOW)
    monkeypatch.setattr(errors, "_uncounted", Counter())  # what earlier tests left to count
    monkeypatch.setattr(errors, "_count_again_at", float("-inf"))

    def overloaded():
        raise Busy

    monkeypatch.setitem(app.view_functions, "portal.home", overloaded)

    assert client.get("/").status_code == 503
    assert error_counts.count_errors(NOW - timedelta(minutes=15)) == {503: 1}


def test_an_answer_does_not_wait_for_its_count(app, client, monkeypatch):
    """A database that refuses the count costs the answer nothing."""
    monkeypatch.setattr(errors, "_count_again_at", float("-inf"))

    def refuse(*_arguments, **_settings):
        raise errors.PoolTimeout

    def overloaded():
        raise Busy

    monkeypatch.setattr(errors, "add_errors", refuse)
    monkeypatch.setitem(app.view_functions, "portal.home", overloaded)

    assert client.get("/").status_code == 503


def test_the_page_shows_figures_with_their_moment(organiser, week, sit, db):
    sit()
    live_services.tally(100, now=NOW)
    db.session.commit()

    page = organiser.get(PAGE).text

    assert "Diễn biến tuần 1" in page
    assert "người có lượt hợp lệ" in page
    assert "lúc 12:30:0" in page
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in page


def test_the_fragment_has_no_frame(organiser):
    fragment = organiser.get(f"{PAGE}/so-lieu").text

    assert "<html" not in fragment
    assert "lượt đang làm" in fragment


def test_figures_are_read_once_for_several_people_who_watch(organiser, week, world, clock_at, db):
    organiser.get(PAGE)
    sittings.open_attempt(sittings.enrol(world, OPENS), week, started_at=NOW)
    db.session.commit()

    assert '<span class="figure-number">1</span>' not in organiser.get(f"{PAGE}/so-lieu").text
    clock_at(NOW + timedelta(seconds=4))
    assert '<span class="figure-number">1</span>' in organiser.get(f"{PAGE}/so-lieu").text


def test_staff_do_not_see_it(client, login, week, world, clock_at, db):
    clock_at(NOW)
    citizen = worlds.make_person(world.unit_id, OPENS)
    db.session.commit()
    login(client, citizen)

    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}/so-lieu").status_code == 403
