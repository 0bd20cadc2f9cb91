"""The way of a dossier: which act leads from which state to which, who may do it, and never twice."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import DomainError

MINIMUM_REASON, MAXIMUM_TEXT = 10, 2000
UNCHANGED = "Hồ sơ giữ nguyên như trước."


class State(StrEnum):
    CHOSEN = "chosen"
    REPORTING = "reporting"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPRAISED = "appraised"
    COUNCIL = "council"
    APPROVED = "approved"
    DECIDED = "decided"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Step(StrEnum):
    """Who acts. `REPORT` is the nominee, or for a collective the staff of its unit; others are hands."""

    CHOOSE = "choose"
    REPORT = "report"
    APPRAISE = "appraise"
    COUNCIL = "council"
    DECIDE = "decide"


class Act(StrEnum):
    CHOOSE = "choose"
    ASK = "ask"
    SUBMIT = "submit"
    RETURN = "return"
    APPRAISE = "appraise"
    PRESENT = "present"
    APPROVE = "approve"
    REJECT = "reject"
    DECIDE = "decide"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"


class Ground(StrEnum):
    """The grounds on which a proposal may be refused."""

    WRONG_SUBJECT = "wrong_subject"
    BELOW_STANDARD = "below_standard"
    INCOMPLETE = "incomplete"
    BREACH_OF_LAW = "breach_of_law"


@dataclass(frozen=True)
class Way:
    """Where an act leads, and at which steps somebody may do it."""

    to: State
    by: frozenset[Step]


def _way(to: State, *by: Step) -> Way:
    return Way(to, frozenset(by))


TABLE: dict[tuple[State, Act], Way] = {
    (State.CHOSEN, Act.ASK): _way(State.REPORTING, Step.CHOOSE),
    (State.CHOSEN, Act.WITHDRAW): _way(State.WITHDRAWN, Step.CHOOSE),
    (State.REPORTING, Act.SUBMIT): _way(State.SUBMITTED, Step.REPORT),
    (State.REPORTING, Act.WITHDRAW): _way(State.WITHDRAWN, Step.CHOOSE, Step.REPORT),
    (State.SUBMITTED, Act.APPRAISE): _way(State.APPRAISED, Step.APPRAISE),
    (State.SUBMITTED, Act.RETURN): _way(State.RETURNED, Step.APPRAISE),
    (State.SUBMITTED, Act.REJECT): _way(State.REJECTED, Step.APPRAISE),
    (State.SUBMITTED, Act.WITHDRAW): _way(State.WITHDRAWN, Step.CHOOSE, Step.REPORT),
    (State.RETURNED, Act.SUBMIT): _way(State.SUBMITTED, Step.REPORT),
    (State.RETURNED, Act.WITHDRAW): _way(State.WITHDRAWN, Step.CHOOSE, Step.REPORT),
    (State.APPRAISED, Act.PRESENT): _way(State.COUNCIL, Step.APPRAISE),
    (State.APPRAISED, Act.RETURN): _way(State.RETURNED, Step.APPRAISE),
    (State.COUNCIL, Act.APPROVE): _way(State.APPROVED, Step.COUNCIL),
    (State.COUNCIL, Act.REJECT): _way(State.REJECTED, Step.COUNCIL),
    (State.COUNCIL, Act.RETURN): _way(State.RETURNED, Step.COUNCIL),
    (State.APPROVED, Act.DECIDE): _way(State.DECIDED, Step.DECIDE),
    (State.APPROVED, Act.REJECT): _way(State.REJECTED, Step.DECIDE),
    (State.DECIDED, Act.PUBLISH): _way(State.PUBLISHED, Step.DECIDE),
    (State.DECIDED, Act.REVOKE): _way(State.REVOKED, Step.DECIDE),
    (State.PUBLISHED, Act.REVOKE): _way(State.REVOKED, Step.DECIDE),
}
# Over: the dossier no longer takes a place of the quota, and its subject may be proposed again.
OVER = frozenset({State.REJECTED, State.WITHDRAWN, State.REVOKED})
# Acts for which a sentence must be written.
WITH_REASON = frozenset({Act.RETURN, Act.REJECT, Act.REVOKE})
# In these states the report may still be written.
WRITING = frozenset({State.REPORTING, State.RETURNED})
AWARDED = frozenset({State.DECIDED, State.PUBLISHED})


class NotNow(DomainError):
    message = "Hồ sơ không còn ở bước này."
    safe = UNCHANGED
    todo = "Bạn mở lại hồ sơ để xem bước hiện tại."


class NotYours(DomainError):
    message = "Bước này do người khác làm."
    safe = UNCHANGED


class SamePerson(DomainError):
    message = "Bạn đã làm một bước khác của hồ sơ này nên không làm được bước này."
    safe = UNCHANGED
    todo = "Cần một người khác."


class OwnDossier(DomainError):
    message = "Bạn không được giải quyết hồ sơ của chính mình."
    safe = UNCHANGED
    todo = "Cần một người khác."


class ReasonMissing(DomainError):
    message = f"Bạn hãy ghi lý do, ít nhất {MINIMUM_REASON} ký tự."
    safe = UNCHANGED


@dataclass(frozen=True)
class People:
    """Account ids of who is commended (None: a collective) and of who did the steps so far."""

    subject: int | None
    chosen_by: int
    written_by: int | None = None
    appraised_by: int | None = None


# Who may not do a step because they did another one. The nominee may do none but the report.
APART: dict[Step, tuple[str, ...]] = {
    Step.CHOOSE: (),
    Step.REPORT: (),
    Step.APPRAISE: ("chosen_by", "written_by"),
    Step.COUNCIL: ("chosen_by", "written_by"),
    Step.DECIDE: ("chosen_by", "written_by", "appraised_by"),
}
DONE_BEFORE = {
    "chosen_by": "Bạn đã chọn hồ sơ này để đề nghị nên không làm được bước này.",
    "written_by": "Bạn đã nộp báo cáo của hồ sơ này nên không làm được bước này.",
    "appraised_by": "Bạn đã thẩm định hồ sơ này nên không làm được bước này.",
}


def next_acts(state: State, steps: frozenset[Step]) -> list[Act]:
    """What people at these steps may do in this state, in the order of the table."""
    return [act for (old, act), way in TABLE.items() if old is state and way.by & steps]


def waiting_steps(state: State) -> frozenset[Step]:
    """Whose turn it is: who moves the dossier on, otherwise than by withdrawing or revoking it."""
    ways = [way.by for (old, act), way in TABLE.items() if old is state and act not in _ASIDE]
    return frozenset().union(*ways)


_ASIDE = (Act.WITHDRAW, Act.REVOKE)


def check_transition(state: State, act: Act, steps: frozenset[Step], *, reason: str = "") -> Way:
    """Raises NotNow, NotYours, ReasonMissing."""
    way = TABLE.get((state, act))
    if way is None:
        raise NotNow
    if not way.by & steps:
        raise NotYours
    if act in WITH_REASON and len(reason.strip()) < MINIMUM_REASON:
        raise ReasonMissing
    return way


def check_person(actor_id: int, step: Step, people: People) -> None:
    """Raises OwnDossier, SamePerson."""
    if step is not Step.REPORT and actor_id == people.subject:
        raise OwnDossier
    for name in APART[step]:
        if getattr(people, name) == actor_id:
            raise SamePerson(DONE_BEFORE[name])


def can_step(actor_id: int, step: Step, people: People) -> bool:
    try:
        check_person(actor_id, step, people)
    except (OwnDossier, SamePerson):
        return False
    return True
