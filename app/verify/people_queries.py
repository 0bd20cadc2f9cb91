"""Invariants of accounts, enrolments, referrals, the audit trail and jobs."""

import re
from datetime import date

from sqlalchemy import select

from app.accounts.models import Account, Referral
from app.accounts.rules import age_on, find_code
from app.audit.queries import check_chain
from app.contests.models import Contest, Round
from app.enrolments.models import Enrolment
from app.extensions import db
from app.jobs.models import Job
from app.jobs.services import MAX_TRIES
from app.localtime import local_day
from app.verify.rules import Report

CANONICAL_PHONE = re.compile(r"\+[1-9][0-9]{8,14}\Z")
BATCH = 5_000


def check_people(report: Report) -> None:
    """Sign-in names (I26), ages at enrolment (I25) and referrals (I30)."""
    names = select(Account.id, Account.sign_in_name, Account.sign_in_kind).execution_options(yield_per=BATCH)
    for account_id, name, kind in db.session.execute(names):
        in_form = CANONICAL_PHONE.match(name) if kind == "phone" else find_code(name) == name
        report.expect("I26", bool(in_form), f"account {account_id}")
    ages = (
        select(Enrolment.id, Enrolment.age, Contest.minimum_age)
        .join(Contest, Contest.id == Enrolment.contest_id)
        .execution_options(yield_per=BATCH)
    )
    for enrolment_id, age, minimum_age in db.session.execute(ages):
        report.expect("I25", age >= minimum_age, f"enrolment {enrolment_id}")
    for account_id, referrer_id in db.session.execute(select(Referral.account_id, Referral.referrer_id)):
        report.expect("I30", referrer_id < account_id, f"referral of account {account_id}")


def check_stated_ages(report: Report) -> None:
    """The enrolled age is the one at the opening of a round of the contest (I25)."""
    openings: dict[int, set[date]] = {}
    for contest_id, opens_at in db.session.execute(select(Round.contest_id, Round.opens_at)):
        openings.setdefault(contest_id, set()).add(local_day(opens_at))
    rows = (
        select(Enrolment.id, Enrolment.contest_id, Enrolment.age, Account.date_of_birth)
        .join(Account, Account.id == Enrolment.account_id)
        .execution_options(yield_per=BATCH)
    )
    for enrolment_id, contest_id, age, born in db.session.execute(rows):
        possible = {age_on(born, day) for day in openings.get(contest_id, set())}
        report.expect("I25", age in possible, f"enrolment {enrolment_id} states age {age}")


def check_audit(report: Report) -> None:
    """Ids without a gap, every digest recomputed, the head at the end (I32)."""
    chain = check_chain()
    report.expect("I32", chain.broken_at is None, f"audit entry {chain.broken_at}")


def check_jobs(report: Report) -> None:
    """A job that failed as often as it may waits for a person (I33)."""
    for job in db.session.scalars(select(Job)):
        given_up = job.done_at is None and job.tries >= MAX_TRIES and job.lease_until is None
        report.expect("I33", not given_up, f"job {job.kind} {job.key}: {job.error}")
