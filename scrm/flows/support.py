"""How an operator of the platform comes into a business, by its grant and a link that works once, and leaves it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django_tenants.utils import tenant_context

from accounts.models import User
from accounts.services import record_audit
from accounts.support import (
    LINK_LASTS,
    enter_visit,
    grant_detail,
    grant_list_open,
    operator_label,
    prepare_visit,
    revoke_support,
    send_visit_away,
    visit_waiting,
)
from accounts.support_models import SupportGrant, SupportVisit
from scrm.core.signing import TokenError, tenant_signer
from tenants.models import Tenant
from tenants.selectors import tenant_base_url, tenant_current

_PURPOSE: Final = "support.enter"


@dataclass(frozen=True, slots=True)
class Pass:
    """A way in: the business's address, and the token that belongs behind it."""

    base_url: str
    token: str


def support_asked(tenant: Tenant, *, operator: User, now: datetime) -> Pass | None:
    """A link for the operator; None when the business grants them nothing. Both trails say that they asked."""
    with tenant_context(tenant):
        visit = prepare_visit(operator=operator, now=now)
    action = "support.refused" if visit is None else "support.link_made"
    _told(action, tenant, operator, now)
    if visit is None:
        return None
    token = tenant_signer(tenant.uuid, _PURPOSE).sign(visit.pk.hex, signed_at=now)
    return Pass(tenant_base_url(tenant), token)


def support_listed(tenant: Tenant, *, now: datetime) -> list[SupportGrant]:
    """What the business grants now, and who is in."""
    with tenant_context(tenant):
        return grant_list_open(now)


def support_given_up(tenant: Tenant, grant_id: UUID, *, operator: User, now: datetime) -> bool:
    """The platform does without a grant; False when it was over. Both trails say who."""
    with tenant_context(tenant):
        grant = grant_detail(grant_id)
        done = grant is not None and revoke_support(grant=grant, by=None, by_label=operator_label(operator), now=now)
    return done and _told("support.revoked", tenant, operator, now)


def support_sent_away(tenant: Tenant, visit_id: UUID, *, operator: User, now: datetime) -> bool:
    """The platform ends a visit; False when it was over. Both trails say who."""
    with tenant_context(tenant):
        done = send_visit_away(visit_id=visit_id, by_label=operator_label(operator), now=now)
    return done and _told("support.visit_ended", tenant, operator, now)


def _told(action: str, tenant: Tenant, operator: User, now: datetime) -> bool:
    record_audit(action=action, actor=operator, subject=tenant, details={"tenant": tenant.schema_name}, now=now)
    return True


def support_waiting(token: str, *, now: datetime) -> bool:
    """Whether the token still leads in, in the current tenant; nothing is spent by asking."""
    visit_id = _visit_id(token, now)
    return visit_id is not None and visit_waiting(visit_id, now=now)


def support_entered(token: str, *, now: datetime) -> SupportVisit | None:
    """Begin the visit that the token is for, in the current tenant; None when it is spent, old or none of ours."""
    visit_id = _visit_id(token, now)
    return enter_visit(visit_id=visit_id, now=now) if visit_id else None


def _visit_id(token: str, now: datetime) -> UUID | None:
    try:
        return UUID(str(tenant_signer(tenant_current().uuid, _PURPOSE).unsign(token, max_age=LINK_LASTS, now=now)))
    except (TokenError, ValueError):
        return None
