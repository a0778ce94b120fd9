"""What the commands about tenants share: find one by its name, say in one line what is wrong."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from tenants.enums import TenantStatus
from tenants.models import Tenant
from tenants.selectors import tenant_by_name


def named_tenant(name: str) -> Tenant:
    """The tenant of that short name; CommandError when there is none."""
    tenant = tenant_by_name(name)
    if tenant is None or tenant.status == TenantStatus.TEMPLATE:
        raise CommandError(f"There is no tenant “{name}”.")
    return tenant


def one_line(error: ValidationError, names: dict[str, str] | None = None) -> str:
    """The error's texts, each after the argument that it is about."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    names = {"schema_name": "NAME", "__all__": ""} | (names or {})
    parts = []
    for field, texts in error.message_dict.items():
        argument = names.get(field, f"--{field}")
        parts.append(f"{argument}: {' '.join(texts)}" if argument else " ".join(texts))
    return " ".join(parts)
