"""Evaluate a campaign's collectives, and write only what changed. Callers hold the campaign and commit."""

from datetime import datetime
from typing import Any

from app.emulation import queries, unit_queries
from app.emulation.criteria_rules import Part, UnitAttested
from app.emulation.facts_queries import Ground
from app.emulation.models import ResultChange, UnitResult
from app.emulation.rules import Cause, Counts
from app.emulation.unit_rules import UnitFacts, judge_unit, rate_permille
from app.extensions import db


def evaluate_units(ground: Ground, version: int, part: Part, *, now: datetime) -> Counts:
    """As evaluation_services.evaluate, of collectives. A unit that is not one any more keeps no flag."""
    units = unit_queries.collectives_of(ground)
    attested = queries.attested_units(ground.campaign)
    kept = unit_queries.kept_units(ground.campaign.id)
    found = unit_queries.facts_of_units(ground, units, attested)
    known = {facts.unit_id for facts in found}
    found += [UnitFacts(unit_id) for unit_id in kept if unit_id not in known]
    counts = Counts(evaluated=len(found))
    for facts in found:
        counts += _keep(ground, kept.get(facts.unit_id), _values(ground, version, part, facts), part, now)
    db.session.flush()
    return counts


def _values(ground: Ground, version: int, part: Part, facts: UnitFacts) -> dict[str, Any]:
    verdict = judge_unit(part, facts, ground.calendar)
    return {
        "unit_id": facts.unit_id,
        "version": version,
        "people": facts.people,
        "headcount": facts.headcount,
        "rate_permille": rate_permille(facts.people, facts.headcount),
        "winners": facts.winners,
        "silent_units": facts.silent_units,
        "met_bits": verdict.bits,
        "is_met": verdict.is_met,
        "missing_count": verdict.missing,
    }


def _keep(
    ground: Ground, result: UnitResult | None, values: dict[str, Any], part: Part, now: datetime
) -> Counts:
    if result is not None and all(getattr(result, name) == value for name, value in values.items()):
        return Counts()
    campaign_id, bits, is_met = ground.campaign.id, values["met_bits"], values["is_met"]
    if result is None:
        old_bits, was_met, is_same_version = 0, False, True
        db.session.add(UnitResult(campaign_id=campaign_id, evaluated_at=now, **values))
    else:
        old_bits, was_met = result.met_bits, result.is_met
        is_same_version = result.version == values["version"]
        for name, value in values.items():
            setattr(result, name, value)
        result.evaluated_at = now
    if was_met != is_met or (is_same_version and old_bits & ~bits):
        cause = _cause(part, old_bits, bits) if is_same_version else Cause.CRITERIA
        change = ResultChange(
            campaign_id=campaign_id,
            unit_id=values["unit_id"],
            old_bits=old_bits,
            new_bits=bits,
            was_met=was_met,
            is_met=is_met,
            cause=str(cause),
            version=values["version"],
            at=now,
        )
        db.session.add(change)
    return Counts(changed=1, met=is_met > was_met, lost=was_met > is_met)


def _cause(part: Part, old_bits: int, new_bits: int) -> Cause:
    """Losses come before gains."""
    lost = old_bits & ~new_bits
    changed = lost or new_bits & ~old_bits
    words = (isinstance(one, UnitAttested) for index, one in enumerate(part.criteria) if changed >> index & 1)
    if any(words):
        return Cause.ATTESTED
    return Cause.RECOUNTED if lost else Cause.PROGRESS
