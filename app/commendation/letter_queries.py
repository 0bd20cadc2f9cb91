"""What the public may see of a letter of commendation."""

from enum import StrEnum
from typing import NamedTuple

from app.commendation.dossier_queries import Case, find_case_of_code, find_decision_of
from app.commendation.models import AwardDecision
from app.commendation.workflow_rules import State
from app.enrolments.queries import find_enrolment
from app.ranking.board_queries import people_of

UNNAMED = "Một cá nhân"


class Standing(StrEnum):
    """What the public page says of a letter."""

    VALID = "valid"
    UNPUBLISHED = "unpublished"
    REVOKED = "revoked"


STANDINGS = {
    State.DECIDED: Standing.UNPUBLISHED,
    State.PUBLISHED: Standing.VALID,
    State.REVOKED: Standing.REVOKED,
}


class Letter(NamedTuple):
    """A letter as the public may see it; `name` is empty unless it is valid."""

    case: Case
    decision: AwardDecision
    standing: Standing
    name: str


def find_letter(code: str) -> Letter | None:
    """What anybody who holds the code may read, with people's names by the rule of public names."""
    case = find_case_of_code(code)
    decision = find_decision_of(case) if case is not None else None
    if case is None or decision is None:
        return None
    standing = STANDINGS[case.state]
    return Letter(
        case, decision, standing, _public_name(case, decision) if standing is Standing.VALID else ""
    )


def _public_name(case: Case, decision: AwardDecision) -> str:
    if case.account is None:
        return case.name
    enrolment = find_enrolment(case.contest.id, case.account.id)
    if enrolment is None:
        return UNNAMED
    person = people_of([enrolment.id], decision.published_at or decision.recorded_at)[enrolment.id]
    return f"{person.name}, {person.place}" if person.place else person.name
