"""One box finds everything: people, companies, leads and orders, as far as the reader sees them."""

from dataclasses import dataclass
from typing import Final

from accounts.models import User
from accounts.selectors import reach_of
from commerce.models import Order
from commerce.selectors import order_numbered
from contacts.selectors import CompanyHit, ContactHit, contact_hits, question_of
from leads.models import Lead
from leads.selectors import lead_list_found

TEXT_MAX: Final = 120
LIMIT: Final = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a text found, by kind, each the likeliest first."""

    contacts: list[ContactHit]
    companies: list[CompanyHit]
    leads: list[Lead]
    orders: list[Order]

    def __bool__(self) -> bool:
        return any((self.contacts, self.companies, self.leads, self.orders))


def asked_text(raw: str) -> str:
    """What was typed, without what no text in PostgreSQL can hold."""
    return " ".join(raw.replace("\0", "").encode(errors="ignore").decode()[:TEXT_MAX].split())


def found(viewer: User, text: str, *, limit: int = LIMIT) -> Found:
    """Up to `limit` of each kind; nothing for an empty text."""
    if not text:
        return Found([], [], [], [])
    reach = reach_of(viewer)
    question = question_of(text, limit=limit)
    contacts = contact_hits(reach, question, limit=limit)
    leads = lead_list_found(reach, question, [hit.contact.pk for hit in contacts], limit=limit)
    return Found(contacts, question.companies, leads, order_numbered(reach, text, limit=limit))
