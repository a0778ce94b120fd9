"""The words of enquiries."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LeadStatus(TextChoices):
    NEW = "new", _("New")
    ASSIGNED = "assigned", _("Assigned")
    WORKING = "working", _("In contact")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


OPEN_STATUSES = [LeadStatus.NEW, LeadStatus.ASSIGNED, LeadStatus.WORKING]


class LeadOrigin(TextChoices):
    """The way in that a lead took."""

    FORM = "form", _("Form")
    API = "api", _("API")
    IMPORT = "import", _("File")
    HAND = "hand", _("By hand")


class Rating(TextChoices):
    A = "A", _("A – high potential")
    B = "B", _("B – good potential")
    C = "C", _("C – some potential")
    D = "D", _("D – little potential")


class SourceKind(TextChoices):
    PAID = "paid", _("Paid platform")
    OWNED = "owned", _("Owned content")
    OFFLINE = "offline", _("Offline")
    DEALER = "dealer", _("Dealer")
    EVENT = "event", _("Event or live")
    REVIEW = "review", _("Review site")
    REFERRAL = "referral", _("Referral")
    MINING = "mining", _("Lead-mining tool")
    SERVICE = "service", _("Customer-service entry")
    OTHER = "other", _("Other")


class InteractionKind(TextChoices):
    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    CHAT = "chat", _("Chat")
    NOTE = "note", _("Note")
