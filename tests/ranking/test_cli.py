"""`flask results` end to end."""

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.attempts.rules import decode_paper
from app.contests.queries import get_latest_key
from app.ranking.models import Freeze, Revision
from tests.ranking.conftest import AFTER, NOON

WEEK = ("dan-van-kheo", "1")


@pytest.fixture
def names(organisers, clock_at, db):
    clock_at(AFTER)
    db.session.commit()
    return [account.sign_in_name for account in organisers]


def test_freeze_publish_and_show(sit, command, names, db):
    sit(prediction=1)

    frozen = command("results", "freeze", *WEEK, "--by", names[0])
    published = command("results", "publish", *WEEK, "--by", names[1])
    shown = command("results", "show", *WEEK)

    revision = db.session.scalars(select(Revision)).one()
    assert frozen.exit_code == 0, frozen.output
    assert frozen.output.splitlines()[-1].startswith("dan-van-kheo round 1 frozen, freeze 1, body ")
    assert published.output.splitlines()[-1].endswith(f"revision 1, digest {revision.digest}")
    assert shown.output.splitlines()[0] == "dan-van-kheo round 1\tĐã công bố"
    assert shown.output.splitlines()[-1] == "1 revisions"


def test_the_same_person_may_not_do_both(sit, command, names, db):
    sit(prediction=1)
    command("results", "freeze", *WEEK, "--by", names[0])

    refused = command("results", "publish", *WEEK, "--by", names[0])

    assert refused.exit_code == 1
    assert "không được tự duyệt" in refused.output
    assert db.session.scalars(select(Revision)).all() == []


def test_a_correction_prints_what_changed(sit, command, names, week, db):
    attempt = sit(score=4)
    version_id = decode_paper(attempt.paper)[8].version_id
    db.session.commit()
    options = ("--reason", "Hai phương án đúng", "--by", names[0], "--approved-by", names[1])

    done = command("results", "correct-key", *WEEK, str(version_id), "*", *options)

    assert done.exit_code == 0, done.output
    lines = [line for line in done.output.splitlines() if not line.startswith("{")]
    assert lines[0] == "contestant_no,number,old_score,new_score"
    assert lines[1].endswith(",1,4,5")
    assert lines[-1] == "key version 2, 1 attempts changed; freeze and publish again"
    assert get_latest_key(week.id).version == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("freeze", "khong-co", "1"), "no contest"),
        (("freeze", "dan-van-kheo", "9"), "no round 9"),
        (("publish", *WEEK), "Chưa có số liệu đã chốt"),
        (("freeze", *WEEK, "--reason", "a"), "ít nhất 5 ký tự"),
    ],
)
def test_refusals_are_clear_errors(sit, command, names, arguments, words):
    result = command("results", *arguments, "--by", names[0])

    assert result.exit_code == 1
    assert words in result.output


def test_somebody_without_the_role_is_refused(sit, command, names, db):
    citizen = db.session.get_one(Account, sit().account_id).sign_in_name

    result = command("results", "freeze", *WEEK, "--by", citizen)

    assert result.exit_code == 1
    assert f"{citizen} lacks results:freeze" in result.output
    assert command("results", "freeze", *WEEK, "--by", "+84999999999").exit_code == 1


def test_an_open_round_is_not_frozen(sit, command, names, clock_at, db):
    sit()
    clock_at(NOON)

    result = command("results", "freeze", *WEEK, "--by", names[0])

    assert result.exit_code == 1
    assert "đóng lúc 07:00, 15/04/2024" in result.output
    assert db.session.scalars(select(Freeze)).all() == []
