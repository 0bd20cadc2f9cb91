"""Attest what no machine can count, with a file as evidence. Callers commit."""

import secrets
from datetime import datetime

from app.audit.services import record
from app.emulation import attestation_rules as rules
from app.emulation.attestation_queries import attested_criteria
from app.emulation.attestation_rules import Claim, Evidence
from app.emulation.models import Attestation, Campaign
from app.emulation.queries import latest_criteria
from app.emulation.services import CampaignClosed
from app.extensions import db
from app.files.models import StoredFile
from app.files.services import store_file
from app.questions.picture_services import store_picture


def attest(
    campaign: Campaign, claim: Claim, evidence: Evidence | None, *, actor_id: int, now: datetime
) -> Attestation:
    """Write somebody's word down; the newest one about a criterion counts, the older ones stay to be read.

    Raises OwnAttestation, NotAttested, CampaignClosed, and BadInput for a file that cannot be kept.
    """
    if campaign.closed_at is not None:
        raise CampaignClosed
    if claim.account_id == actor_id:
        raise rules.OwnAttestation
    _version, criteria = latest_criteria(campaign)
    asked = attested_criteria(criteria, is_collective=claim.unit_id is not None)
    if claim.code not in [criterion.code for criterion in asked]:
        raise rules.NotAttested
    sha256, name = _keep(evidence, now) if evidence is not None else (None, None)
    attestation = Attestation(
        public_id=secrets.token_hex(16),
        campaign_id=campaign.id,
        code=claim.code,
        account_id=claim.account_id,
        unit_id=claim.unit_id,
        is_met=claim.is_met,
        text=claim.text,
        evidence_sha256=sha256,
        evidence_name=name,
        attested_by=actor_id,
        at=now,
    )
    db.session.add(attestation)
    record(
        "campaigns.attested",
        actor_id=actor_id,
        subject=f"campaign:{campaign.id}",
        now=now,
        attestation=attestation.public_id,
        criterion=claim.code,
        is_met=claim.is_met,
    )
    return attestation


def _keep(evidence: Evidence, now: datetime) -> tuple[str, str]:
    """(digest, name) of the file as kept: pictures are made anew, without what cameras write into them."""
    kind = rules.kind_of(evidence.content)
    if kind == rules.PICTURE:
        sha256 = store_picture(evidence.content, now=now, max_bytes=rules.MAX_EVIDENCE_BYTES)
        kind = db.session.get_one(StoredFile, sha256).media_type
    else:
        sha256 = store_file(evidence.content, kind, now=now)
    return sha256, rules.evidence_name(evidence.name, kind)
