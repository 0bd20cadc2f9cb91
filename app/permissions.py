"""Who may do what: roles are granted to accounts, dated, for a contest or a unit's subtree."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Permission(StrEnum):
    ACCOUNTS_RESET = "accounts:reset"
    ROLES_GRANT = "roles:grant"
    QUESTIONS_EDIT = "questions:edit"
    QUESTIONS_APPROVE = "questions:approve"
    CONTESTS_VIEW = "contests:view"
    CONTESTS_EDIT = "contests:edit"
    CONTESTS_SCHEDULE = "contests:schedule"
    RESULTS_FREEZE = "results:freeze"
    RESULTS_DECIDE = "results:decide"
    RESULTS_APPROVE = "results:approve"
    INTEGRITY_REVIEW = "integrity:review"
    COMPLAINTS_ANSWER = "complaints:answer"
    ANALYSIS_READ = "analysis:read"
    EXCLUSIONS_EDIT = "exclusions:edit"
    PARTICIPATION_READ = "participation:read"
    HEADCOUNTS_EDIT = "headcounts:edit"
    ROSTERS_EDIT = "rosters:edit"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_EDIT = "campaigns:edit"
    ATTESTATIONS_EDIT = "attestations:edit"
    COMMENDATION_HANDLE = "commendation:handle"
    COMMENDATION_EDIT = "commendation:edit"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    STAFF = "staff"
    ORGANISER = "organiser"
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.STAFF: "Cán bộ đơn vị",
    Role.ORGANISER: "Ban Tổ chức",
    Role.ADMINISTRATOR: "Quản trị",
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STAFF: frozenset(
        {
            Permission.ACCOUNTS_RESET,
            Permission.PARTICIPATION_READ,
            Permission.HEADCOUNTS_EDIT,
            Permission.ROSTERS_EDIT,
            Permission.CAMPAIGNS_READ,
            Permission.ATTESTATIONS_EDIT,
            Permission.COMMENDATION_HANDLE,
        }
    ),
    Role.ORGANISER: frozenset(
        {
            Permission.QUESTIONS_EDIT,
            Permission.QUESTIONS_APPROVE,
            Permission.CONTESTS_VIEW,
            Permission.CONTESTS_EDIT,
            Permission.CONTESTS_SCHEDULE,
            Permission.RESULTS_FREEZE,
            Permission.RESULTS_DECIDE,
            Permission.RESULTS_APPROVE,
            Permission.INTEGRITY_REVIEW,
            Permission.COMPLAINTS_ANSWER,
            Permission.ANALYSIS_READ,
            Permission.EXCLUSIONS_EDIT,
            Permission.PARTICIPATION_READ,
            Permission.HEADCOUNTS_EDIT,
            Permission.CAMPAIGNS_READ,
            Permission.CAMPAIGNS_EDIT,
            Permission.ATTESTATIONS_EDIT,
            Permission.COMMENDATION_HANDLE,
            Permission.COMMENDATION_EDIT,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ROLES_GRANT,
            Permission.ACCOUNTS_RESET,
            Permission.CONTESTS_VIEW,
            Permission.CONTESTS_EDIT,
            Permission.INTEGRITY_REVIEW,
            Permission.EXCLUSIONS_EDIT,
            Permission.AUDIT_READ,
        }
    ),
}


@dataclass(frozen=True)
class Grant:
    """One role held now. `contest_id` None: every contest; `unit_path` None: the whole tree."""

    role: Role
    contest_id: int | None = None
    unit_series: str | None = None
    unit_path: str | None = None

    def allows(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.role]


def is_live(valid_from: datetime, valid_to: datetime | None, now: datetime) -> bool:
    return valid_from <= now and (valid_to is None or now < valid_to)


def may(grants: tuple[Grant, ...], permission: Permission) -> bool:
    """Does any grant carry the permission, whatever its scope?"""
    return any(grant.allows(permission) for grant in grants)


def contests_in_scope(grants: tuple[Grant, ...], permission: Permission) -> set[int] | None:
    """The contests the permission covers; None means all of them."""
    allowed = [grant.contest_id for grant in grants if grant.allows(permission)]
    return None if None in allowed else {contest for contest in allowed if contest is not None}


def covers_contest(grants: tuple[Grant, ...], permission: Permission, contest_id: int) -> bool:
    allowed = contests_in_scope(grants, permission)
    return allowed is None or contest_id in allowed


def unit_paths_in_scope(grants: tuple[Grant, ...], permission: Permission) -> list[tuple[str, str]] | None:
    """(series, path prefix) of the subtrees the permission covers; None means everything."""
    allowed = [grant for grant in grants if grant.allows(permission)]
    if any(grant.unit_path is None for grant in allowed):
        return None
    return [(str(grant.unit_series), str(grant.unit_path)) for grant in allowed]


def covers_unit(
    grants: tuple[Grant, ...], permission: Permission, contest_id: int, *, series: str, path: str
) -> bool:
    """Does one grant carry the permission for this contest and this unit of it at once?

    Two grants never add up: an organiser of one contest who is also staff of one unit sees neither
    other units of other contests.
    """
    return any(
        grant.allows(permission)
        and grant.contest_id in (None, contest_id)
        and (grant.unit_path is None or (grant.unit_series == series and path.startswith(grant.unit_path)))
        for grant in grants
    )
