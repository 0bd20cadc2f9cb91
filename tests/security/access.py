"""Who may open what: the answer each route must give to each identity, from what the route declares."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from flask import Flask

from app.permissions import ROLE_PERMISSIONS, Permission
from tests.security.site import DRAFT, DRAFT_KEY, PICTURE_SHA256, Identity, Side
from tests.security.wire import Answer, path_of

Values = dict[str, bytes]

STAFF_AREAS = ("/can-bo", "/ban-to-chuc", "/quan-tri")
SIGN_IN_PAGE = "/dang-nhap"

# Open to everybody, signed in or not.
PUBLIC = {
    "health.alive",
    "health.ready",
    "portal.home",
    "portal.privacy",
    "portal.round_page",
    "units.find",
    "accounts.register",
    "accounts.submit_registration",
    "accounts.sign_in",
    "accounts.submit_sign_in",
    "accounts.sign_out",
    "accounts.open_link",
    "accounts.use_link",
    "factors.show_code",
    "factors.try_sign_in_code",
    "contests.contest",
    "contests.rules",
    "contests.package",
    "attempts.receipt",
    "certificates.verify",
    "nominations.commended",
    "ranking.leaderboard",
    "ranking.result",
    "ranking.body",
    "ranking.public_file",
    "ranking.statement",
    "ranking.annex",
    "ranking.script",
    "keys.index",
    "boards_public.board",
    "api.page",
    "api.description",
    "api.contests",
    "api.contest",
    "api.rounds",
    "api.round_",
    "api.results",
    "api.participation",
    "questions_views.picture",
}
# For whoever is signed in, about themself: another person's rows do not exist there.
PERSONAL = {
    "portal.account",
    "emulation.progress",
    "referrals.show",
    "referrals.request_poster",
    "referrals.poster",
    "accounts.change_password",
    "accounts.list_devices",
    "accounts.end_device",
    "factors.index",
    "factors.turn_on",
    "factors.turn_off",
    "factors.renew_codes",
    "factors.confirm",
    "factors.try_confirm",
    "attempts.start",
    "attempts.show",
    "attempts.save",
    "attempts.submit",
    "attempts.result",
    "complaints.index",
    "complaints.new",
    "complaints.show",
    "complaints.add",
    "complaints.withdraw",
    "certificates.show",
    "certificates.issue",
    "certificates.paper",
    "nominations.index",
    "nominations.show",
    "nominations.decline",
}
# Lead whoever has not just given a right password back to it.
STEPS = {"factors.show_code", "factors.try_sign_in_code"}
# Need a grant that covers every contest, not one alone.
NEEDS_ALL_CONTESTS = {"contests_organiser.new_contest"}
# Routes that act on a unit that staff added, or on somebody whom staff put right.
OF_OWN_UNITS = {
    **{"own_units.rename": "own_unit", "own_units.close": "own_unit"},
    **{"own_units.reopen": "closed_unit"},
}
OF_PEOPLE_PUT_RIGHT = {"people.print_slip": "moved", "merges.undo": "absorbed"}


class Outcome(StrEnum):
    OPEN = "open"  # the page, a redirect inside, or a refusal of what was sent (400, 409, 422, 429)
    SIGN_IN = "sign in first"  # 401, or a redirect to the sign-in page
    FORBIDDEN = "forbidden"  # 403
    MISSING = "missing"  # 404
    BROKEN = "broken"  # anything else


#             nobody           without the permission   with it: own, and another's
EXPECTED = {
    "public": (Outcome.OPEN, Outcome.OPEN, Outcome.OPEN, Outcome.OPEN),
    "personal": (Outcome.SIGN_IN, Outcome.OPEN, Outcome.OPEN, Outcome.MISSING),
    "global": (Outcome.SIGN_IN, Outcome.FORBIDDEN, Outcome.OPEN, Outcome.OPEN),
    "contest": (Outcome.SIGN_IN, Outcome.FORBIDDEN, Outcome.OPEN, Outcome.MISSING),
    "unit": (Outcome.SIGN_IN, Outcome.FORBIDDEN, Outcome.OPEN, Outcome.MISSING),
}


@dataclass(frozen=True)
class Route:
    rule: str
    endpoint: str
    methods: tuple[str, ...]
    parameters: tuple[str, ...]
    permission: Permission | None
    scope: str | None

    @property
    def is_staff_area(self) -> bool:
        return self.rule.startswith(STAFF_AREAS)

    @property
    def access(self) -> str:
        """A line of EXPECTED; empty for a route that neither declares a scope nor is listed."""
        listed = dict.fromkeys(PUBLIC, "public") | dict.fromkeys(PERSONAL, "personal")
        return self.scope or listed.get(self.endpoint, "")

    def addresses(self, side: Side) -> list[Values]:
        """What stands for the parameters to reach everything on this side that the route can show."""
        candidates = [self._candidates(name, side) for name in self.parameters]
        return [dict(zip(self.parameters, values, strict=True)) for values in product(*candidates)]

    def _candidates(self, name: str, side: Side) -> tuple[bytes, ...]:
        """Unit staff see a contest from its first scheduled round on, and a campaign is in one: no draft."""
        if name == "slug" and {"unit_code", "campaign_id"} & set(self.parameters):
            return (side.slug.encode(),)
        return values_of(self.endpoint, name, side)

    def paths(self, side: Side) -> list[bytes]:
        return [path_of(self.rule, values) for values in self.addresses(side)]

    def sides(self, sides: dict[str, Side]) -> list[str]:
        """The sides that the route tells apart; the first alone when it names nothing of either."""
        return [name for name in sides if name == "a" or self.paths(sides[name]) != self.paths(sides["a"])]


def routes_of(app: Flask) -> list[Route]:
    """Every route but the files served as they are."""
    return [
        _route(rule, app.view_functions[rule.endpoint])
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        if rule.endpoint != "static"
    ]


def _route(rule: Any, view: Any) -> Route:
    return Route(
        rule=rule.rule,
        endpoint=rule.endpoint,
        methods=tuple(sorted(rule.methods - {"HEAD", "OPTIONS"})),
        parameters=tuple(part for is_dynamic, part in rule._trace if is_dynamic),
        permission=getattr(view, "required_permission", None),
        scope=getattr(view, "required_scope", None),
    )


def values_of(endpoint: str, parameter: str, side: Side) -> tuple[bytes, ...]:
    """What stands in an address for a parameter; a new kind of parameter is to be named here."""
    values: dict[str, tuple[Any, ...]] = {
        "slug": (side.slug, side.draft_slug),
        "number": tuple(range(1, DRAFT + 1)),
        "public_id": (side.public_id,),
        "code": (side.receipt,),
        "key": (DRAFT_KEY, "mau-1-000"),
        "digest": (PICTURE_SHA256,),
        "token": (side.link,),
        "grant_id": (side.grant_id,),
        "exclusion_id": (side.exclusion_id,),
        "contestant_no": (side.contestant_no,),
        "revision_number": (1,),
        "signal_id": (side.signal,),
        "place": (1, 2),
        "proposal_number": (1,),
        "ending": ("pdf", "xlsx"),
        "import_id": side.imports,
        "report_id": (side.report,),
        "series": (side.series,),
        "campaign_id": (side.campaign,),
        "collective_code": (side.unit_code,),
        "attestation_id": side.attestations[endpoint == "attestations_staff.collective_evidence" :][:1],
        "unit_code": (side.unit_code,),
        "template_kind": ("danh-sach",),
        "document_id": (side.dossier_paper,),
        "list_id": side.lists,
        "part": (1,),
        "sheet_id": (side.slip_sheet,),
        "body_public_id": (side.body,),
        "dossier_public_id": (side.dossier,),
        "decision_public_id": (side.award_decision,),
        "hand_id": (side.hand,),
    }
    if endpoint in OF_OWN_UNITS:
        values["unit_code"] = (getattr(side, OF_OWN_UNITS[endpoint]),)
    if endpoint in OF_PEOPLE_PUT_RIGHT:
        values["public_id"] = (getattr(side, OF_PEOPLE_PUT_RIGHT[endpoint]),)
    if parameter not in values:
        raise LookupError(f"{endpoint} has a parameter <{parameter}>: say what stands for it in values_of")
    if parameter == "public_id" and endpoint.startswith("attempts."):
        values["public_id"] = (side.open_attempt, side.done_attempt)
    if endpoint == "certificates.verify":
        values["code"] = (side.certificate,)
    if endpoint.startswith("commendation_papers."):
        values["public_id"] = (side.body if endpoint.endswith("of_body") else side.dossier,)
        values["document_id"] = (side.body_paper if endpoint.endswith("of_body") else side.dossier_paper,)
    if endpoint == "admin_people.unlock":
        values["public_id"] = (side.locked,)
    if parameter == "public_id" and endpoint.startswith("complaints"):
        others = {"complaints.new": side.published_attempt, "complaints_organiser.take": side.new_complaint}
        values["public_id"] = (others.get(endpoint, side.complaint),)
    if endpoint.startswith("api."):
        values["ending"] = ("csv",)
    if endpoint == "reports.document":
        values["ending"] = ("docx", "xlsx")
    if endpoint == "analysis_organiser.question":
        values["key"] = (side.analysed_key,)
    return tuple(str(value).encode() for value in values[parameter])


def expected(route: Route, identity: Identity, side: str) -> Outcome:
    nobody, without, own, foreign = EXPECTED[route.access]
    if route.endpoint in STEPS:
        return Outcome.SIGN_IN
    if not identity.is_known:
        return nobody
    if route.permission is not None and not _carries(identity, route.permission):
        return without
    if route.endpoint in NEEDS_ALL_CONTESTS and identity.side != "ab":
        return Outcome.FORBIDDEN
    if route.access == "personal":
        return own if not _names_an_attempt(route) or _sat(identity, side) else foreign
    return own if side in identity.side or not route.parameters else foreign


def _carries(identity: Identity, permission: Permission) -> bool:
    return identity.role is not None and permission in ROLE_PERMISSIONS[identity.role]


def _names_an_attempt(route: Route) -> bool:
    return not {"public_id", "dossier_public_id"}.isdisjoint(route.parameters)


def _sat(identity: Identity, side: str) -> bool:
    return identity.role is None and side == identity.side


def outcome_of(answer: Answer) -> Outcome:
    if answer.status == 401 or answer.location.startswith(SIGN_IN_PAGE):
        return Outcome.SIGN_IN
    if answer.status in (200, 302, 303, 304, 400, 409, 422, 429):
        return Outcome.OPEN
    return {403: Outcome.FORBIDDEN, 404: Outcome.MISSING}.get(answer.status, Outcome.BROKEN)
