"""Roles, data scopes, and how far an action reaches."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    PRINCIPAL = "principal", _("Principal")
    ADMIN = "admin", _("Administrator")
    OPS = "ops", _("Operations")
    MANAGER = "manager", _("Manager")
    REP = "rep", _("Representative")
    AUDITOR = "auditor", _("Auditor")


class Scope(TextChoices):
    """Whose records a user may see."""

    OWN = "own", _("Own records")
    DEPARTMENT = "department", _("Own department and those below")
    ALL = "all", _("All records")


class Reach(StrEnum):
    """What an action may touch."""

    RECORDS = "records"
    """Records within the user's data scope: lists, counts and related ids too."""
    BUSINESS = "business"
    """What the whole business shares."""
