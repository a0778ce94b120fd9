"""docs/roles.md, written from the matrix and the routes."""

from collections.abc import Iterable, Iterator
from typing import Final

from accounts.enums import Role
from accounts.permissions import ACTIONS, DEFAULT_SCOPE
from scrm.web.routes import PLATFORM, TENANT, Guard, Route, route_list

_HEAD: Final = """\
# Roles: who may do what, and to what

Written by `bin/manage write_roles` from `accounts/permissions.py` and the routes themselves; a test compares. Don't
edit it.

A role says *what* somebody may do; a data scope says *to whose records*. The scope is the role's, unless the person's
own card says another: `own` (records they own), `department` (also those of members of their department and of all
below), `all` (also records without an owner). It holds for lists, single records, search, counts, sums, choices and
related ids in writes. What is out of reach is a 404, as if it were not there. Both are read anew with every request.
"""
_REACH: Final = """\
*Reach*: `records` is bounded by the data scope; `business` is set-up that the whole business shares. An API key acts as
the business itself: its scopes are listed in [the API's page](api.md).
"""
_GUARDS: Final = """\
An address that stands in no line below fails the build (`tests/accounts/test_routes.py`).
"""
_WHO: Final = {
    Guard.PERSON: "Whoever is logged in, for their own account",
    Guard.TOKEN: "Whoever holds the code or signed token in the address, on the host of the business that made it",
    Guard.EVERYBODY: "Anybody",
}


def roles_document() -> str:
    routes = route_list(TENANT)
    parts = [
        _HEAD,
        "## Roles\n",
        *_table(["role", "data scope"], ([f"`{role}`", f"`{DEFAULT_SCOPE[role]}`"] for role in Role)),
        "## Actions\n",
        _REACH,
        *_table(["action", *Role, "reach", "what it is"], _actions()),
        "## Pages and API\n",
        _GUARDS,
        *_table(["action", "addresses"], _addresses(routes)),
        "## Without a role\n",
        *_table(["who", "addresses"], _unguarded(routes)),
        "## The platform's own host\n",
        "Operators of the platform are people of the bare host; nobody of a business is known there.\n",
        *_table(["who", "addresses"], _unguarded(route_list(PLATFORM))),
    ]
    return "\n".join(parts)


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    lines = [head, ["---"] * len(head), *rows]
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _actions() -> Iterator[list[str]]:
    for name, action in ACTIONS.items():
        cells = ["yes" if role in action.roles else "–" for role in Role]
        yield [f"`{name}`", *cells, action.reach, action.meaning]


def _addresses(routes: list[Route]) -> Iterator[list[str]]:
    for name in ACTIONS:
        found = sorted(_said(route, name) for route in routes if _asks(route, name))
        if name == "admin.open":
            found = ["`/admin/` and all below"]
        if found:
            yield [f"`{name}`", ", ".join(found)]


def _unguarded(routes: list[Route]) -> Iterator[list[str]]:
    if any(route.host == PLATFORM for route in routes):
        yield ["Operators who may do `admin.open`", "`/admin/` and all below"]
    for guard, who in _WHO.items():
        found = sorted({_said(route) for route in routes if route.guard is guard})
        if found:
            yield [who, ", ".join(found)]


def _asks(route: Route, action: str) -> bool:
    return route.guard is Guard.ROLE and action in route.actions.values()


def _said(route: Route, action: str = "") -> str:
    methods = " ".join(sorted(each for each, asked in route.actions.items() if asked == action and each != "*"))
    pattern = route.pattern.replace("^", "").replace("$", "").replace("|", "\\|")
    return f"`{methods} /{pattern}`" if methods else f"`/{pattern}`"
