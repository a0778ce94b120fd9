"""What a resource asks of its caller: a scope of an API key, or an action of a user's role."""

from dataclasses import dataclass
from typing import Final

from accounts.permissions import ACTIONS
from exchange.enums import ApiScope


@dataclass(frozen=True, slots=True)
class Access:
    scope: ApiScope
    action: str

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise KeyError(f"{self.action} stands in no line of accounts/permissions.py.")


LEADS_READ: Final = Access(ApiScope.LEADS_READ, "lead.view")
LEADS_WRITE: Final = Access(ApiScope.LEADS_WRITE, "lead.edit")
CONTACTS_READ: Final = Access(ApiScope.LEADS_READ, "contact.view")
CONTACTS_WRITE: Final = Access(ApiScope.CONTACTS_WRITE, "contact.hand_over")
CONTACTS_MERGE: Final = Access(ApiScope.CONTACTS_WRITE, "contact.merge")
CONSENTS_READ: Final = Access(ApiScope.LEADS_READ, "contact.view")
CONSENTS_WRITE: Final = Access(ApiScope.CONSENTS_WRITE, "contact.edit")
PERSONAL_READ: Final = Access(ApiScope.PERSONAL_READ, "contact.reveal")
PERSONS_READ: Final = Access(ApiScope.PERSONS_WRITE, "person.view")
PERSONS_EXPORT: Final = Access(ApiScope.PERSONS_WRITE, "person.export")
PERSONS_ERASE: Final = Access(ApiScope.PERSONS_WRITE, "person.erase")
COMPANIES_READ: Final = Access(ApiScope.LEADS_READ, "company.view")
COMPANIES_WRITE: Final = Access(ApiScope.CONTACTS_WRITE, "company.edit")
POOL_READ: Final = Access(ApiScope.LEADS_READ, "pool.view")
POOL_WRITE: Final = Access(ApiScope.CONTACTS_WRITE, "pool.claim")
TAGS_READ: Final = Access(ApiScope.LEADS_READ, "tag.view")
TAGS_WRITE: Final = Access(ApiScope.TAGS_WRITE, "contact.edit")
TAG_RULES_READ: Final = Access(ApiScope.RULES_WRITE, "tag.view")
TAG_RULES_WRITE: Final = Access(ApiScope.RULES_WRITE, "tag.edit")
TAXONOMY_WRITE: Final = Access(ApiScope.TAGS_WRITE, "tag.edit")
SOURCES_READ: Final = Access(ApiScope.LEADS_READ, "source.view")
LINKS_READ: Final = Access(ApiScope.LEADS_READ, "link.view")
FORMS_READ: Final = Access(ApiScope.LEADS_READ, "form.view")
HELD_READ: Final = Access(ApiScope.LEADS_READ, "form.edit")
HELD_WRITE: Final = Access(ApiScope.LEADS_WRITE, "form.edit")
SEGMENTS_READ: Final = Access(ApiScope.LEADS_READ, "segment.view")
SEGMENTS_WRITE: Final = Access(ApiScope.RULES_WRITE, "segment.edit")
EVENTS_WRITE: Final = Access(ApiScope.EVENTS_WRITE, "event.add")
SOPS_READ: Final = Access(ApiScope.SOPS_READ, "sop.view")
REPORTS_READ: Final = Access(ApiScope.REPORTS_READ, "report.view")
CARDS_READ: Final = Access(ApiScope.REPORTS_READ, "dealer.view")
WEBHOOKS_WRITE: Final = Access(ApiScope.WEBHOOKS_WRITE, "webhook_out.edit")
COSTS_READ: Final = Access(ApiScope.COSTS_WRITE, "source.view")
COSTS_WRITE: Final = Access(ApiScope.COSTS_WRITE, "source.edit")
REVIEWS_READ: Final = Access(ApiScope.REVIEWS_WRITE, "review.view")
REVIEWS_WRITE: Final = Access(ApiScope.REVIEWS_WRITE, "review.edit")
CAMPAIGNS_READ: Final = Access(ApiScope.REPORTS_READ, "sop.view")
TALKS_READ: Final = Access(ApiScope.FOLLOW_UP_READ, "contact.view")
TALKS_WRITE: Final = Access(ApiScope.FOLLOW_UP_WRITE, "contact.edit")
ALERTS_READ: Final = Access(ApiScope.LEADS_READ, "lead.view")
ORDERS_READ: Final = Access(ApiScope.ORDERS_READ, "order.view")
PRODUCTS_WRITE: Final = Access(ApiScope.ORDERS_WRITE, "order.edit")
ORDERS_WRITE: Final = Access(ApiScope.ORDERS_WRITE, "order.add")
SCORE_RULES_READ: Final = Access(ApiScope.RULES_WRITE, "tag.view")
SCORE_RULES_WRITE: Final = Access(ApiScope.RULES_WRITE, "tag.edit")
ASSIGNMENT_READ: Final = Access(ApiScope.RULES_WRITE, "assignment.view")
ASSIGNMENT_WRITE: Final = Access(ApiScope.RULES_WRITE, "assignment.edit")
STAGES_READ: Final = Access(ApiScope.LEADS_READ, "lifecycle.view")
STAGES_WRITE: Final = Access(ApiScope.FOLLOW_UP_WRITE, "contact.edit")
LIFECYCLES_WRITE: Final = Access(ApiScope.RULES_WRITE, "lifecycle.edit")
