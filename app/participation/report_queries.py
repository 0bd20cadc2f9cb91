"""Gather the figures of a report, and read the reports that were made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.contests.models import Contest, Round
from app.contests.queries import get_policy, held_rounds, public_rounds_of
from app.errors import DomainError
from app.extensions import db
from app.jobs.models import Job
from app.localtime import local_day
from app.participation.headcount_queries import headcounts_on, targets_of
from app.participation.place_queries import Place
from app.participation.report_models import Report, ReportSetting
from app.participation.report_rules import Figures, Line, Week, total_of
from app.participation.tally_queries import Figures as Counts
from app.participation.tally_queries import figures_of_units, tallied_at
from app.participation.tree_queries import Group, Layout, layout_of
from app.ranking.rules import is_over
from app.units.models import Unit
from app.units.queries import find_parent

REPORT_JOB = "make_report"
SHOWN = 30


class NotOpened(DomainError):
    message = "Cuộc thi chưa có vòng thi nào mở nên chưa có gì để báo cáo."


class NotCounted(DomainError):
    message = "Số liệu đang được tính."
    todo = "Bạn chờ một phút rồi thử lại."


@dataclass(frozen=True)
class Heading:
    """What stands at the head and foot of a report beside its figures."""

    agency: str
    superior: str
    place: str
    signer_title: str


def place_of(contest: Contest, unit: Unit) -> Place:
    """A place that was decided before: for jobs and commands, which have no reader."""
    return Place(contest, held_rounds(public_rounds_of(contest)), unit)


def find_setting(place: Place) -> ReportSetting | None:
    return db.session.get(ReportSetting, (place.contest.id, place.unit.id))


def heading_of(place: Place) -> Heading:
    """As saved for the unit; before that, from the unit's own name."""
    saved = find_setting(place)
    if saved is not None:
        return Heading(saved.agency, saved.superior, saved.place, saved.signer_title)
    parent = find_parent(place.unit)
    return Heading(place.unit.full_name, parent.full_name if parent else "", place.unit.name, "")


def check_can_report(place: Place, found: Round | None, now: datetime) -> None:
    """Raises NotOpened."""
    opened = [one for one in place.rounds if one.opens_at <= now]
    if not opened or (found is not None and found not in opened):
        raise NotOpened


def figures_of(place: Place, found: Round | None, now: datetime) -> Figures:
    """What a report about the round, or about the whole contest, says now.

    Raises NotOpened, NotCounted.
    """
    check_can_report(place, found, now)
    rounds = [found] if found else [one for one in place.rounds if one.opens_at <= now]
    counted = [tallied_at(one.id) for one in rounds]
    as_of = [moment for moment in counted if moment is not None]
    if len(as_of) < len(counted):
        raise NotCounted
    running = [one for one in rounds if not is_over(one.closes_at, now)]
    before = _round_before(place, found)
    layout = layout_of(place, place.unit.series_code)
    lines, total = _lines(place, layout, found, rounds, before, now)
    return Figures(
        contest=place.contest.name,
        place=place.contest.place,
        label=place.contest.label,
        unit=place.unit.full_name,
        round_number=found.number if found else None,
        opens_at=rounds[0].opens_at,
        closes_at=rounds[-1].closes_at if found else place.rounds[-1].closes_at,
        as_of=min(as_of),
        is_running=bool(running),
        predicts=any(get_policy(one.id).target is not None for one in running),
        compared_with=before.number if before else None,
        lines=lines,
        total=total,
        weeks=_weeks(layout, rounds) if found is None else (),
        left_out=[unit.full_name for unit in layout.left_out],
    )


def _round_before(place: Place, found: Round | None) -> Round | None:
    if found is None:
        return None
    return next((one for one in reversed(place.rounds) if one.number < found.number), None)


