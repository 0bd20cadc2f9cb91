"""Item analysis of a closed round for organisers."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from app import clock
from app.analysis import charts, flag_rules, queries, round_rules, services, wording
from app.analysis.forms import AnalyseForm
from app.analysis.models import ItemAnalysis
from app.analysis.round_rules import QuestionFigures, Results
from app.analysis.rules import SCOPE_NAMES, Scope
from app.contests.models import Round
from app.contests.queries import get_latest_key, get_scheduled_round
from app.extensions import db
from app.formats import vn_number, vn_percent
from app.jobs.runner import ring
from app.permissions import Permission
from app.questions.models import QuestionVersion
from app.ranking.rules import is_over
from app.web.addresses import ROUND_NUMBER
from app.web.guards import require

RELOAD_AFTER = 3

bp = Blueprint(
    "analysis_organiser",
    __name__,
    url_prefix=f"/ban-to-chuc/cuoc-thi/<slug>/tuan/<{ROUND_NUMBER}:number>/phan-tich",
    template_folder="templates",
)
Page = Response | tuple[str, int]


class Line(NamedTuple):
    """One analysed question with its flags, the gravest first."""

    found: QuestionFigures
    version: QuestionVersion
    flags: list[flag_rules.Flag]


def managed(slug: str, number: int, *, lock: bool = False) -> Round:
    """A scheduled round in the person's scope. Raises NoResultFound."""
    return get_scheduled_round(current_user.grants, Permission.ANALYSIS_READ, slug, number, lock=lock)


@bp.get("")
@require(Permission.ANALYSIS_READ, scope="contest")
def index(slug: str, number: int) -> str:
    """The newest analysis: what to look at first, the whole paper, every question."""
    return _index(managed(slug, number), None)[0]


def _index(found: Round, form: AnalyseForm | None) -> tuple[str, int]:
    now = clock.now()
    latest, computed = queries.find_latest(found.id), queries.find_computed(found.id)
    pending = latest if latest is not None and latest.computed_at is None else None
    page = render_template(
        "analysis/index.html",
        managed=found.contest,
        round=found,
        is_over=is_over(found.closes_at, now),
        pending=pending,
        failure=queries.find_failure(pending, now) if pending else None,
        analysis=computed,
        form=form or AnalyseForm(formdata=None),
        reload_after=RELOAD_AFTER,
        least_people=flag_rules.LEAST_PEOPLE,
        **(_report(found, computed, now) if computed else {}),
        **_words(),
    )
    return page, 422 if form else 200


def _words() -> dict[str, Any]:
    return {
        "flag_names": flag_rules.FLAG_NAMES,
        "flag_meanings": flag_rules.FLAG_MEANINGS,
        "scope_names": SCOPE_NAMES,
        "vn_index": wording.vn_index,
        "vn_decimal": wording.vn_decimal,
    }


def _report(found: Round, analysis: ItemAnalysis, now: datetime) -> dict[str, Any]:
    results = round_rules.from_json(analysis.results or {})
    lines = _lines(results)
    return {
        "explained": wording.explain(results.test, len(results.histogram) - 1),
        "lines": lines,
        "flagged": sorted(
            (line for line in lines if line.flags), key=lambda line: flag_rules.gravity_of(line.flags)
        ),
        "measured_count": sum(line.found.figures.n >= flag_rules.LEAST_PEOPLE for line in lines),
        "results": results,
        "histogram": _histogram(results),
        "scatter": _scatter(lines),
        "tenths": _tenths(results),
        "has_newer_key": get_latest_key(found.id).version != analysis.key_version,
    }


def _lines(results: Results) -> list[Line]:
    versions = queries.versions_of([question.version_id for question in results.questions])
    return [
        Line(question, versions[question.version_id], flag_rules.flags_of(question))
        for question in results.questions
    ]


def _histogram(results: Results) -> charts.Chart:
    counts = results.histogram
    return charts.columns_chart(
        [str(score) for score in range(len(counts))], counts, [vn_number(count) for count in counts]
    )


def _scatter(lines: list[Line]) -> charts.Chart:
    return charts.scatter_chart(
        [
            (figures.facility, figures.discrimination_index, line.version.question.key, bool(line.flags))
            for line in lines
            if (figures := line.found.figures).discrimination_index is not None
        ]
    )


def _tenths(results: Results) -> charts.Chart:
    return charts.columns_chart(
        [str(place) for place in range(1, len(results.tenths) + 1)],
        [tenth.mean for tenth in results.tenths],
        [wording.vn_decimal(tenth.mean) for tenth in results.tenths],
        line=[tenth.expected for tenth in results.tenths],
    )


@bp.post("")
@require(Permission.ANALYSIS_READ, scope="contest")
def analyse(slug: str, number: int) -> Page:
    """Ask for an analysis; a job computes it."""
    found = managed(slug, number, lock=True)
    form = AnalyseForm()
    if not form.validate_on_submit():
        return _index(found, form)
    services.request_analysis(
        found, Scope(form.scope.data), actor_id=current_user.account_id, now=clock.now()
    )
    db.session.commit()
    ring()
    flash("Đã nhận yêu cầu phân tích. Trang tự tải lại khi xong.", "success")
    return redirect(url_for("analysis_organiser.index", slug=slug, number=number), 303)


@bp.get("/cau/<key>")
@require(Permission.ANALYSIS_READ, scope="contest")
def question(slug: str, number: int, key: str) -> str:
    """One question of the newest analysis: who chose which option. Raises NoResultFound."""
    found = managed(slug, number)
    analysis = queries.find_computed(found.id)
    if analysis is None:
        raise NoResultFound
    lines = _lines(round_rules.from_json(analysis.results or {}))
    line = next((line for line in lines if line.version.question.key == key), None)
    if line is None:
        raise NoResultFound
    return render_template(
        "analysis/question.html",
        managed=found.contest,
        round=found,
        analysis=analysis,
        line=line,
        chart=_options(line),
        index_words=wording.index_words,
        better={option.letter for option in flag_rules.options_of_better_people(line.found)},
        **_words(),
    )


def _options(line: Line) -> charts.Chart:
    return charts.rows_chart(
        [
            (option.letter, option.share, vn_percent(option.share), option.is_right)
            for option in line.found.options
        ]
    )
