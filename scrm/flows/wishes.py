"""What assignment rules may ask of leads and contacts that are there, as if each came in now and were nobody's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from campaigns.way_selectors import CampaignWays
from contacts.addresses import addresses_for
from contacts.models import Contact
from contacts.selectors import contacts_to_assign
from leads.assignment import Wish
from leads.models import Lead
from leads.selectors import leads_newest_of, links_that_brought, previous_owners, sources_above
from scrm.flows.assignment import Asked, campaigns_meant, facts_of


def wishes_of(leads: Sequence[Lead], now: datetime) -> list[Wish]:
    """One for each lead, on its own also where one person asked twice: what rules do is to be seen."""
    above = sources_above({lead.source_id for lead in leads if lead.source_id})
    contacts = {lead.contact_id for lead in leads}
    phones, before = addresses_for(sorted(contacts), "phone"), previous_owners(contacts)
    links = links_that_brought([lead.pk for lead in leads])
    asked = [_asked(lead.contact, lead, phones.get(lead.contact_id, ""), links.get(lead.pk)) for lead in leads]
    campaigns = campaigns_meant(asked, now)
    return [
        wish_for(each, above, campaigns, previous=before.get(lead.contact_id))
        for lead, each in zip(leads, asked, strict=True)
    ]


def wishes_of_contacts(
    contact_ids: Collection[UUID], previous: Mapping[UUID, UUID], *, now: datetime | None = None
) -> dict[UUID, Wish]:
    """One for each contact, by the last thing that they asked for; `previous` is who had them before.

    Without `now` nothing is known of campaigns: for those who ask no rule.
    """
    newest = leads_newest_of(contact_ids)
    above = sources_above({lead.source_id for lead in newest.values() if lead.source_id})
    phones = addresses_for(sorted(contact_ids), "phone")
    links = links_that_brought([lead.pk for lead in newest.values()]) if now else {}
    asked: dict[UUID, Asked] = {}
    for contact in contacts_to_assign(contact_ids):
        lead = newest.get(contact.pk)
        asked[contact.pk] = _asked(contact, lead, phones.get(contact.pk, ""), links.get(lead.pk) if lead else None)
    campaigns = campaigns_meant(asked.values(), now) if now else CampaignWays()
    return {
        pk: wish_for(each, above, campaigns, contact_id=pk, previous=previous.get(pk)) for pk, each in asked.items()
    }


def wish_for(
    asked: Asked,
    above: Mapping[UUID, Sequence[UUID]],
    campaigns: CampaignWays,
    *,
    contact_id: UUID | None = None,
    previous: UUID | None = None,
) -> Wish:
    """`above` are sources with what they are part of."""
    regions = asked.regions
    facts = facts_of(asked, above=above, regions=regions, campaigns=campaigns)
    skills = frozenset(word.casefold() for word in facts["product"])
    return Wish(
        contact_id or uuid4(),
        department_id=asked.department_id,
        facts=facts,
        previous=previous,
        regions=regions,
        skills=skills,
    )


def _asked(contact: Contact, lead: Lead | None, phone: str, link_id: UUID | None) -> Asked:
    said = Asked(
        city=contact.city, country=contact.country, company=contact.company.name if contact.company else "", phone=phone
    )
    if lead is None:
        return said
    return replace(
        said,
        source_id=lead.source_id,
        form_id=lead.form_id,
        link_id=link_id,
        came_by=lead.came_by,
        region=str(lead.attributes.get("region", "")),
        rating=lead.rating,
        utm=lead.utm,
        attributes=lead.attributes,
    )
