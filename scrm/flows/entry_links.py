"""How an entry link is made or changed together with the campaign that it is for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

import leads.services
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services.links import set_campaign_of_links
from leads.models import EntryLink


@transaction.atomic
def link_saved(
    link: EntryLink | None, values: Mapping[str, Any], *, campaign: Campaign | None, by: User, now: datetime
) -> EntryLink:
    """A link was made or changed; ValidationError names the field."""
    saved = leads.services.save_link(link=link, values=values, by=by, now=now)
    set_campaign_of_links(links=[saved], campaign=campaign)
    return saved


@transaction.atomic
def links_made(
    places: Sequence[str], values: Mapping[str, Any], *, campaign: Campaign | None, by: User, now: datetime
) -> list[EntryLink]:
    """A link for each of these places."""
    made = leads.services.create_links(places=places, values=values, by=by, now=now)
    set_campaign_of_links(links=made, campaign=campaign)
    return made
