"""Reads about which campaigns somebody comes by: its link, its form, its source, or what its address calls it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Lower

from campaigns.form_models import FormRoute
from campaigns.models import Campaign, CampaignLink

_LINK, _FORM, _SOURCE, _NAME = "link", "form", "source", "name"
UTM: Final = "utm_campaign"


@dataclass(frozen=True, slots=True)
class CampaignWays:
    """Campaigns that run, by what leads to them."""

    found: Mapping[tuple[str, str], frozenset[UUID]] = field(default_factory=dict)

    def of(
        self, *, link_id: UUID | None, form_id: UUID | None, source_id: UUID | None, utm: Mapping[str, str]
    ) -> set[str]:
        """The ids of the campaigns that somebody came by so."""
        keys = [(_LINK, str(link_id)), (_FORM, str(form_id)), (_SOURCE, str(source_id)), (_NAME, _plain(utm))]
        return {str(pk) for key in keys for pk in self.found.get(key, ())}


def campaigns_by_way(
    *,
    links: Collection[UUID],
    forms: Collection[UUID],
    sources: Collection[UUID],
    utms: Collection[Mapping[str, str]],
    on: date,
) -> CampaignWays:
    """Those that run on this day, in one statement."""
    running = Campaign.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=on), Q(ends_on=None) | Q(ends_on__gte=on)
    ).order_by()
    named = {name for utm in utms if (name := _plain(utm))}
    by_source = Campaign.sources.through.objects.filter(source__in=list(sources), campaign__in=running)
    by_link = CampaignLink.objects.filter(link__in=list(links), campaign__in=running)
    by_form = FormRoute.objects.filter(form__in=list(forms), campaign__in=running)
    by_name = running.annotate(called=Lower("name")).filter(called__in=named)
    rows: Any = _keyed(by_name, _NAME, "called", "pk").union(
        _keyed(by_link, _LINK, "link_id", "campaign_id"),
        _keyed(by_form, _FORM, "form_id", "campaign_id"),
        _keyed(by_source, _SOURCE, "source_id", "campaign_id"),
        all=True,
    )
    found: dict[tuple[str, str], set[UUID]] = {}
    for kind, key, campaign_id in rows:
        found.setdefault((kind, key), set()).add(campaign_id)
    return CampaignWays({way: frozenset(ids) for way, ids in found.items()})


def _keyed(rows: Any, kind: str, key: str, campaign: str) -> Any:
    said = {"way": Value(kind, CharField()), "said": Cast(key, CharField()), "meant": F(campaign)}
    return rows.annotate(**said).values_list("way", "said", "meant")


def _plain(utm: Mapping[str, str]) -> str:
    return str(utm.get(UTM, "")).strip().lower()