def _lines(
    place: Place,
    layout: Layout,
    found: Round | None,
    rounds: Sequence[Round],
    before: Round | None,
    now: datetime,
) -> tuple[list[Line], Line]:
    """A line for each row of the layout, and their sum; a unit with nothing below has one line, itself."""
    groups = layout.groups or (Group(place.unit, layout.whole),)
    units = {unit.id: unit for group in groups for unit in (*group.members, *layout.whole)}
    counts = figures_of_units(list(units.values()), [one.id for one in rounds])
    previous = _previous(list(units.values()), rounds[0], before, now)
    asked = [place.unit, *(group.unit for group in groups)]
    headcounts = headcounts_on(asked, local_day(min(now, rounds[-1].closes_at)))
    targets = targets_of(place.contest.id, asked) if found else {}

    def line(name: str, unit_id: int | None, members: Sequence[Unit], less: Sequence[Unit] = ()) -> Line:
        own = _sum(counts, members, less)
        return Line(
            name=name,
            people=own.people if found else own.newcomers,
            attempts=own.attempts,
            newcomers=own.newcomers,
            people_all_correct=own.people_all_correct if found else None,
            headcount=headcounts.get(unit_id or 0),
            target=targets.get(unit_id or 0),
            previous=None if previous is None else _sum(previous, members, less).people,
        )

    lines = [line(group.unit.full_name, group.unit.id, group.members) for group in groups]
    is_there = [group.unit.valid_to is None for group in groups]
    lines = [one for one, stands in zip(lines, is_there, strict=True) if stands or one.attempts]
    unit, members = place.unit, [member for group in groups for member in group.members]
    rest = line(f"{unit.full_name}, không rõ đơn vị", None, layout.whole, members)
    if rest.attempts or rest.previous:
        lines.append(rest)
    return lines, total_of("Tổng", lines, headcount=headcounts.get(unit.id), target=targets.get(unit.id))


def _sum(counts: Mapping[int, Counts], units: Sequence[Unit], less: Sequence[Unit]) -> Counts:
    """What the subtrees of `units` have beyond those of `less`, which lie in them."""
    whole = sum((counts[unit.id] for unit in units), Counts())
    part = sum((counts[unit.id] for unit in less), Counts())
    return Counts(
        whole.people - part.people,
        whole.attempts - part.attempts,
        whole.people_all_correct - part.people_all_correct,
        whole.newcomers - part.newcomers,
    )


def _previous(
    units: Sequence[Unit], found: Round, before: Round | None, now: datetime
) -> dict[int, Counts] | None:
    """As many days after its opening as the round has had by now; None without a round before."""
    return figures_of_units(units, [before.id], _same_day(found, before, now)) if before else None


def _same_day(found: Round, before: Round, now: datetime) -> date | None:
    """The day of the round before that is as far from its opening as today; None when the round is over."""
    if is_over(found.closes_at, now):
        return None
    return local_day(before.opens_at) + (local_day(now) - local_day(found.opens_at))


def _weeks(layout: Layout, rounds: Sequence[Round]) -> list[Week]:
    weeks = []
    for one in rounds:
        own = _sum(figures_of_units(layout.whole, [one.id]), layout.whole, ())
        weeks.append(Week(one.number, own.people, own.attempts))
    return weeks


def reports_of(place: Place) -> Sequence[Report]:
    """The newest first, at most SHOWN."""
    query = select(Report).where(Report.contest_id == place.contest.id, Report.unit_id == place.unit.id)
    return db.session.scalars(query.order_by(Report.id.desc()).limit(SHOWN)).all()


def get_report(place: Place, public_id: str) -> Report:
    """A report of this very place. Raises NoResultFound."""
    query = select(Report).filter_by(public_id=public_id, contest_id=place.contest.id, unit_id=place.unit.id)
    return db.session.scalars(query).one()


def job_key(place: Place, found: Round | None) -> str:
    return f"{place.contest.id}:{place.unit.id}:{found.id if found else 'all'}"


def unfinished_jobs(place: Place) -> list[tuple[Job, Round | None]]:
    """Reports asked for and not made yet, or given up, with the round that they are about."""
    keys = {job_key(place, found): found for found in (None, *place.rounds)}
    query = select(Job).where(Job.kind == REPORT_JOB, Job.key.in_(keys), Job.done_at.is_(None))
    return [(job, keys[job.key]) for job in db.session.scalars(query.order_by(Job.id))]


def settings_due(monday: date) -> Sequence[ReportSetting]:
    """The units that want a report on Mondays and have none for this one."""
    query = select(ReportSetting).where(ReportSetting.is_weekly, ReportSetting.done_for < monday)
    return db.session.scalars(query.order_by(ReportSetting.contest_id, ReportSetting.unit_id)).all()
