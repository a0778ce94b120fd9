"""The words of tenancy."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TenantStatus(TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    SUSPENDED = "suspended", _("Suspended")
    LEAVING = "leaving", _("To be deleted")
    REMOVING = "removing", _("Being deleted")
    TEMPLATE = "template", _("Template")


OPEN: Final = (TenantStatus.ACTIVE, TenantStatus.PAUSED)
"""Its hosts answer and its people work. Only an active one sends."""


class DomainStatus(TextChoices):
    PENDING = "pending", _("Waiting for proof")
    VERIFIED = "verified", _("Verified")
    FAILED = "failed", _("Proof not found")


class DomainProblem(TextChoices):
    MISSING = "missing", _("There is no such TXT record yet. A new record can take an hour to be seen.")
    OTHER = "other", _("There is a TXT record, but it says something else.")
    SILENT = "silent", _("No name server answered. Try again in a minute.")
    TAKEN = "taken", _("Another tenant has proved this host, or gave it up less than 90 days ago.")
