"""Read the facts that speak for a nominee as they are now: what submitting a report freezes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from app.accounts.rules import GENDERS
from app.commendation.dossier_queries import Case, find_latest_report
from app.commendation.evidence_rules import Item, Source
from app.commendation.report_rules import Report, from_json, results_paragraph
from app.contests.queries import get_policy
from app.emulation import facts_queries, unit_queries
from app.emulation.explain_queries import Explanation, explain_account, explain_unit
from app.emulation.facts_queries import Ground
from app.emulation.facts_rules import Needs, rounds_taken
from app.emulation.wording import STATE_NAMES
from app.enrolments.models import Enrolment
from app.enrolments.transfer_models import AccountMerge
from app.extensions import db
from app.formats import vn_date, vn_number, vn_percent
from app.participation.tally_queries import figures_of_units
from app.ranking.models import FrozenLine, Revision, Standing
from app.units.models import Unit


class Place(NamedTuple):
    """Where somebody stood in one published result."""

    round_id: int
    number: int
    rank: int
    prize: str | None


def items_now(case: Case, now: datetime) -> list[Item]:
    """The facts of a dossier's subject read now, in the order in which a report tells them."""
    ground = facts_queries.ground_of(case.campaign, now)
    if case.account is None:
        told = explain_unit(case.campaign, case.unit, now=now)
        facts = _unit_facts(ground, case.unit)
    else:
        told = explain_account(case.campaign, case.account.id, now=now)
        facts = _person_facts(ground, case.account.id, told) + _rate(ground, case.unit)
    found = [Item(source, code, label, value, told.version) for source, code, label, value in facts]
    return found + _criteria(told)


Fact = tuple[Source, str, str, str]


def _criteria(told: Explanation) -> list[Item]:
    return [
        Item(
            Source.CRITERIA,
            f"criterion:{item.check.code}",
            item.check.title,
            f"{STATE_NAMES[item.check.state]}. {item.check.sentence}",
            told.version,
        )
        for item in told.items
    ]


def _person_facts(ground: Ground, account_id: int, told: Explanation) -> list[Fact]:
    label = ground.contest.label
    person = facts_queries.read_person(ground, Needs(), account_id, {})
    taken = [
        number for number, is_taken in rounds_taken(person.facts.rounds_mask, ground.calendar) if is_taken
    ]
    weeks = f"{len(taken)}/{len(ground.calendar.numbers)} {label}"
    if taken:
        weeks += f" ({label} {', '.join(map(str, taken))})"
    accounts = [account_id, *_absorbed_by(account_id)]
    facts = [
        (Source.PARTICIPATION, "weeks", f"Số {label} đã thi", weeks),
        (Source.PARTICIPATION, "attempts", "Số lượt thi", f"{_count_attempts(ground, accounts)} lượt"),
        (Source.PARTICIPATION, "best_score", "Điểm cao nhất", f"{person.facts.best_score} câu đúng"),
    ]
    facts += _results(label, _places_of(ground, accounts))
    brought = [(Source.REFERRALS, "referred", "Số người đã vận động", f"{len(person.brought)} người")]
    for code, lines in told.referrals.items():
        good = [f"{line.name} ({line.marks})" for line in lines if line.counts]
        value = f"{len(good)} người" + (f": {'; '.join(good)}" if good else "")
        brought.append((Source.REFERRALS, f"referrals:{code}", "Người được vận động, đủ điều kiện", value))
    return facts + brought


def _results(label: str, places: Sequence[Place]) -> list[Fact]:
    """The best published rank and every prize."""
    facts = []
    if places:
        best = min(places, key=lambda place: (place.rank, place.number))
        value = f"hạng {vn_number(best.rank)} ({label} {best.number})"
        facts.append((Source.RANKING, "best_rank", "Hạng cao nhất", value))
    won = [f"{_prize_name(place)} ({label} {place.number})" for place in places if place.prize]
    if won:
        facts.append((Source.RANKING, "prizes", "Giải thưởng", ", ".join(won)))
    return facts


def _prize_name(place: Place) -> str:
    names = {prize.code: prize.name for prize in get_policy(place.round_id).prizes}
    return names.get(str(place.prize), str(place.prize))


def _absorbed_by(account_id: int) -> Sequence[int]:
    query = select(AccountMerge.absorbed_id).filter_by(kept_id=account_id, undone_at=None)
    return db.session.scalars(query).all()


def _count_attempts(ground: Ground, account_ids: Collection[int]) -> int:
    query = (
        select(func.sum(Standing.attempt_count))
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(
            Standing.round_id.in_([found.id for found in ground.rounds]),
            Enrolment.account_id.in_(account_ids),
        )
    )
    return db.session.scalar(query) or 0


def _places_of(ground: Ground, account_ids: Collection[int]) -> list[Place]:
    """Their lines in the results in force, by round."""
    official = {found.id: found for found in ground.rounds if found.published_revision is not None}
    query = (
        select(Revision.round_id, Revision.number, FrozenLine.rank, FrozenLine.prize)
        .join(FrozenLine, FrozenLine.freeze_id == Revision.freeze_id)
        .join(Enrolment, Enrolment.id == FrozenLine.enrolment_id)
        .where(Revision.round_id.in_(official), Enrolment.account_id.in_(account_ids))
        .order_by(Revision.round_id)
    )
    return [
        Place(round_id, official[round_id].number, rank, prize)
        for round_id, revision, rank, prize in db.session.execute(query)
        if official[round_id].published_revision == revision
    ]


def _rate(ground: Ground, unit: Unit) -> list[Fact]:
    """The participation of the unit; nothing where no headcount was approved."""
    [facts] = unit_queries.facts_of_units(ground, [unit], {})
    if not facts.headcount:
        return []
    people = f"{vn_number(facts.people)}/{vn_number(facts.headcount)} người"
    value = f"{vn_percent(facts.people / facts.headcount)} ({people})"
    return [(Source.UNIT, "rate", f"Tỷ lệ tham gia của {unit.full_name}", value)]


def _unit_facts(ground: Ground, unit: Unit) -> list[Fact]:
    [facts] = unit_queries.facts_of_units(ground, [unit], {})
    figures = figures_of_units([unit], [found.id for found in ground.rounds])[unit.id]
    label = ground.contest.label
    weeks = [f"{label} {number}: {vn_number(people)}" for number, people in facts.round_people.items()]
    return [
        (Source.UNIT, "people", "Số người tham gia", f"{vn_number(facts.people)} người"),
        (Source.UNIT, "attempts", "Số lượt thi", f"{vn_number(figures.attempts)} lượt"),
        (Source.UNIT, "weeks", f"Số người từng {label}", "; ".join(weeks)),
        *_rate(ground, unit),
        (Source.RANKING, "winners", "Số người đạt giải", f"{vn_number(facts.winners)} người"),
    ]


def report_so_far(case: Case, items: Sequence[Item]) -> Report:
    """What was saved last, or a report with what is known already."""
    latest = find_latest_report(case)
    if latest is not None:
        return from_json(latest.content)
    facts = [(item.label, item.value) for item in items if item.source is not Source.CRITERIA]
    known = {"full_name": case.name, "results": results_paragraph(facts)}
    if case.account is None:
        return Report(known | {"address": case.unit.full_name})
    account = case.account
    known |= {
        "date_of_birth": vn_date(account.date_of_birth),
        "gender": GENDERS.get(account.gender or "", ""),
        "residence": case.unit.full_name,
        "position": account.workplace or "",
    }
    return Report({name: value for name, value in known.items() if value})
