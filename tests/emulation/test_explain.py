"""What is told of one person: every criterion with its evidence, every referred account with its reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import NoResultFound

from app.accounts.models import Referral
from app.emulation import explain_queries
from app.emulation.criteria_rules import (
    Attested,
    Criteria,
    GoodResult,
    Group,
    Lives,
    Part,
    Referrals,
    TookPart,
)
from app.emulation.wording import State
from app.extensions import db as extension
from tests.emulation.crowd import AFTER, Crowd
from tests.emulation.test_evaluation import make_campaign
from tests.factories import make_account
from tests.participation.world import OPENS, enrol_account, let_count, take

REFERRALS = Referrals(
    *("v1", "Vận động", 1, 2),
    lives=Lives.CONTEST,
    registered_from=date(2024, 3, 20),
    registered_to=date(2024, 3, 30),
)
CRITERIA = Criteria(
    Part(
        (
            Group(
                *("c", "Nhóm c"),
                (
                    TookPart("r1", "Tham gia đủ"),
                    GoodResult("g1", "Có kết quả"),
                    REFERRALS,
                    Attested("a1", "Sáng kiến", "Thủ trưởng đơn vị"),
                ),
            ),
        )
    )
)
IN_TIME = OPENS - timedelta(days=3)


@pytest.fixture
def crowd(db):
    return Crowd(2, people=6)


@pytest.fixture
def referrer(crowd):
    """Somebody who took every week but the second."""
    return register(crowd, None, weeks=(1, 3, 4, 5))


def register(crowd, referrer, *, at=IN_TIME, unit=None, weeks=(), name="Thí sinh mẫu Hoàng Thị Lan"):
    account = make_account(unit or crowd.communes[0], created_at=at, full_name=name)
    if referrer is not None:
        extension.session.add(Referral(account_id=account.id, referrer_id=referrer.id, at=at))
    if weeks:
        enrolment = enrol_account(crowd.contest, account, crowd.communes[0])
        for number in weeks:
            take(enrolment, crowd.weeks[number - 1], crowd.weeks[number - 1].opens_at + timedelta(hours=1))
    extension.session.commit()
    let_count(AFTER)
    return account


def explain(crowd, account, criteria=CRITERIA, now=AFTER):
    return explain_queries.explain_account(make_campaign(crowd, criteria), account.id, now=now)


def test_each_referred_account_says_why_it_does_not_count(crowd, referrer):
    good = register(crowd, referrer, weeks=(2, 3))
    people = {
        good: "",
        register(crowd, referrer, weeks=(1, 3)): "chưa dự đủ",
        register(crowd, referrer, at=OPENS - timedelta(days=9)): "đăng ký trước ngày bắt đầu tính",
        register(crowd, referrer, at=OPENS + timedelta(days=9)): "đăng ký sau ngày cuối được tính",
        register(crowd, referrer, unit=crowd.outsider_unit): "ở ngoài phạm vi được tính",
    }
    barred = register(crowd, referrer, weeks=(1, 2, 3, 4, 5))
    crowd.bar(barred)
    extension.session.commit()

    explained = explain(crowd, referrer)

    lines = {line.public_id: line for line in explained.referrals["v1"]}
    reasons = {account.public_id: reason for account, reason in people.items()}
    reasons[barred.public_id] = "tài khoản bị khóa, đã gộp hoặc không thuộc diện dự thi"
    assert {public_id: line.reason for public_id, line in lines.items()} == reasons
    assert [public_id for public_id, line in lines.items() if line.counts] == [good.public_id]
    assert lines[good.public_id].marks == "tuần 1 ✗ 2 ✓ 3 ✓ 4 ✗ 5 ✗"
    names = lines[good.public_id].name, lines[good.public_id].full_name
    assert names == ("Thí S. M. H. T. L.", "Thí sinh mẫu Hoàng Thị Lan")


def test_every_criterion_says_what_it_asks_what_is_so_and_where_to_look(crowd, referrer):
    good = register(crowd, referrer, weeks=(1, 2))
    crowd.publish(crowd.weeks[0])
    campaign = make_campaign(crowd, CRITERIA)
    crowd.attest(campaign, "a1", referrer, public_id="f" * 32)

    explained = explain_queries.explain_account(campaign, referrer.id, now=AFTER)

    states = {item.check.code: item.check.state for item in explained.items}
    assert states == {"r1": State.MISSING, "g1": State.MET, "v1": State.MET, "a1": State.MET}
    assert (explained.is_met, explained.missing, explained.barrier) == (False, 1, "")
    took, result, referrals, word = explained.items
    assert took.check.sentence == "Đã dự 4/5 tuần: tuần 1 ✓ 2 ✗ 3 ✓ 4 ✓ 5 ✓."
    assert [(one.kind, one.value) for one in took.evidence] == [
        *(("result", "1"), ("round", "3"), ("round", "4"), ("round", "5")),
    ]
    assert result.evidence == took.evidence
    assert took.evidence[0].label == "Tuần 1"
    assert [(one.kind, one.value) for one in referrals.evidence] == [("referral", good.public_id)]
    assert [(one.kind, one.value) for one in word.evidence] == [("attestation", "f" * 32)]


def test_what_can_still_be_met_waits(crowd, referrer):
    """In the third week: whoever missed the second cannot take all five, the word may still be given."""
    in_week_3 = crowd.weeks[2].opens_at + timedelta(hours=2)

    def states(criteria):
        items = explain(crowd, referrer, criteria, in_week_3).items
        return {item.check.code: item.check.state for item in items}

    waiting = {"r1": State.MISSING, "g1": State.MET, "v1": State.MISSING, "a1": State.WAITING}
    assert states(CRITERIA) == waiting
    longer = replace(REFERRALS, registered_to=date(2024, 5, 30))
    assert states(Criteria(Part((Group("c", "c", (longer,)),)))) == {"v1": State.WAITING}


def test_an_account_that_is_not_there_is_not_explained(crowd):
    with pytest.raises(NoResultFound):
        explain_queries.explain_account(make_campaign(crowd, CRITERIA), 10**9, now=AFTER)
