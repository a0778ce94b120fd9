"""The story of a new business: its schema and host, what it begins with, its first person."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django_tenants.utils import tenant_context

from accounts.enums import Role
from accounts.services import create_user
from scheduler.services import rebuild_wake_up
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tenants.services import TEMPLATE_SCHEMA, create_tenant


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """The principal who lets everybody else in."""

    username: str
    password: str
    email: str = ""
    full_name: str = ""


def tenant_opened(
    *,
    schema_name: str,
    domain: str,
    name: str = "",
    template: str = TEMPLATE_SCHEMA,
    zone: str = "Asia/Shanghai",
    language: str = "zh-hans",
    region: str = "CN",
    currency: str = "CNY",
    principal: FirstPerson | None = None,
    now: datetime | None = None,
) -> Tenant:
    """Make a business ready to work; all of it or nothing. ValidationError says what is wrong."""
    with transaction.atomic():
        tenant = create_tenant(
            schema_name=schema_name,
            domain=domain,
            name=name,
            template=template,
            zone=zone,
            language=language,
            region=region,
            currency=currency,
            now=now,
        )
        with tenant_context(tenant):
            rebuild_wake_up()
            lay_out_tenant()
            if principal is not None:
                create_user(
                    username=principal.username,
                    password=principal.password,
                    email=principal.email,
                    full_name=principal.full_name,
                    role=Role.PRINCIPAL,
                    is_staff=True,
                )
    return tenant
