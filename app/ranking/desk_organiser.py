"""The desk of one round's result: what is done, what is next, and everything it takes to decide."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.attempts.queries import policy_of
from app.contests import wording
from app.contests.models import Round
from app.contests.queries import get_scheduled_round, rounds_of
from app.permissions import Permission, covers_contest
from app.ranking import award_queries, freeze_queries, key_queries, queries, review_queries, rules
from app.ranking.forms import (
    FIRST_FREEZE,
    AnnexForm,
    ApproveForm,
    ExtendForm,
    FreezeForm,
    read_page,
    read_search,
)
from app.ranking.models import Freeze
from app.ranking.paper_forms import USUAL_SIGNER, SubstitutesForm, decision_form
from app.web.forms import BaseForm

RELOAD_AFTER = 3

Page = Response | tuple[str, int]


def managed(permission: Permission, slug: str, number: int, *, lock: bool = False) -> Round:
    """The round in the person's scope; one that was never scheduled has no result. Raises NoResultFound."""
    return get_scheduled_round(current_user.grants, permission, slug, number, lock=lock)


def desk_page(found: Round, **wrong_forms: BaseForm) -> tuple[str, int]:
    """The page, with 422 when it shows a form that was filled in wrongly."""
    review = review_queries.review_of(found, clock.now())
    search, page = read_search(), read_page()
    freeze = review.freeze
    lines = review_queries.review_page(freeze, page) if freeze and not search else []
    if search:
        lines = review_queries.find_people(found, freeze, search)
    decisions = review_queries.decision_lines(found)
    text = render_template(
        "ranking/review.html",
        managed=found.contest,
        round=found,
        review=review,
        steps=review.steps(found.contest.label, found.closes_at, len(decisions)),
        lines=lines,
        search=search,
        page=page,
        last_page=review_queries.count_pages(freeze) if freeze else 1,
        decisions=decisions,
        open_attempts=review_queries.count_open_attempts(found),
        reload_after=RELOAD_AFTER,
        is_own_freeze=freeze is not None and freeze.requested_by == current_user.account_id,
        may_approve=covers_contest(current_user.grants, Permission.RESULTS_APPROVE, found.contest_id),
        may_extend=covers_contest(current_user.grants, Permission.CONTESTS_SCHEDULE, found.contest_id),
        may_prepare=covers_contest(current_user.grants, Permission.CONTESTS_EDIT, found.contest_id),
        next_round=next((each for each in rounds_of(found.contest) if each.number == found.number + 1), None),
        open_proposals=[one for one in key_queries.proposals_of(found.id) if one.outcome is None],
        kind_names=rules.KIND_NAMES,
        **prize_words(found),
        **_frozen(found, freeze),
        **_published(found, freeze),
        **(_blank_forms(found, freeze) | wrong_forms),
    )
    return text, 422 if wrong_forms else 200


def _frozen(found: Round, freeze: Freeze | None) -> dict[str, Any]:
    """Prizes, substitutes and the target of the newest freeze."""
    policy = policy_of(found.id)
    awards = award_queries.awards_of(freeze, policy) if freeze else []
    people = award_queries.people_of({one for league in awards for one in league.enrolment_ids})
    context = {
        "awards": awards,
        "award_people": people,
        "target_name": wording.TARGET_NAMES[policy.target] if policy.target else "",
        "target_definition": wording.TARGET_DEFINITIONS[policy.target] if policy.target else "",
        "has_one_prize": policy.one_prize_per_person,
    }
    if freeze is None:
        return context
    decisions = freeze_queries.decisions_by_id(freeze.decision_ids or [])
    voided = sum(decision.kind == rules.Kind.VOID for decision in decisions)
    closed = freeze_queries.count_closed_attempts(found.id)
    return context | {"attempts_closed": closed, "attempts_voided": voided}


def _published(found: Round, freeze: Freeze | None) -> dict[str, Any]:
    """The revisions with the decision signed for the newest, and which keys the next one changes."""
    revisions = queries.revisions_of(found.id)
    published = freeze_queries.published_freeze(found.id)
    since = published.key_version if published else None
    signed = queries.signed_decisions_of(revisions[0]) if revisions else []
    actors = {freeze.requested_by if freeze else None, *(one.approved_by for one in revisions)}
    actors |= {one.recorded_by for one in signed}
    return {
        "revisions": revisions,
        "documents": queries.files_of(revisions[0]) if revisions else {},
        "signed": signed,
        "new_keys": key_queries.corrected_questions(found.id, since=since) if since else [],
        "names": review_queries.names_of(actors),
    }


def _blank_forms(found: Round, freeze: Freeze | None) -> dict[str, Any]:
    is_correction = False
    if found.published_revision:
        is_correction = bool(
            queries.signed_decisions_of(queries.get_revision(found.id, found.published_revision))
        )
    return {
        "freeze_form": FreezeForm(reason="" if freeze else FIRST_FREEZE, formdata=None),
        "approve_form": ApproveForm(body_sha256=freeze.body_sha256 if freeze else "", formdata=None),
        "extend_form": ExtendForm(closes_at=found.closes_at, formdata=None),
        "annex_form": AnnexForm(formdata=None),
        "substitutes_form": SubstitutesForm(
            people=award_queries.substitute_count(freeze) if freeze else 0, formdata=None
        ),
        "decision_form": decision_form(is_correction=is_correction, signer_title=USUAL_SIGNER, formdata=None),
    }


def prize_words(found: Round) -> dict[str, Any]:
    """Names of the prizes and of the reasons for none."""
    policy = policy_of(found.id)
    return {
        "prize_names": {prize.code: prize.name for prize in policy.prizes},
        "passed_over_names": rules.PASSED_OVER_NAMES,
        "asks_prediction": policy.target is not None,
    }


def back_to_desk(found: Round, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("ranking_organiser.index", slug=found.contest.slug, number=found.number), 303)
