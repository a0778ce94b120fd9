"""Writes about tenants: the template, and what is made from it."""

from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.utils.translation import gettext as _
from django_tenants.utils import schema_exists

from scrm.core import clock
from scrm.core.postgres import roles
from tenants import queries
from tenants.domains import checked_host, vouch_domain
from tenants.enums import TenantStatus
from tenants.models import Tenant, schema_name_shape

TEMPLATE_SCHEMA = "tpl_blank"


def create_template(*, schema_name: str = TEMPLATE_SCHEMA, name: str = "Blank") -> Tenant:
    """The schema that new tenants are cloned from; made by migrations, once."""
    template, _created = Tenant.objects.get_or_create(
        schema_name=schema_name,
        defaults={"name": name, "status": TenantStatus.TEMPLATE, "created_at": clock.now()},
    )
    if not schema_exists(schema_name):
        migrate_template(schema_name=schema_name)
    queries.make_clone_function()
    roles.open_shared_tables()
    return template


def migrate_template(*, schema_name: str = TEMPLATE_SCHEMA) -> None:
    """Make the template's schema, or bring it up to date; needs nothing of the public tables."""
    queries.make_schema(schema_name)
    call_command("migrate_schemas", schema_name=schema_name, verbosity=0, interactive=False)


def create_tenant(
    *,
    schema_name: str,
    domain: str,
    name: str = "",
    template: str = TEMPLATE_SCHEMA,
    zone: str = "Asia/Shanghai",
    language: str = "zh-hans",
    region: str = "CN",
    currency: str = "CNY",
    status: TenantStatus = TenantStatus.ACTIVE,
    uuid: UUID | None = None,
    key_uuid: UUID | None = None,
    now: datetime | None = None,
) -> Tenant:
    """Make a business with its schema and first host; all of it or nothing.

    Who restores one gives the `uuid` that it had and the `key_uuid` that its sealed values need.

    Raises ValidationError when the name or host is taken, misshapen, or the template is missing.
    """
    tenant = Tenant(
        schema_name=schema_name,
        name=name or schema_name,
        zone=zone,
        language=language,
        region=region,
        currency=currency,
        status=status,
        uuid=uuid or uuid4(),
        key_uuid=key_uuid if key_uuid != uuid else None,
        created_at=now or clock.now(),
    )
    tenant.full_clean()
    try:
        schema_name_shape(schema_name)
    except ValidationError as error:
        raise ValidationError({"schema_name": error.messages}) from error
    if schema_exists(schema_name):
        raise ValidationError({"schema_name": _("This name is taken: choose another.")})
    if template == TEMPLATE_SCHEMA:
        create_template()
    source = Tenant.objects.filter(schema_name=template, status=TenantStatus.TEMPLATE).first()
    if source is None:
        raise ValidationError({"template": _("There is no template “%(name)s”.") % {"name": template}})
    checked_host(domain, tenant=tenant, now=tenant.created_at)
    with transaction.atomic():
        queries.clone_schema(source.schema_name, schema_name)
        tenant.save(verbosity=0)
        roles.make_role(tenant.uuid, schema_name)
        vouch_domain(tenant=tenant, domain=domain, now=tenant.created_at, primary=True)
    return tenant


def grant_tenants() -> None:
    """Give every tenant's role its schema and its own rows in `public`; after migrations, and after a restore."""
    roles.open_shared_tables()
    for uuid, schema_name in roles.schemas_without_rights():
        roles.make_role(uuid, schema_name)
