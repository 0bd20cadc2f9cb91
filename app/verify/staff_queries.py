"""Invariants of participation, emulation and commendation."""

from datetime import datetime

from sqlalchemy import distinct, func, select

from app.commendation.dossier_queries import evidence_of
from app.commendation.evidence_rules import digest_of
from app.commendation.models import AwardDecision, AwardingBody, Dossier, ReportVersion
from app.commendation.workflow_rules import AWARDED, OVER, State
from app.contests.queries import public_rounds_of
from app.emulation.explain_queries import explain_account
from app.emulation.mark_queries import campaigns_to_evaluate
from app.emulation.models import AccountResult, Campaign
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.participation.mark_queries import contests_with_standings, rounds_to_count
from app.participation.models import UnitTally
from app.ranking.models import Standing
from app.verify.rules import Report


def check_tallies(report: Report) -> None:
    """People and attempts of every round that needs no new count are those of its standings (I39)."""
    person = func.coalesce(AccountMerge.kept_id, Enrolment.account_id)
    standings = (
        select(func.coalesce(func.sum(Standing.attempt_count), 0), func.count(distinct(person)))
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .outerjoin(
            AccountMerge,
            (AccountMerge.absorbed_id == Enrolment.account_id) & AccountMerge.undone_at.is_(None),
        )
    )
    counted = select(
        func.coalesce(func.sum(UnitTally.attempts), 0), func.coalesce(func.sum(UnitTally.people), 0)
    )
    for contest in contests_with_standings():
        waiting = {found.id for found in rounds_to_count(contest)}
        for found in public_rounds_of(contest):
            if found.id in waiting or found.cancelled_at is not None:
                continue
            said = db.session.execute(counted.where(UnitTally.round_id == found.id)).one()
            true = db.session.execute(standings.where(Standing.round_id == found.id)).one()
            report.expect("I39", tuple(said) == tuple(true), f"round {found.id}: {said} instead of {true}")


def check_flags(report: Report, *, now: datetime) -> None:
    """Whoever has the flag meets the criteria by their own facts read anew (I31).

    Who has none may have come to meet them in a round that is still open: the night's evaluation finds it.
    """
    waiting = {campaign.id for campaign in campaigns_to_evaluate(now)}
    for campaign in db.session.scalars(select(Campaign).where(Campaign.closed_at.is_(None))).all():
        if campaign.id in waiting:
            continue
        query = select(AccountResult.account_id).where(
            AccountResult.campaign_id == campaign.id, AccountResult.is_met
        )
        for account_id in db.session.scalars(query).all():
            told = explain_account(campaign, account_id, now=now)
            report.expect("I31", told.is_met, f"account {account_id} in campaign {campaign.id}")


def check_dossiers(report: Report) -> None:
    """Frozen evidence is as it was, awards stand in a decision, quotas hold (I40)."""
    for version in db.session.scalars(select(ReportVersion)).all():
        if version.evidence_digest is not None:
            holds = digest_of(evidence_of(version)) == version.evidence_digest
            report.expect(
                "I40", holds, f"evidence of dossier {version.dossier_id}, version {version.version}"
            )
    awarded = select(Dossier, AwardDecision).join(AwardDecision, AwardDecision.id == Dossier.decision_id)
    for dossier, decision in db.session.execute(awarded.where(Dossier.state.in_(AWARDED))):
        holds = decision.body_id == dossier.body_id and (
            (dossier.state == State.PUBLISHED) == (decision.published_at is not None)
        )
        report.expect("I40", holds, f"decision of dossier {dossier.id}")
    is_collective = Dossier.account_id.is_(None)
    places = (
        select(AwardingBody, is_collective, func.count())
        .join(Dossier, Dossier.body_id == AwardingBody.id)
        .where(Dossier.state.not_in(OVER))
        .group_by(AwardingBody.id, is_collective)
    )
    for body, collective, count in db.session.execute(places):
        quota = body.quota_collective if collective else body.quota_individual
        report.expect("I40", count <= quota, f"{count} dossiers of awarding body {body.id}")
