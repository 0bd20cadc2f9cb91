"""A random contest of five weeks with everything that evaluations have to get right, made as rows."""

from datetime import timedelta
from random import Random

from sqlalchemy import select, update

from app.accounts.models import Referral
from app.attempts.models import Attempt
from app.emulation.models import Attestation
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.files.services import store_file
from app.ranking.models import Decision, Freeze, FrozenLine, Revision, Standing
from tests.factories import make_account, make_unit
from tests.participation.world import (
    LENGTH,
    OPENS,
    WEEK,
    enrol_account,
    let_count,
    make_contest,
    make_tree,
    make_week,
    take,
)

AFTER = OPENS + 6 * WEEK
DAY = timedelta(days=1)


class Crowd:
    """About thirty people of four communes and one outside; the campaign is the first district's."""

    def __init__(self, seed=0, *, weeks=5, people=24):
        self.random = Random(seed)  # noqa: S311 -- the same crowd every time
        self.province, branches = make_tree()
        self.district, self.communes = branches[0]
        self.leaves = [leaf for _district, leaves in branches for leaf in leaves]
        outside = make_unit(code="30", kind="tỉnh", name="Hải Dương", series_code="vn-2024")
        self.outsider_unit = make_unit(outside, name="Xã mẫu ngoài")
        self.newer_unit = make_unit(series_code="vn-2025", name="Xã mẫu mới")
        self.contest = make_contest(self.province)
        self.weeks = [make_week(self.contest, number) for number in range(1, weeks + 1)]
        self.organisers = [make_account(self.leaves[-1]).id for _ in range(2)]
        self.accounts = [self._register(number) for number in range(people)]
        self.enrolments = [enrolment for one in self.accounts if (enrolment := self._enrol(one))]
        for week in self.weeks:
            for enrolment in self.enrolments:
                self._take_some(enrolment, week)
        self.count()

    def count(self):
        db.session.commit()
        let_count(AFTER)

    def _register(self, number):
        unit = self.random.choice([*self.leaves, *self.communes, self.outsider_unit, self.newer_unit])
        at = OPENS - 10 * DAY + self.random.randrange(20) * DAY + timedelta(hours=self.random.randrange(24))
        account = make_account(unit, created_at=at)
        older = getattr(self, "_known", [])
        if older and self.random.random() < 0.7:
            referrer = self.random.choice(older[:4] if self.random.random() < 0.7 else older)
            db.session.add(Referral(account_id=account.id, referrer_id=referrer.id, at=at))
        self._known = [*older, account]
        db.session.flush()
        return account

    def _enrol(self, account):
        if self.random.random() < 0.15:
            return None
        unit = db.session.get_one(type(self.province), account.unit_id)
        if unit not in self.leaves or self.random.random() < 0.2:
            unit = self.random.choice(self.leaves)
        return enrol_account(self.contest, account, unit)

    def _take_some(self, enrolment, week):
        if self.random.random() < 0.15:
            return
        for number in range(1, self.random.randrange(1, 3) + 1):
            at = week.opens_at + self.random.random() * LENGTH
            score = self.random.choice((0, 5, 8, 10))
            take(
                enrolment,
                week,
                at,
                score=score,
                answered=self.random.choice((0, 10, 10, 10, 10, 10)),
                number=number,
            )

    def void_some(self, share=0.15):
        for attempt in db.session.scalars(select(Attempt).order_by(Attempt.id)).all():
            if self.random.random() < share:
                self.void(attempt)
        self.count()

    def void(self, attempt):
        values = {"reason": "Làm hộ bài", "decided_by": self.organisers[0], "decided_at": AFTER}
        of_attempt = {"round_id": attempt.round_id, "enrolment_id": attempt.enrolment_id}
        db.session.add(Decision(kind="void", attempt_id=attempt.id, **of_attempt, **values))
        own = update(Attempt).where(Attempt.enrolment_id == attempt.enrolment_id)
        db.session.execute(own.values(tallied_at=None))

    def merge_some(self):
        chosen = self.random.sample(self.accounts, 6)
        for kept, absorbed in zip(chosen[:3], chosen[3:], strict=True):
            self.merge(kept, absorbed, undone_at=AFTER if self.random.random() < 0.2 else None)
        db.session.commit()

    def merge(self, kept, absorbed, *, undone_at=None):
        values = {"reason": "Một người", "merged_by": self.organisers[0], "merged_at": AFTER}
        merge = AccountMerge(kept_id=kept.id, absorbed_id=absorbed.id, undone_at=undone_at, **values)
        db.session.add(merge)
        return merge

    def bar_some(self):
        barred, listed, locked = self.random.sample(self.accounts, 3)
        self.bar(barred, "barred")
        self.bar(listed, "not_ranked")
        locked.disabled_at = AFTER
        db.session.commit()

    def bar(self, account, mode="barred"):
        values = {"kind": "committee", "relation": "", "first_round": 1, "listed_at": AFTER}
        who = {"contest_id": self.contest.id, "account_id": account.id, "listed_by": self.organisers[0]}
        db.session.add(Exclusion(mode=mode, **who, **values))

    def publish(self, week):
        """An official result in which people are ranked in a random order; every third has a prize."""
        body = store_file(b"{}", "application/json", now=AFTER)
        freeze = Freeze(round_id=week.id, number=1, reason="Chốt lần đầu", requested_by=self.organisers[0])
        freeze.requested_at = freeze.frozen_at = AFTER
        freeze.body_sha256 = freeze.public_sha256 = body
        db.session.add(freeze)
        db.session.flush()
        standings = db.session.scalars(select(Standing).where(Standing.round_id == week.id)).all()
        ranked = sorted(standings, key=lambda standing: standing.enrolment_id)
        self.random.shuffle(ranked)
        for place, standing in enumerate(ranked, 1):
            self._line(freeze, standing, place)
        people = {"frozen_by": self.organisers[0], "approved_by": self.organisers[1]}
        files = {"body_sha256": body, "public_sha256": body, "previous_digest": "0" * 64, "digest": "0" * 64}
        values = {"round_id": week.id, "number": 1, "freeze_id": freeze.id, "published_at": AFTER}
        db.session.add(Revision(reason="Công bố lần đầu", **values, **people, **files))
        week.frozen_at, week.published_revision = AFTER, 1
        db.session.commit()

    def _line(self, freeze, standing, place):
        of_person = {"enrolment_id": standing.enrolment_id, "attempt_id": standing.attempt_id}
        values = {"league": "", "score": 1, "duration": 60, "finished_at": AFTER}
        prize = "ba" if place % 3 == 1 else None
        db.session.add(
            FrozenLine(freeze_id=freeze.id, position=place, rank=place, prize=prize, **of_person, **values)
        )

    def attest(self, campaign, code, account, *, is_met=True, public_id=None):
        db.session.add(
            Attestation(
                public_id=public_id or f"{self.random.getrandbits(128):032x}",
                campaign_id=campaign.id,
                code=code,
                account_id=account.id,
                is_met=is_met,
                text="Đã làm tốt việc này",
                attested_by=self.organisers[0],
                at=AFTER,
            )
        )
        db.session.commit()

    def attempts_of(self, account, week):
        query = select(Attempt).where(Attempt.account_id == account.id, Attempt.round_id == week.id)
        return db.session.scalars(query).all()
