"""Choose, and move dossiers from hand to hand. Callers lock and commit."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.audit.services import record
from app.commendation import deadline_rules, rules, workflow_rules
from app.commendation.candidate_queries import Candidate, CollectiveCandidate
from app.commendation.dossier_queries import Case
from app.commendation.models import Dossier, DossierEvent
from app.commendation.queries import Office
from app.commendation.wording import CONFLICT_NAMES
from app.commendation.workflow_rules import Act, Ground, State, Step
from app.extensions import db
from app.localtime import local_day
from app.sql import insert_new

# Who did a step, as the dossier remembers it so that no one person does two.
DONE_BY = {Act.APPRAISE: "appraised_by", Act.APPROVE: "reviewed_by", Act.DECIDE: "decided_by"}


def choose(
    office: Office,
    candidates: Sequence[Candidate | CollectiveCandidate],
    steps: frozenset[Step],
    *,
    actor_id: int,
    now: datetime,
) -> list[Dossier]:
    """Choose people, or collectives, of one kind; the caller has locked the body.

    Raises NotYours, QuotaFull, CannotChoose.
    """
    if Step.CHOOSE not in steps:
        raise workflow_rules.NotYours
    refused = [one for one in candidates if one.is_blocked]
    if refused:
        raise rules.CannotChoose(f"{_name(refused[0])}: {_reasons(refused[0])}.")
    for is_collective in (False, True):
        wanted = sum(isinstance(one, CollectiveCandidate) == is_collective for one in candidates)
        rules.check_quota(office.quota(is_collective=is_collective), wanted)
    last = db.session.scalar(select(func.max(Dossier.number)).filter_by(body_id=office.body.id)) or 0
    return [
        _open(office, one, last + place, actor_id=actor_id, now=now)
        for place, one in enumerate(candidates, 1)
    ]


def _name(one: Candidate | CollectiveCandidate) -> str:
    return one.unit.full_name if isinstance(one, CollectiveCandidate) else one.account.full_name


def _reasons(one: Candidate | CollectiveCandidate) -> str:
    return ", ".join(CONFLICT_NAMES[conflict].lower() for conflict in sorted(one.conflicts & rules.BLOCKING))


def _open(
    office: Office, one: Candidate | CollectiveCandidate, number: int, *, actor_id: int, now: datetime
) -> Dossier:
    """One dossier in the state chosen. Raises CannotChoose when another body was faster."""
    values = {
        "public_id": secrets.token_hex(16),
        "body_id": office.body.id,
        "campaign_id": office.campaign.id,
        "number": number,
        "account_id": None if isinstance(one, CollectiveCandidate) else one.account.id,
        "unit_id": one.unit.id,
        "state": str(State.CHOSEN),
        "due_on": deadline_rules.due_on(State.CHOSEN, local_day(now), office.body.deadlines),
        "chosen_by": actor_id,
        "chosen_at": now,
    }
    dossier_id = db.session.scalars(insert_new(Dossier, values).returning(Dossier.id)).one_or_none()
    if dossier_id is None:
        raise rules.CannotChoose(f"{_name(one)} vừa được một cơ quan khác đề nghị.")
    dossier = db.session.get_one(Dossier, dossier_id)
    add_event(dossier, Act.CHOOSE, None, State.CHOSEN, actor_id=actor_id, now=now)
    return dossier


def act(
    case: Case,
    what: Act,
    steps: frozenset[Step],
    *,
    actor_id: int,
    now: datetime,
    reason: str = "",
    ground: Ground | None = None,
) -> None:
    """Do to a locked dossier what needs nothing but a reason: ask, return, appraise, present, reject, …

    `steps` are those at which the actor stands. Raises what check does.
    """
    way = check(case, what, steps, actor_id=actor_id, reason=reason)
    move(case, what, way.to, actor_id=actor_id, now=now, text=reason, ground=ground)


def check(
    case: Case, what: Act, steps: frozenset[Step], *, actor_id: int, reason: str = ""
) -> workflow_rules.Way:
    """Raises NotNow, NotYours, ReasonMissing, OwnDossier, SamePerson."""
    way = workflow_rules.check_transition(case.state, what, steps, reason=reason)
    mine = way.by & steps
    if not any(workflow_rules.can_step(actor_id, step, case.people) for step in mine):
        workflow_rules.check_person(actor_id, next(iter(mine)), case.people)
    return way


def move(
    case: Case,
    what: Act,
    to: State,
    *,
    actor_id: int,
    now: datetime,
    text: str = "",
    ground: Ground | None = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Put a checked dossier into its next state with what the act writes, and say so."""
    dossier, old = case.dossier, case.state
    changed = dict(values or {})
    if what in DONE_BY:
        changed[DONE_BY[what]] = actor_id
    if what is Act.RETURN:
        changed |= {"appraised_by": None, "reviewed_by": None}
    changed["due_on"] = deadline_rules.due_on(to, local_day(now), case.body.deadlines)
    for name, value in changed.items():
        setattr(dossier, name, value)
    dossier.state = str(to)
    add_event(dossier, what, old, to, actor_id=actor_id, now=now, text=text, ground=ground)


def add_event(
    dossier: Dossier,
    what: Act,
    old: State | None,
    new: State,
    *,
    actor_id: int,
    now: datetime,
    text: str = "",
    ground: Ground | None = None,
) -> None:
    """Append to what happened to a dossier, and to the audit trail."""
    db.session.add(
        DossierEvent(
            dossier_id=dossier.id,
            act=str(what),
            old_state=old and str(old),
            new_state=str(new),
            ground=ground and str(ground),
            text=text.strip(),
            done_by=actor_id,
            at=now,
        )
    )
    db.session.flush()
    details = {"ground": str(ground)} if ground else {}
    record(
        f"commendation.{what}",
        actor_id=actor_id,
        subject=f"dossier:{dossier.id}",
        now=now,
        number=dossier.number,
        **details,
    )
