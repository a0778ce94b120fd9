"""The words of tenancy."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TenantStatus(TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TEMPLATE = "template", _("Template")
