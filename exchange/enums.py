"""The words of coming in and going out."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobState(TextChoices):
    DRAFT = "draft", _("Being prepared")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class InboxState(TextChoices):
    RECEIVED = "received", _("Received")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ApiScope(TextChoices):
    LEADS_READ = "leads:read", _("Read leads and contacts")
    LEADS_WRITE = "leads:write", _("Add leads")
    EVENTS_WRITE = "events:write", _("Add events")
    TAGS_WRITE = "tags:write", _("Tag contacts")
    SOPS_READ = "sops:read", _("Read SOPs and touchpoints")
    REPORTS_READ = "reports:read", _("Read reports")
