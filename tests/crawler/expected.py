"""Which answers the declared matrix allows: worked out from the matrix and the twins' own table of reach."""

from typing import Final

from django.conf import settings

from accounts.permissions import ACTIONS
from scrm.web.routes import Guard
from tests.crawler.asking import (
    DEPARTMENT,
    FOREIGN,
    MIXED,
    OWN,
    PRIVATE,
    RANDOM,
    WHOSE,
    is_personal,
    is_private,
    parameters,
)
from tests.crawler.canaries import APART, Canary
from tests.crawler.probes import Probe
from tests.crawler.world import PEOPLE, REACH, REPS

DONE: Final = frozenset({200, 201, 202, 204, 302, 400, 405, 409, 422})
NOT_THERE: Final = frozenset({404, 405})
REFUSED: Final = frozenset({302, 401, 403, 405})
OPEN_TO_ALL: Final = frozenset({"cover", "tenants.tenant", "leads.form", "leads.formversion", "content.material"})
KEPT_BY: Final = {
    "accounts.auditentry": "audit.view",
    "exchange.apikey": "api_key.edit",
    "exchange.webhook": "webhook_out.edit",
    "exchange.webhookdelivery": "webhook_out.edit",
    "exchange.webhookendpoint": "webhook_in.edit",
    "leads.heldlead": "form.edit",
    "exchange.idempotencykey": "admin.open",
    "exchange.inboxmessage": "webhook_in.edit",
    "exchange.job": "lead.import",
    "accounts.supportgrant": "support.grant",
    "tenants.domain": "domain.edit",
    # Who came in by a grant is named in the trail.
    "accounts.supportvisit": "audit.view",
}
"""Tables of the business that not everybody of it reads."""
_PAIRS: Final = frozenset({"ops:contact_merge", "ops:lifecycle_undo"})
"""Addresses of two rows of which none hangs on the other: whoever sees both may mix them."""
_STEERED: Final = frozenset({"api:hand_over_cancel", "api:hand_over_undo"})
"""Whoever did not begin it, and does not see everything, is told so."""
_WHO_GETS: Final = ("ops:assignment_", "ops:stage_hand_over", "api:stage_hand_over")
"""Rules of the business name everybody who may get somebody by them, whatever the reach of who writes them."""
_POOL: Final = frozenset({"ops:pool_list", "rep:pool", "api:pool_list"})


def may(viewer: str, action: str) -> bool:
    if viewer == "anonymous":
        return False
    return viewer == "system" or PEOPLE[viewer][0] in ACTIONS[action].roles


def allowed_statuses(probe: Probe) -> frozenset[int]:
    if probe.host == "unknown":
        return frozenset({404})
    if probe.host == "public":
        return frozenset({200, 302, 403, 404, 405}) if _is_everywhere(probe) else NOT_THERE | {302}
    match probe.route.guard:
        case Guard.ROLE:
            return _by_role(probe)
        case Guard.ADMIN:
            return _in_administration(probe)
        case Guard.PERSON:
            return _by_person(probe)
        case Guard.TOKEN:
            # A bad reset link is told so on a page of its own; a good one leads on.
            if probe.host != "b" and probe.kind not in (FOREIGN, RANDOM):
                return DONE
            return NOT_THERE | {"account_": {200}, "support:": {403}}.get(probe.route.name[:8], set())
        case _:
            return DONE | {401, 403, 404, 429}


def was_turned_away(probe: Probe, location: str) -> bool:
    """Whether a page sent somebody to log in whom the host knows: it took itself for another host."""
    return location.startswith("/accounts/login/") and probe.route.guard is Guard.ROLE and _is_known(probe)


