"""The words of coming in and going out."""

from typing import Final

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
    CONTACTS_WRITE = "contacts:write", _("Hand contacts over")
    EVENTS_WRITE = "events:write", _("Add events")
    TAGS_WRITE = "tags:write", _("Tag contacts")
    SOPS_READ = "sops:read", _("Read SOPs and touchpoints")
    REPORTS_READ = "reports:read", _("Read reports")


SCOPE_MEANINGS: Final = {
    ApiScope.LEADS_READ: _(
        "List and open leads, contacts, sources, tags and segments. Phones and e-mails stay masked."
    ),
    ApiScope.LEADS_WRITE: _("Send leads, one or many; each is recognised, assigned and answered as if typed in."),
    ApiScope.CONTACTS_WRITE: _("Give a contact another owner. Open leads and tasks go along."),
    ApiScope.EVENTS_WRITE: _("Report what contacts did. Rules, stages and SOPs follow."),
    ApiScope.TAGS_WRITE: _("Give tags to contacts and take them away."),
    ApiScope.SOPS_READ: _("List SOPs and the touches that they made."),
    ApiScope.REPORTS_READ: _("Read the funnel and the table by source."),
}
