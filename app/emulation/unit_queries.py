"""Read the facts that criteria ask of collectives: from the tallies, headcounts and published results."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from app.emulation.facts_queries import Ground
from app.emulation.models import UnitResult
from app.emulation.unit_rules import UnitFacts, paths_above
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.localtime import local_day
from app.participation.headcount_queries import headcounts_on
from app.participation.tally_queries import Figures, figures_of_units
from app.ranking.models import FrozenLine
from app.units.models import Unit
from app.units.queries import under


def collectives_of(ground: Ground) -> Sequence[Unit]:
    """The units below the campaign's; the unit itself where it has none."""
    unit = db.session.get_one(Unit, ground.campaign.unit_id)
    query = select(Unit).where(under(unit), Unit.valid_to.is_(None)).order_by(Unit.path)
    found = db.session.scalars(query).all()
    return [one for one in found if one.id != unit.id] or found


def facts_of_units(
    ground: Ground, units: Sequence[Unit], attested: Mapping[int, Mapping[str, bool]]
) -> list[UnitFacts]:
    """In the order of `units`; figures are as the tallies have them now."""
    ids = [found.id for found in ground.rounds]
    whole = figures_of_units(units, ids)
    by_round = {found.number: figures_of_units(units, [found.id]) for found in ground.rounds}
    headcounts = headcounts_on(units, headcount_day(ground))
    winners = count_winners(ground)
    silent = _count_silent(units, ids, whole)
    return [
        UnitFacts(
            unit_id=unit.id,
            people=whole[unit.id].newcomers,
            round_people={number: figures[unit.id].people for number, figures in by_round.items()},
            headcount=headcounts.get(unit.id),
            winners=winners.get((unit.series_code, unit.path), 0),
            silent_units=silent[unit.id],
            attested=attested.get(unit.id, {}),
        )
        for unit in units
    ]


def headcount_day(ground: Ground) -> date:
    """Headcounts count as approved for the last local day of the last round, or for today before it."""
    days = [local_day(found.closes_at) for found in ground.rounds]
    return min(max(days), ground.calendar.today) if days else ground.calendar.today


def count_winners(ground: Ground) -> dict[tuple[str, str], int]:
    """(series, path) of every unit with one → people at or below it with a prize in official results."""
    person = func.coalesce(AccountMerge.kept_id, Enrolment.account_id)
    query = (
        select(Unit.series_code, Unit.path, person)
        .join(Enrolment, Enrolment.unit_id == Unit.id)
        .join(FrozenLine, FrozenLine.enrolment_id == Enrolment.id)
        .outerjoin(
            AccountMerge,
            (AccountMerge.absorbed_id == Enrolment.account_id) & AccountMerge.undone_at.is_(None),
        )
        .where(FrozenLine.freeze_id.in_(ground.parameters["freeze_ids"]), FrozenLine.prize.is_not(None))
    )
    people: dict[tuple[str, str], set[int]] = {}
    for series, path, person_id in db.session.execute(query):
        for above in paths_above(path):
            people.setdefault((series, above), set()).add(person_id)
    return {unit: len(found) for unit, found in people.items()}


def _count_silent(
    units: Sequence[Unit], round_ids: Sequence[int], whole: Mapping[int, Figures]
) -> dict[int, int]:
    """Unit id → units directly below it without anybody."""
    parents = {unit.id for unit in units}
    query = select(Unit).where(Unit.parent_id.in_(parents), Unit.valid_to.is_(None))
    children = db.session.scalars(query).all()
    known = figures_of_units([child for child in children if child.id not in whole], round_ids)
    figures = {**whole, **known}
    silent = dict.fromkeys(parents, 0)
    for child in children:
        silent[child.parent_id or 0] += figures[child.id].newcomers == 0
    return silent


def kept_units(campaign_id: int) -> dict[int, UnitResult]:
    """The stored results of a campaign's collectives by unit."""
    query = select(UnitResult).where(UnitResult.campaign_id == campaign_id)
    return {result.unit_id: result for result in db.session.scalars(query)}
