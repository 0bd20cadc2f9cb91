"""Who meets which criterion, one person, one round and one attempt after another: slow and obvious."""

from datetime import timedelta

from sqlalchemy import select

from app.accounts.models import Account, Referral
from app.attempts.models import Attempt
from app.contests.models import Round
from app.emulation.models import Attestation
from app.enrolments.exclusion_models import Exclusion
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.ranking.models import Decision, Freeze, FrozenLine, Revision
from app.units.models import Unit

VIETNAM = timedelta(hours=7)


class Reference:
    """The facts of one contest, read plainly."""

    def __init__(self, campaign, now):
        self.campaign, self.now = campaign, now
        session = db.session
        rounds = session.scalars(select(Round).where(Round.contest_id == campaign.contest_id)).all()
        self.rounds = sorted((r for r in rounds if r.cancelled_at is None), key=lambda r: r.number)
        merges = session.scalars(select(AccountMerge)).all()
        self.kept = {merge.absorbed_id: merge.kept_id for merge in merges if merge.undone_at is None}
        self.accounts = {account.id: account for account in session.scalars(select(Account))}
        enrolments = select(Enrolment).where(Enrolment.contest_id == campaign.contest_id)
        self.enrolments = session.scalars(enrolments.order_by(Enrolment.id)).all()
        self.units = {unit.id: unit for unit in session.scalars(select(Unit))}
        self.decisions = [one for one in session.scalars(select(Decision)) if one.undone_at is None]
        self.referrals = session.scalars(select(Referral)).all()
        barred = session.scalars(select(Exclusion).where(Exclusion.mode == "barred")).all()
        self.barred = {one.account_id for one in barred if one.removed_at is None}
        self.attestations = session.scalars(select(Attestation).order_by(Attestation.id)).all()

    def person_of(self, account_id):
        return self.kept.get(account_id, account_id)

    def own_enrolments(self, person):
        return [one for one in self.enrolments if self.person_of(one.account_id) == person]

    def home(self, person):
        """The enrolment that says where the person is in the contest."""
        own = self.own_enrolments(person)
        return next((one for one in own if one.account_id == person), own[0] if own else None)

    def valid_attempts(self, person, found):
        voided = {one.attempt_id for one in self.decisions if one.kind == "void"}
        own = {one.id for one in self.own_enrolments(person)}
        attempts = db.session.scalars(select(Attempt).where(Attempt.round_id == found.id)).all()
        minimum = found.minimum_answered
        return [
            one
            for one in attempts
            if one.enrolment_id in own and one.answered_count >= minimum and one.id not in voided
        ]

    def rounds_taken(self, person):
        return [found.number for found in self.rounds if self.valid_attempts(person, found)]

    def best_share(self, person, found):
        """Percent of the points of the recognised attempt of each enrolment, the best of them."""
        return max((one.score * 10 for one in self.valid_attempts(person, found)), default=-1)

    def official_lines(self, person):
        lines = []
        own = {one.id for one in self.own_enrolments(person)}
        for found in self.rounds:
            if found.published_revision is None:
                continue
            revision = db.session.get(Revision, (found.id, found.published_revision))
            freeze = db.session.get_one(Freeze, revision.freeze_id)
            for line in db.session.scalars(select(FrozenLine).where(FrozenLine.freeze_id == freeze.id)):
                still = [one.enrolment_id for one in self.valid_attempts(person, found)]
                if line.enrolment_id in own and line.enrolment_id in still:
                    lines.append((found.number, line))
        return lines

    def is_inside(self, unit_id, root_id):
        unit, root = self.units[unit_id], self.units[root_id]
        return unit.series_code == root.series_code and unit.path.startswith(root.path)

    def place(self, person):
        """Where somebody counts as a referred account."""
        home = self.home(person)
        return home.unit_id if home else self.accounts[person].unit_id

    def barrier(self, person):
        if person in self.kept:
            return "merged"
        if self.accounts[person].disabled_at is not None:
            return "disabled"
        return "barred" if person in self.barred else ""

    def streak(self, person, numbers):
        taken, best, current = set(self.rounds_taken(person)), 0, 0
        for number in numbers:
            current = current + 1 if number in taken else 0
            best = max(best, current)
        return best

    def numbers(self, rounds=()):
        return [found.number for found in self.rounds if not rounds or found.number in rounds]

    def contest_scope(self):
        return self.rounds[0].contest.scope_unit_id

    def brought(self, person):
        found = [one for one in self.referrals if self.person_of(one.referrer_id) == person]
        return sorted(
            (one for one in found if one.account_id != person), key=lambda one: (one.at, one.account_id)
        )

    def good_referrals(self, person, criterion):
        numbers = self.numbers(criterion.rounds)
        counted = []
        for one in self.brought(person):
            day = (one.at + VIETNAM).date()
            lives = {
                "anywhere": True,
                "contest": self.is_inside(self.place(one.account_id), self.contest_scope()),
                "unit": self.is_inside(self.place(one.account_id), self.campaign.unit_id),
            }
            if self.barrier(one.account_id) or not lives[criterion.lives]:
                continue
            if criterion.registered_from and day < criterion.registered_from:
                continue
            if criterion.registered_to and day > criterion.registered_to:
                continue
            counted.append(one.account_id)
        chosen = counted[: criterion.count] if criterion.which == "first" else counted
        return len(counted), sum(self.streak(one, numbers) >= criterion.streak for one in chosen)

    def meets(self, criterion, person):
        return getattr(self, f"_{criterion.kind}")(criterion, person)

    def _rounds(self, criterion, person):
        numbers = self.numbers(criterion.rounds)
        taken = [number for number in self.rounds_taken(person) if number in numbers]
        if criterion.mode == "count":
            return len(taken) >= criterion.count
        if criterion.mode == "streak":
            return self.streak(person, numbers) >= criterion.count
        if criterion.mode == "last":
            last = numbers[len(numbers) - criterion.count :] if criterion.count <= len(numbers) else None
            return last is not None and all(number in taken for number in last)
        return bool(numbers) and taken == numbers

    def _result(self, criterion, person):
        numbers = self.numbers(criterion.rounds)
        if criterion.mode == "any":
            return any(number in numbers for number in self.rounds_taken(person))
        if criterion.mode == "score":
            rounds = [found for found in self.rounds if found.number in numbers]
            good = [found for found in rounds if self.best_share(person, found) >= criterion.percent]
            return len(good) >= criterion.count
        lines = self.official_lines(person)
        if criterion.mode == "rank":
            return any(line.rank <= criterion.rank for _number, line in lines)
        return any(line.prize and number in numbers for number, line in lines)

    def _referrals(self, criterion, person):
        if criterion.own_streak and self.streak(person, self.numbers(criterion.rounds)) < criterion.streak:
            return False
        return self.good_referrals(person, criterion)[1] >= criterion.count

    def _belongs(self, criterion, person):
        home, account = self.home(person), self.accounts[person]
        enrolled = home is not None and self.is_inside(home.unit_id, self.campaign.unit_id)
        lives = self.is_inside(account.unit_id, self.campaign.unit_id)
        if self.units[account.unit_id].series_code != self.units[self.campaign.unit_id].series_code:
            lives = enrolled
        return {"account": lives, "enrolment": enrolled, "either": lives or enrolled}[criterion.basis]

    def _registered(self, criterion, person):
        return (self.accounts[person].created_at + VIETNAM).date() <= criterion.day

    def _no_void(self, criterion, person):
        own = {one.id for one in self.own_enrolments(person)}
        held = {found.id for found in self.rounds}
        return not any(
            one.kind == "void" and one.enrolment_id in own and one.round_id in held for one in self.decisions
        )

    def _attested(self, criterion, person):
        words = [one for one in self.attestations if one.account_id == person and one.code == criterion.code]
        return bool(words) and words[-1].is_met

    def everybody(self):
        """People of the campaign's unit who took part, were attested something or brought somebody."""
        for person in self.accounts:
            if person in self.kept:
                continue
            home = self.home(person)
            places = [self.accounts[person].unit_id, *([home.unit_id] if home else [])]
            if any(self.is_inside(place, self.campaign.unit_id) for place in places):
                yield person

    def is_met(self, part, person):
        """Enough groups have enough criteria, and nothing bars the person."""
        groups = []
        for group in part.groups:
            met = [self.meets(criterion, person) for criterion in group.criteria]
            groups.append(all(met) if group.needed is None else sum(met) >= group.needed)
        enough = all(groups) if part.needed is None else sum(groups) >= part.needed
        return bool(part.criteria) and enough and not self.barrier(person)