def _by_role(probe: Probe) -> frozenset[int]:
    route = probe.route
    is_api = route.name.startswith("api:")
    if not _is_known(probe):
        return frozenset({401, 403}) if is_api else frozenset({302, 405})
    if route.name == "rep:own_code_svg" and may(probe.viewer, "task.work"):
        # Whoever has no code yet has no picture of it.
        return DONE | NOT_THERE
    if is_api and probe.method not in route.actions:
        return frozenset({403, 405})
    action = route.actions.get(probe.method) or route.actions["*"]
    if not (may(probe.viewer, action) and (not route.door or may(probe.viewer, route.door))):
        return frozenset({403}) if is_api else REFUSED
    if not _reaches(probe):
        # A tag's code is a value of the request: one that is not there is wrong.
        return NOT_THERE | ({400} if probe.kind == MIXED and "code" in parameters(route) else set())
    if route.name in _STEERED and len(REACH[probe.viewer]) < len(REPS):
        return DONE | {403}
    # What is named beside the address may be out of reach too.
    return DONE if WHOSE.get(probe.related) in REACH[probe.viewer] else DONE | NOT_THERE


def _by_person(probe: Probe) -> frozenset[int]:
    if not _is_known(probe):
        return frozenset({302, 401, 404, 405})
    if is_private(probe.route):
        return DONE if WHOSE.get(probe.kind) == probe.viewer else NOT_THERE
    return DONE | {401, 403, 404}


def _in_administration(probe: Probe) -> frozenset[int]:
    if not _is_known(probe) or not may(probe.viewer, "admin.open"):
        return frozenset({302, 403, 404, 405})
    # Tables of the platform are no business's.
    if probe.route.pattern.split("/")[1] in settings.PUBLIC_APPS:
        return NOT_THERE | {403}
    return DONE | {403, 404}


def _is_known(probe: Probe) -> bool:
    """Whether the host knows who asks: A's cookies and keys mean something on A alone; a key only to the API."""
    if probe.viewer == "anonymous" or probe.host not in ("a", "forwarded") or probe.holder != "a":
        return False
    return probe.viewer != "system" or probe.route.name.startswith("api:")


def _reaches(probe: Probe) -> bool:
    if probe.kind == MIXED and probe.route.name in _PAIRS:
        return {WHOSE[OWN], WHOSE[DEPARTMENT]} <= REACH[probe.viewer]
    if probe.kind in (FOREIGN, RANDOM, MIXED):
        return not probe.route.pattern.count("<")
    if not is_personal(probe.route):
        return True
    return WHOSE[probe.kind] in REACH[probe.viewer]


def _is_everywhere(probe: Probe) -> bool:
    return probe.route.pattern.startswith(("accounts/", "i18n/"))


def may_read(probe: Probe, canary: Canary) -> bool:
    """Whether the answer to this request may hold this word."""
    own_host = {"a": "a", "forwarded": "a", "b": "b"}.get(probe.host)
    if canary.tenant != own_host:
        return False
    if probe.route.guard is Guard.TOKEN or not _is_known(probe):
        return canary.label in OPEN_TO_ALL
    if canary.label in PRIVATE:
        return canary.owner == probe.viewer
    if canary.label in APART and canary.owner == "nobody" and probe.route.name in _POOL:
        # Where they are is shown of customers in the pool; who they are is not.
        return may(probe.viewer, "pool.view")
    if (
        canary.label == "accounts.user"
        and probe.route.name.startswith(_WHO_GETS)
        and may(probe.viewer, "assignment.edit")
    ):
        return True
    if canary.label == "exchange.job" and probe.route.name.startswith("ops:tag_run"):
        # A job that gives a tag goes by the tag's name.
        return may(probe.viewer, "contact.edit")
    if canary.owner:
        return canary.owner in REACH[probe.viewer]
    needed = KEPT_BY.get(canary.label)
    return needed is None or may(probe.viewer, needed)


def keeps_within_reach(probe: Probe, reach: frozenset[str]) -> bool:
    """Whether the request may change only rows that its sender may see, or that are the sender's alone."""
    if probe.route.guard is Guard.PERSON:
        return _is_known(probe)
    if probe.route.guard is not Guard.ROLE or not _is_known(probe) or probe.viewer == "system":
        return False
    if len(reach) == len(REPS):
        return False
    # A new lead goes to whose turn it is.
    if probe.route.name in ("ops:lead_create", "rep:lead_create", "api:lead_list"):
        return False
    actions = probe.route.actions
    action = actions.get(probe.method) or actions.get("*", "")
    return action != "" and ACTIONS[action].reach == "records"
