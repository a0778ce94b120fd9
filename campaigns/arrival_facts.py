"""What assignment rules may ask of the campaigns by which a lead comes in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from campaigns.link_selectors import campaign_choices
from leads.arrival_facts import WAY
from scrm.core.conditions import Fact, Scope, Type


def _came_by(subject: Mapping[str, Any], args: Mapping[str, Any], now: datetime) -> Any:
    return subject.get("campaign")


CAMPAIGN: Final = Fact(
    key="campaign",
    label=_("campaign: by its link, form or source, or named by its address"),
    group=WAY,
    type=Type.KEYS,
    choices=campaign_choices,
    scope=Scope.EVENT,
    oracle=_came_by,
)
