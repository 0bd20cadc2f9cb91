from datetime import timedelta

import pytest

from app.contests import coverage_queries
from app.contests.services import schedule_round
from app.questions.editor_queries import uses_of
from app.questions.queries import get_versions
from tests.contests import world
from tests.contests.world import DAY, NOW

BOARD = "/ban-to-chuc/cau-hoi/do-phu"


@pytest.fixture(autouse=True)
def _at_now(db, clock_at):
    clock_at(NOW)


def test_a_coming_round_with_enough_questions_lacks_none():
    world.draft()

    (need,) = coverage_queries.coming_needs(NOW)

    assert need.missing == 0
    assert [line.supply.needed for line in need.lines] == [4 * line.cell.count for line in need.lines]


def test_what_is_short_is_counted():
    world.draft(levels=(1, 1))

    (need,) = coverage_queries.coming_needs(NOW)

    assert need.missing == sum(line.supply.needed - 1 for line in need.lines)


def test_what_an_earlier_draft_takes_is_not_there_for_a_later_one():
    found, author = world.draft()
    world.make_draft(found.contest, author, days=7)

    first, second = coverage_queries.coming_needs(NOW)

    for earlier, later in zip(first.lines, second.lines, strict=True):
        assert later.supply.spare == earlier.supply.spare - later.supply.needed


def test_a_round_that_is_scheduled_or_past_needs_nothing():
    found, author = world.draft()
    assert coverage_queries.coming_needs(found.closes_at + DAY) == []

    schedule_round(found, actor_id=author, now=NOW)

    assert coverage_queries.coming_needs(NOW + timedelta(minutes=1)) == []


def test_scheduling_tells_the_bank_which_questions_are_used():
    found, author = world.draft()
    package = schedule_round(found, actor_id=author, now=NOW)

    versions = get_versions([entry["id"] for entry in package.pool])
    uses = [uses_of(version.question) for version in versions.values()]
    assert [(use.label, use.opens_at, use.share) for (use,) in uses] == [
        ("Tuần 1, Dân vận khéo", found.opens_at, 250)
    ] * len(package.pool)


def test_the_board_says_what_is_short_and_leads_to_the_questions(login, client):
    _found, author = world.draft(levels=(1, 1))
    world.sign_in(login, client, author)

    page = client.get(BOARD)

    assert page.status_code == 200
    assert "Tuần 1, Dân vận khéo" in page.text
    assert "câu</strong> đã duyệt; dùng được 1 câu." in page.text
    assert 'href="/ban-to-chuc/cau-hoi?topic=mau&amp;level=1"' in page.text
    assert 'href="/ban-to-chuc/cau-hoi?topic=mau&amp;level=1&amp;state=approved"' in page.text
