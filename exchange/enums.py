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
    """A held message waits until its way in is live; those received are worked on."""

    HELD = "held", _("Held")
    RECEIVED = "received", _("Received")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class EndpointState(TextChoices):
    """What comes while a way in is a draft or paused is held."""

    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")


class SignatureScheme(TextChoices):
    NONE = "none", _("None: whoever knows the address may send")
    TOKEN = "token", _("A fixed token in a header")
    HMAC_HEX = "hmac_hex", _("HMAC-SHA256, hexadecimal")
    HMAC_BASE64 = "hmac_base64", _("HMAC-SHA256, base64")


class DeliveryState(TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Delivered")
    FAILED = "failed", _("Failed")


class HookEvent(TextChoices):
    """What a webhook can be told of."""

    PING = "ping", _("A test")
    LEAD_CAPTURED = "lead.captured", _("A lead came in")
    LEAD_ASSIGNED = "lead.assigned", _("A lead got an owner")
    LEAD_POOLED = "lead.pooled", _("A lead went to the public pool")
    LEAD_WON = "lead.won", _("A lead was won")
    LEAD_LOST = "lead.lost", _("A lead was lost")
    CONTACT_UPDATED = "contact.updated", _("A contact was edited")
    CONTACT_ERASED = "contact.erased", _("A person was erased")
    CONTACT_MERGED = "contact.merged", _("Two contacts became one")
    CONTACT_UNMERGED = "contact.unmerged", _("A merge of contacts was taken back")
    TAG_ADDED = "tag.added", _("A contact got a tag")
    TAG_REMOVED = "tag.removed", _("A contact lost a tag")
    STAGE_CHANGED = "stage.changed", _("A contact moved to a stage")
    SEGMENT_ENTERED = "segment.entered", _("A contact came into a segment")
    SEGMENT_LEFT = "segment.left", _("A contact left a segment")
    TOUCHPOINT_SENT = "touchpoint.sent", _("A touch was sent")
    INTERACTION_LOGGED = "interaction.logged", _("A talk was logged")
    OPPORTUNITY_CREATED = "opportunity.created", _("An opportunity was made")
    OPPORTUNITY_MOVED = "opportunity.moved", _("An opportunity moved to a stage")
    OPPORTUNITY_WON = "opportunity.won", _("An opportunity was won")
    OPPORTUNITY_LOST = "opportunity.lost", _("An opportunity was lost")
    ORDER_PAID = "order.paid", _("An order was paid")
    REVIEW_OVERDUE = "review.overdue", _("The answer to a review is overdue")
    TOUCHPOINT_FAILED = "touchpoint.failed", _("A touch failed")


class ApiScope(TextChoices):
    LEADS_READ = "leads:read", _("Read leads and contacts")
    LEADS_WRITE = "leads:write", _("Add leads")
    CONTACTS_WRITE = "contacts:write", _("Hand contacts over and merge them")
    CONSENTS_WRITE = "consents:write", _("Note what people agree to")
    PERSONAL_READ = "personal:read", _("See phones and e-mails in clear")
    PERSONS_WRITE = "persons:write", _("Copy and erase people")
    EVENTS_WRITE = "events:write", _("Add events")
    TAGS_WRITE = "tags:write", _("Tag contacts")
    SOPS_READ = "sops:read", _("Read SOPs and touchpoints")
    REPORTS_READ = "reports:read", _("Read reports")
    WEBHOOKS_WRITE = "webhooks:write", _("Manage webhooks")
    COSTS_WRITE = "costs:write", _("Read and set what sources cost")
    REVIEWS_WRITE = "reviews:write", _("Read and add reviews")
    FOLLOW_UP_READ = "follow_up:read", _("Read talks, voices and opportunities")
    FOLLOW_UP_WRITE = "follow_up:write", _("Log talks and work opportunities")
    ORDERS_READ = "orders:read", _("Read orders")
    ORDERS_WRITE = "orders:write", _("Report orders")
    RULES_WRITE = "rules:write", _("Read and change rules")


SCOPE_MEANINGS: Final = {
    ApiScope.LEADS_READ: _(
        "List and open leads, contacts, sources, tags and segments. Phones and e-mails stay masked."
    ),
    ApiScope.LEADS_WRITE: _("Send leads, one or many; each is recognised, assigned and answered as if typed in."),
    ApiScope.CONTACTS_WRITE: _(
        "Give a contact another owner, with open leads and tasks. Merge two contacts, and take that back."
    ),
    ApiScope.CONSENTS_WRITE: _(
        "Note that somebody agrees to messages and other uses, or takes it back. It counts at once."
    ),
    ApiScope.PERSONAL_READ: _("Show phones, e-mails and ids in clear, one by one and counted."),
    ApiScope.PERSONS_WRITE: _("Let a copy of somebody's data be made, and erase people for good."),
    ApiScope.EVENTS_WRITE: _("Report what contacts did. Rules, stages and SOPs follow."),
    ApiScope.TAGS_WRITE: _("Give tags to contacts and take them away; make and change tags."),
    ApiScope.SOPS_READ: _("List SOPs and the touches that they made."),
    ApiScope.REPORTS_READ: _("Read the funnel and the table by source."),
    ApiScope.COSTS_WRITE: _("List and set what sources cost per day."),
    ApiScope.REVIEWS_WRITE: _("List and add reviews that stand on outside sites, and say how far their answers are."),
    ApiScope.FOLLOW_UP_READ: _("List what was said to contacts and by them, their scores, and possible deals."),
    ApiScope.FOLLOW_UP_WRITE: _(
        "Log talks and what customers say, make opportunities, move them, win and lose them. Tasks follow."
    ),
    ApiScope.ORDERS_READ: _("List orders with their lines."),
    ApiScope.ORDERS_WRITE: _("Report what was bought, paid and given back. Buyers become contacts; SOPs follow."),
    ApiScope.RULES_WRITE: _("List, try and change the rules of assignment, of times to answer and of scores."),
    ApiScope.WEBHOOKS_WRITE: _("List, make and rotate webhooks that tell of changes. Never with personal data."),
}
