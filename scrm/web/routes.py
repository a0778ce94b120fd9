"""Every address this product answers, and what each asks of whoever knocks: read from the resolvers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver

from scrm.api.access import Access
from scrm.web.access import needs_of

TENANT, PLATFORM = "scrm.urls", "scrm.urls_public"


class Guard(StrEnum):
    """Who holds the door of a route."""

    ROLE = "role"
    """A role that may do the action: `may` of a page, `access` of an API resource."""
    ADMIN = "admin"
    """Those who may enter the administration of this host."""
    PERSON = "person"
    """Whoever is logged in, for their own account."""
    TOKEN = "token"  # nosec B105
    """Whoever holds what stands in the address: a code or a signed token of this tenant."""
    EVERYBODY = "everybody"
    """Anybody: it tells nothing of a business's people."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address of one kind of host; `actions` says per method (`*`: any) what the role must be allowed."""

    host: str
    pattern: str
    name: str
    guard: Guard | None
    door: str = ""
    actions: Mapping[str, str] = field(default_factory=dict)
    view: Any = None


_PERSON: Final = (
    *("account_logout", "account_reauthenticate", "account_change_password"),
    *("account_sessions", "account_end_session", "account_end_other_sessions"),
    *("mfa_index", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes"),
    *("mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"),
    *("mfa_remove_webauthn", "mfa_edit_webauthn"),
    *("support:leave", "alerts:stream", "alerts:new", "alerts:open", "alerts:read"),
)
_EVERYBODY: Final = (
    *("account_login", "account_inactive", "account_signup", "account_reset_password"),
    *("account_reset_password_done", "account_reset_password_from_key_done"),
    *("mfa_authenticate", "mfa_login_webauthn", "set_language"),
    *("api:schema", "api:docs", "api:v1/<rest:rest>"),
    *("rep:manifest", "rep:service_worker", "rep:offline", "public:form", "public:form_thanks"),
    *("public:embed", "public:form_begun", "public:form_cover"),
)
_TOKEN: Final = (
    *("account_reset_password_from_key", "public:link", "public:entry_link", "public:withdrawal"),
    *("support:enter", "webhooks:arrive"),
)

UNGUARDED: Final[dict[str, Guard]] = {
    **dict.fromkeys(_PERSON, Guard.PERSON),
    **dict.fromkeys(_EVERYBODY, Guard.EVERYBODY),
    **dict.fromkeys(_TOKEN, Guard.TOKEN),
    # The bare host's root leads to its log-in.
    f"{PLATFORM}:/": Guard.EVERYBODY,
}
"""Routes that no role guards, by name; what stands here is a decision."""


def route_list(host: str) -> list[Route]:
    """Every route of a kind of host (TENANT or PLATFORM); one that declares nothing has no guard."""
    return [_route(host, *found) for found in _walk(get_resolver(host))]


def _walk(
    resolver: URLResolver, prefix: str = "", spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], URLPattern]]:
    for each in resolver.url_patterns:
        address = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each, address, (*spaces, each.namespace) if each.namespace else spaces)
        else:
            yield address, spaces, each


def _route(host: str, address: str, spaces: tuple[str, ...], found: URLPattern) -> Route:
    view = found.callback
    last = found.name or address.removeprefix("api/") or f"{host}:/"
    name = ":".join([*spaces, last])
    if spaces[:1] == ("admin",):
        return Route(host, address, name, Guard.ADMIN, actions={"*": "admin.open"}, view=view)
    needs = needs_of(view)
    if needs is not None:
        return Route(host, address, name, Guard.ROLE, needs.door, {"*": needs.action}, view)
    declared: Mapping[str, Access] = getattr(getattr(view, "cls", None), "access", {})
    if declared:
        actions = {method: access.action for method, access in declared.items()}
        return Route(host, address, name, Guard.ROLE, "", actions, view)
    return Route(host, address, name, UNGUARDED.get(name), view=view)
