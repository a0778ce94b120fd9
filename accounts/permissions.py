"""Who may do what: the one declared matrix that code, docs and tests read. Pure."""

from typing import Final

from accounts.enums import Role, Scope

DEFAULT_SCOPE: Final = {
    Role.PRINCIPAL: Scope.ALL,
    Role.ADMIN: Scope.ALL,
    Role.OPS: Scope.ALL,
    Role.MANAGER: Scope.DEPARTMENT,
    Role.REP: Scope.OWN,
    Role.AUDITOR: Scope.ALL,
}

_DESK = {Role.PRINCIPAL, Role.ADMIN, Role.OPS, Role.MANAGER, Role.AUDITOR}
_PLAN = {Role.PRINCIPAL, Role.ADMIN, Role.OPS}
_LEAD = {*_PLAN, Role.MANAGER}
_FIELD = {*_LEAD, Role.REP}

ACTIONS: Final[dict[str, frozenset[Role]]] = {
    "desk.open": frozenset(_DESK),
    "lead.view": frozenset({*_DESK, Role.REP}),
    "lead.edit": frozenset(_FIELD),
    "lead.import": frozenset(_PLAN),
    "contact.view": frozenset({*_DESK, Role.REP}),
    "contact.edit": frozenset(_FIELD),
    "contact.reveal": frozenset(_FIELD),
    "source.view": frozenset(_DESK),
    "source.edit": frozenset(_PLAN),
    "form.view": frozenset(_DESK),
    "form.edit": frozenset(_PLAN),
    "tag.view": frozenset({*_DESK, Role.REP}),
    "tag.edit": frozenset(_PLAN),
    "lifecycle.view": frozenset({*_DESK, Role.REP}),
    "lifecycle.edit": frozenset(_PLAN),
    "segment.view": frozenset(_DESK),
    "segment.edit": frozenset(_PLAN),
    "material.view": frozenset({*_DESK, Role.REP}),
    "material.edit": frozenset(_PLAN),
    "sop.view": frozenset(_DESK),
    "sop.edit": frozenset(_PLAN),
    "order.view": frozenset(_DESK),
    "order.edit": frozenset(_PLAN),
    "report.view": frozenset(_DESK),
    "task.work": frozenset({*_LEAD, Role.REP}),
    "event.add": frozenset(_PLAN),
    "api_key.edit": frozenset({Role.PRINCIPAL, Role.ADMIN}),
    "user.edit": frozenset({Role.PRINCIPAL, Role.ADMIN}),
    "admin.open": frozenset({Role.PRINCIPAL, Role.ADMIN}),
    "audit.view": frozenset({Role.PRINCIPAL, Role.ADMIN, Role.AUDITOR}),
}


def allowed(role: str, action: str) -> bool:
    """Whether the role may do the action; an action nobody declared is a KeyError."""
    return role in ACTIONS[action]
