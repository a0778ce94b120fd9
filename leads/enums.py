"""The words of enquiries."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.enums import IdentityKind


class LeadStatus(TextChoices):
    NEW = "new", _("New")
    ASSIGNED = "assigned", _("Assigned")
    WORKING = "working", _("In contact")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


OPEN_STATUSES = [LeadStatus.NEW, LeadStatus.ASSIGNED, LeadStatus.WORKING]
CLOSED_STATUSES = frozenset({LeadStatus.WON, LeadStatus.LOST})


class LeadOrigin(TextChoices):
    """The way in that a lead took."""

    FORM = "form", _("Form")
    API = "api", _("API")
    IMPORT = "import", pgettext_lazy("way in", "File")
    HAND = "hand", _("By hand")
    WEBHOOK = "webhook", _("Webhook")


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


class CostOrigin(TextChoices):
    """How a cost of a source was told."""

    HAND = "hand", _("By hand")
    FILE = "file", pgettext_lazy("way in", "File")
    API = "api", _("API")


class ReplyState(TextChoices):
    """How far our answer to a review is."""

    OPEN = "open", pgettext_lazy("reviews", "To be answered")
    ANSWERED = "answered", _("Answered")
    NOT_NEEDED = "not_needed", _("Needs no answer")


class InteractionKind(TextChoices):
    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    CHAT = "chat", _("Chat")
    NOTE = "note", _("Note")


class DealKind(TextChoices):
    """What it means that an opportunity stands at a stage."""

    OPEN = "open", pgettext_lazy("opportunities", "Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class LinkKind(TextChoices):
    """Whose or where an entry link is."""

    SOURCE = "source", _("Source")
    CAMPAIGN = "campaign", _("Campaign")
    REP = "rep", _("Representative")
    DEALER = "dealer", _("Dealer or team")
    PLACE = "place", _("Poster or place")
    REFERRAL = "referral", _("Referral")


class RewardUnit(TextChoices):
    POINTS = "points", _("Points")
    MONEY = "money", _("Money")


class RewardFor(TextChoices):
    LEAD = "lead", _("Valid lead")
    DEAL = "deal", _("Deal")


class RewardState(TextChoices):
    PENDING = "pending", _("To be approved")
    APPROVED = "approved", _("Approved")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused")


class LimitPeriod(TextChoices):
    EVER = "ever", _("The whole run")
    MONTH = "month", _("Each calendar month")


PERSON_LIMIT: Final = "person_limit"
TOTAL_LIMIT: Final = "total_limit"
LIMITS: Final = {
    PERSON_LIMIT: _("The person's limit is reached."),
    TOTAL_LIMIT: _("The program's limit is reached."),
}
"""Why a reward is refused by itself."""


class ReferralRefusal(TextChoices):
    """Why somebody who was brought does not count."""

    SELF = "self", _("They brought themselves.")
    LOOP = "loop", _("They brought whoever brings them.")
    KNOWN = "known", _("We knew them already.")
    BROUGHT = "brought", _("Somebody brought them before.")
    OVER = "over", _("The program was not running.")


class FieldKind(TextChoices):
    """What a question of a hosted form asks for."""

    NAME = "name", pgettext_lazy("person", "Name")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    COMPANY = "company", _("Company")
    CITY = "city", _("City")
    TEXT = "text", _("Short text")
    LONG = "long", _("Long text")
    CHOICE = "choice", _("One choice")
    CHOICES = "choices", _("Several choices")
    RATING = "rating", _("Rating")
    DATE = "date", _("Date")
    CONSENT = "consent", _("Consent")
    OWN = "own", _("Field of contacts")
    IDENTITY = "identity", _("Kind of identity")


class OwnerRule(TextChoices):
    """Whose the leads of a form become, unless somebody is in charge of the customer already."""

    TURNS = "turns", _("By turns among all")
    DEPARTMENT = "department", _("By turns within a team")
    PERSON = "person", _("Always the same person")


MATCHED_NEW: Final = "new"
MATCHED_LEAD: Final = "lead"
MATCHES: Final = (
    (MATCHED_NEW, _("Somebody new")),
    (MATCHED_LEAD, _("The same enquiry as before")),
    *IdentityKind.choices,
)
"""How it was known whose an arrival is: by which identity, if by one."""


class AssignedBy(TextChoices):
    """Why a lead went to whom it did."""

    NAMED = "named", _("Named by whoever brought it")
    KEPT = "kept", _("In charge of the customer already")
    WAY = "way", _("By its form or link")
    TEAM = "team", _("Next in turn in the department")
    TURN = "turn", _("Next in turn")
    RULE = "rule", _("By rule")
    HEAD = "head", _("By rule, to the head of the department")
    POOL = "pool", _("By rule, into the public pool")
    NOBODY = "nobody", _("Nobody takes leads")
    STAYS = "stays", _("Stays with whom it was")


class AssignMethod(TextChoices):
    """How a rule chooses among its people."""

    TURNS = "turns", _("By turns")
    WEIGHTED = "weighted", _("By turns and weight")
    LOAD = "load", _("Fewest open leads")
    PREVIOUS = "previous", _("Whoever had the customer before")
    REGION = "region", _("Region of the lead")
    SKILL = "skill", _("Product asked for")


class OrElse(TextChoices):
    """What a rule does when none of its people is free."""

    NEXT = "next", _("Ask the next rule")
    POOL = "pool", _("Into the public pool")
    HEAD = "head", _("To the head of the department")


class HeldReason(TextChoices):
    """Why what came through a form waits for a person's word."""

    UNPROVEN = "unproven", _("No proof of a browser")
    CROWDED = "crowded", _("Too many at once")


class HeldState(TextChoices):
    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    DISCARDED = "discarded", _("Discarded")


class ResponseStep(TextChoices):
    """What is done while a lead waits for its first answer."""

    REMIND = "remind", _("Remind its owner")
    ESCALATE = "escalate", _("Tell the head")
    TAKE = "take", _("Take it away")


class ResponseEnd(TextChoices):
    """What came of the wait for a first answer."""

    MET = "met", _("Answered in time")
    LATE = "late", _("Answered late")
    CLOSED = "closed", _("Closed without an answer")


class PauseReason(TextChoices):
    """Why the time to answer a lead stands still."""

    ASKED = "asked", _("They asked to wait")
    CUSTOMER = "customer", _("It is the customer's turn")


class PauseEnd(TextChoices):
    """Why it runs on."""

    DAY = "day", _("The day came")
    CAME = "came", _("They came back")
    HAND = "hand", _("Ended by hand")
    OVER = "over", _("It was over before")


class TakenTo(TextChoices):
    """Where a lead goes that its owner does not answer."""

    RULES = "rules", _("To somebody else, by the rules")
    POOL = "pool", _("Into the public pool")
