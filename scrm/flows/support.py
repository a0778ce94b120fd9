"""How an operator of the platform comes into a business: by its grant, through a link that works once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django_tenants.utils import tenant_context

from accounts.models import User
from accounts.services import record_audit
from accounts.support import LINK_LASTS, enter_visit, prepare_visit
from accounts.support_models import SupportVisit
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
    record_audit(action=action, actor=operator, subject=tenant, details={"tenant": tenant.schema_name}, now=now)
    if visit is None:
        return None
    token = tenant_signer(tenant.uuid, _PURPOSE).sign(visit.pk.hex, signed_at=now)
    return Pass(tenant_base_url(tenant), token)


def support_entered(token: str, *, now: datetime) -> SupportVisit | None:
    """Begin the visit that the token is for, in the current tenant; None when it is spent, old or none of ours."""
    try:
        visit_id = tenant_signer(tenant_current().uuid, _PURPOSE).unsign(token, max_age=LINK_LASTS, now=now)
        return enter_visit(visit_id=UUID(str(visit_id)), now=now)
    except (TokenError, ValueError):
        return None
