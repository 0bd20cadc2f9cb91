"""Invariants of results: freezes computed again, revisions compared with their bytes and their chain."""

import json
from collections import Counter
from typing import Any

from sqlalchemy import select

from app.accounts.models import RoleGrant
from app.contests import policy as policies
from app.contests.models import Round, RoundKey
from app.enrolments.exclusion_queries import unranked_in
from app.enrolments.models import Enrolment
from app.extensions import db
from app.files.services import get_file_body
from app.permissions import is_live
from app.ranking import publication_rules
from app.ranking.desk_models import KeyProposal
from app.ranking.freeze_services import recompute
from app.ranking.models import Freeze, FrozenLine, Revision
from app.verify.rules import Report


def check_revisions(report: Report) -> None:
    """Bytes, digest and chain of every published revision (I19), and its two people (I34)."""
    previous: dict[int, tuple[int, str]] = {}
    for revision in db.session.scalars(select(Revision).order_by(Revision.round_id, Revision.number)):
        name = f"revision {revision.number} of round {revision.round_id}"
        number, digest = previous.get(revision.round_id, (0, publication_rules.GENESIS))
        found = db.session.get_one(Round, revision.round_id)
        statement = publication_rules.statement_of(
            contest=found.contest.slug,
            round_number=found.number,
            revision=revision.number,
            reason=revision.reason,
            published_at=revision.published_at,
            body_sha256=revision.body_sha256,
            public_sha256=revision.public_sha256,
            previous_digest=digest,
        )
        bytes_hold = all(
            publication_rules.sha256_of(get_file_body(sha256)) == sha256
            for sha256 in (revision.body_sha256, revision.public_sha256)
        )
        chained = revision.number == number + 1 and revision.previous_digest == digest
        sound = publication_rules.sha256_of(statement) == revision.digest
        report.expect("I19", bytes_hold and chained and sound, name)
        freezer = db.session.get_one(Freeze, revision.freeze_id).requested_by
        report.expect("I34", revision.frozen_by == freezer != revision.approved_by, name)
        previous[revision.round_id] = (revision.number, revision.digest)
    for found in db.session.scalars(select(Round)):
        newest = previous.get(found.id, (None, ""))[0]
        report.expect(
            "I19", found.published_revision == newest, f"round {found.id} names its newest revision"
        )
        is_one = found.cancelled_at is None or newest is None
        report.expect("I19", is_one, f"round {found.id} is cancelled or published, not both")


def check_key_proposals(report: Report) -> None:
    """Every approved proposal is the key version it names, by the same two people, who differ (I34)."""
    for proposal in db.session.scalars(select(KeyProposal)):
        name = f"key proposal {proposal.number} of round {proposal.round_id}"
        report.expect("I34", proposal.decided_by != proposal.proposed_by, name)
        if proposal.key_version is not None:
            key = db.session.get_one(RoundKey, (proposal.round_id, proposal.key_version))
            people = (key.proposed_by, key.approved_by) == (proposal.proposed_by, proposal.decided_by)
            letters = key.answers.get(str(proposal.version_id))
            report.expect("I34", people and letters == proposal.letters, name)


def check_freezes(report: Report) -> None:
    """Every result in force is computed again from the attempts (I20 to I24)."""
    for freeze in _freezes_in_force():
        found = db.session.get_one(Round, freeze.round_id)
        name = f"freeze {freeze.number} of round {freeze.round_id}"
        settled = recompute(freeze)
        body, public = settled.body, settled.public_file
        equal = publication_rules.sha256_of(body) == freeze.body_sha256
        equal_public = publication_rules.sha256_of(public) == freeze.public_sha256
        report.expect("I22", equal and equal_public, name)
        report.expect("I24", settled.result.target == freeze.target, name)
        policy = policies.from_json(settled.facts.policy)
        _check_lines(report, freeze, json.loads(get_file_body(str(freeze.body_sha256))), name)
        _check_prizes(report, freeze, policy, found, name)


def _freezes_in_force() -> list[Freeze]:
    """The newest computed freeze of every round."""
    newest: dict[int, Freeze] = {}
    computed = select(Freeze).where(Freeze.frozen_at.is_not(None)).order_by(Freeze.round_id, Freeze.number)
    for freeze in db.session.scalars(computed):
        newest[freeze.round_id] = freeze
    return list(newest.values())


def _lines_of(freeze: Freeze) -> list[FrozenLine]:
    query = select(FrozenLine).where(FrozenLine.freeze_id == freeze.id).order_by(FrozenLine.position)
    return list(db.session.scalars(query))


def _check_lines(report: Report, freeze: Freeze, body: dict[str, Any], name: str) -> None:
    lines = _lines_of(freeze)
    columns = body["columns"]
    published = [dict(zip(columns, values, strict=True)) for values in body["lines"]]
    report.expect("I20", len({line.enrolment_id for line in lines}) == len(lines) == len(published), name)
    report.expect("I24", body["target"] == freeze.target and body["figures"] == freeze.figures, name)
    last: dict[str, tuple[int, int]] = {}
    for line, shown in zip(lines, published, strict=False):
        same = (line.league, line.rank, line.score, line.prize) == (
            *(shown["league"], shown["rank"], shown["score"], shown["prize"]),
        )
        report.expect("I20", same, f"{name}, position {line.position}")
        rank, count = last.get(line.league, (0, 0))
        report.expect("I21", line.rank in (rank, count + 1), f"{name}, position {line.position}")
        last[line.league] = (line.rank, count + 1)


def _check_prizes(report: Report, freeze: Freeze, policy: policies.Policy, found: Round, name: str) -> None:
    winners = [line for line in _lines_of(freeze) if line.prize is not None]
    given = Counter((line.league, line.prize) for line in winners)
    allowed = {prize.code: prize.count for prize in policy.prizes}
    for (league, code), count in given.items():
        report.expect("I23", count <= allowed.get(str(code), 0), f"{name}: {count} × {code} {league}")
    listed = unranked_in(found.id)
    for line in winners:
        enrolment = db.session.get_one(Enrolment, line.enrolment_id)
        grants = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == enrolment.account_id))
        is_staff = any(
            is_live(grant.valid_from, grant.valid_to, found.closes_at)
            and grant.contest_id in (None, found.contest_id)
            for grant in grants
        )
        ranked = enrolment.not_ranked_reason is None and enrolment.id not in listed
        report.expect("I23", ranked and not is_staff, f"{name}: contestant {enrolment.contestant_no}")
