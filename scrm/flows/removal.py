"""The story of a tenant that is deleted: nothing runs, then nothing is left. Each step can be taken again."""

from datetime import datetime
from typing import Final

import structlog
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django_tenants.utils import schema_context

from accounts.services import record_audit
from scheduler.queries import wait_for_drains
from scrm.core import failpoints
from scrm.core.cached import forget_schema
from scrm.core.postgres.roles import drop_role
from tenants.domains import release_all_domains
from tenants.files import remove_media
from tenants.models import Tenant
from tenants.removal.queries import drop_schema, removal_lock
from tenants.selectors import tenant_list_to_remove
from tenants.standing import begin_removal, forget_tenant

log = structlog.get_logger(__name__)

_DRAIN_SECONDS: Final = 60
"""How long we wait for work that was under way; it began before the tenant was to leave."""


def tenants_removed(*, now: datetime) -> None:
    """Remove all whose time is over, and go on with what a dead process left half-done."""
    for tenant in tenant_list_to_remove(now):
        try:
            tenant_removed(tenant, now=now)
        except (DatabaseError, OSError, ValidationError) as error:
            # One that is held up must not hold up the others; the next run tries again.
            log.error("tenant.removal_failed", tenant=tenant.schema_name, error=type(error).__name__)


def tenant_removed(tenant: Tenant, *, now: datetime) -> None:
    """Delete a tenant whose time is over. ValidationError before it, or while somebody else does it."""
    with schema_context("public"), removal_lock(tenant.pk) as ours:
        if not ours:
            raise ValidationError(_("“%(name)s” is being deleted already.") % {"name": tenant.name})
        with transaction.atomic():
            begin_removal(tenant=tenant, now=now)
            release_all_domains(tenant=tenant, now=now)
        failpoints.passed("removal.begun")
        wait_for_drains(tenant.pk, _DRAIN_SECONDS)
        drop_schema(tenant.schema_name)
        drop_role(tenant.uuid)
        failpoints.passed("removal.schema_dropped")
        remove_media(tenant.schema_name)
        forget_schema(tenant.schema_name)
        with transaction.atomic():
            details = {"tenant": tenant.schema_name, "uuid": str(tenant.uuid)}
            record_audit(action="tenant.removed", actor_label="system", subject=tenant, details=details, now=now)
            forget_tenant(tenant=tenant)
