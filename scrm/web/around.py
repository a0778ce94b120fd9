"""What stands around a contact, on the dashboard and the phone: the next step, score, deals, who looks after them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import RepTask
from campaigns.task_selectors import task_list_open_of_contact
from commerce.selectors import order_list_of_contact
from commerce.tier_selectors import places_of_contact
from contacts.models import Contact, OwnerChange
from contacts.selectors import colleagues_of, friendships_of, groups_of, owner_changes_of
from events.selectors import event_type_label, event_type_list
from leads.enums import LeadStatus, Rating
from leads.models import Lead
from leads.selectors import colleagues_on, lead_list_of_contact, opportunity_list, rating_of
from tagging.enums import ScoreKind
from tagging.models import ScoreRule
from tagging.of_contacts import score_told

_DEALS = 10
_ORDERS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do next for somebody."""

    icon: str
    title: str
    text: str = ""
    at: datetime | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """Who had a contact, from when to when, and why it came to them."""

    owner: User | None
    since: datetime
    until: datetime | None
    why: str


def next_step(viewer: User, contact: Contact, leads: list[Lead], now: datetime) -> Step | None:
    """The longest waiting task; else the enquiry nobody has answered; None when nothing waits."""
    tasks: list[Any] = task_list_open_of_contact(viewer, contact.pk)
    if tasks:
        task: RepTask = tasks[0]
        wanted_at = tasks[0].wanted_at
        return Step("list-check", task.title, str(task.owner), wanted_at, wanted_at < now)
    waiting = [lead for lead in leads if lead.status in (LeadStatus.NEW, LeadStatus.ASSIGNED)]
    if waiting:
        lead = min(waiting, key=lambda each: each.captured_at)
        text = str(lead.source or lead.came_by_label)
        return Step("target-arrow", _("Answer the enquiry"), text, lead.captured_at, True)
    return None


def around(viewer: User, contact: Contact) -> dict[str, Any]:
    """All that is read after the page stands."""
    leads = lead_list_of_contact(viewer, contact.pk)
    score, parts = score_told(contact.pk)
    types = {each.code: event_type_label(each) for each in event_type_list(active_only=False)} if parts else {}
    rating, by_hand = rating_of(contact.pk, leads)
    return {
        "contact": contact,
        "score": score,
        "parts": [_part(rule, part, types) for rule, part in parts],
        "rating": rating,
        "rated_by_hand": by_hand,
        "ratings": Rating.choices,
        "deals": list(opportunity_list(viewer, contact=contact.pk).order_by("settled_at", "-created_at")[:_DEALS]),
        "tiers": places_of_contact(contact.pk),
        "orders": order_list_of_contact(contact.pk, limit=_ORDERS),
        "colleagues": colleagues_on(contact.pk, contact.owner_id),
        "friendships": friendships_of(contact.pk),
        "groups": groups_of(contact.pk),
        "company_people": colleagues_of(viewer, contact),
        "holdings": holdings(contact, owner_changes_of(contact.pk)),
    }


def holdings(contact: Contact, changes: list[OwnerChange]) -> list[Holding]:
    """Who had the contact when, the present owner first; `changes` are the latest first."""
    found, until = [], None
    for change in changes:
        why = " · ".join(filter(None, (str(change.get_why_display()), str(change.get_reason_display()))))
        found.append(Holding(change.after, change.at, until, why))
        until = change.at
    first = changes[-1].before if changes else contact.owner
    if first is not None:
        found.append(Holding(first, contact.created_at, until, ""))
    return found


def _part(rule: ScoreRule, part: dict[str, Any], types: dict[str, str]) -> dict[str, Any]:
    """What one rule gave, in words."""
    text = rule.name
    if rule.kind == ScoreKind.EVENT and part["times"] > 1:
        what = types.get(rule.event_type, rule.event_type)
        text = _("%(rule)s: %(what)s, %(times)s times") % {"rule": rule.name, "what": what, "times": part["times"]}
    half = _("half-life %(days)s days") % {"days": rule.half_life_days} if rule.half_life_days else ""
    last = datetime.fromisoformat(part["last"]) if part["last"] else None
    return {"points": part["points"], "text": text, "half": half, "last": last}
