"""Issue certificates of participation and keep the papers made of them. Callers commit."""

from datetime import datetime

from app.accounts.models import Account
from app.attempts.services import new_receipt_code
from app.audit.services import record
from app.commendation import certificate_queries as queries
from app.commendation import certificate_rules as rules
from app.commendation.certificate_models import Certificate
from app.contests.models import Contest
from app.enrolments.queries import find_enrolment
from app.extensions import db
from app.files.services import store_file
from app.jobs.services import request_job
from app.sql import insert_new

MAKE_CERTIFICATE = "make_certificate"
PDF_TYPE = "application/pdf"


def issue(contest: Contest, account: Account, *, now: datetime) -> Certificate:
    """The certificate of what is true now, asked for by its person; a job makes the paper.

    The same facts are the same certificate with the same code. Raises NothingToCertify.
    """
    facts = rules.check_may_have(queries.find_facts(contest, account, now))
    enrolment = find_enrolment(contest.id, account.id)
    digest = rules.digest_of(facts)
    values = {
        "code": new_receipt_code(),
        "contest_id": contest.id,
        "account_id": account.id,
        "enrolment_id": enrolment.id if enrolment else None,
        "facts": rules.as_json(facts),
        "digest": digest,
        "issued_at": now,
    }
    is_new = bool(db.session.scalars(insert_new(Certificate, values).returning(Certificate.id)).all())
    certificate = queries.get_issued(contest.id, account.id, digest)
    if is_new:
        record(
            "certificates.issued",
            actor_id=account.id,
            subject=f"contest:{contest.id}",
            now=now,
            digest=digest,
        )
    if certificate.sha256 is None:
        request_job(MAKE_CERTIFICATE, str(certificate.id), {"certificate_id": certificate.id}, now=now)
    return certificate


def keep_paper(certificate: Certificate, content: bytes, *, now: datetime) -> None:
    certificate.sha256, certificate.problem = store_file(content, PDF_TYPE, now=now), None


def keep_problem(certificate: Certificate, problem: str) -> None:
    """Say in Vietnamese why the paper could not be made here."""
    certificate.sha256, certificate.problem = None, problem
