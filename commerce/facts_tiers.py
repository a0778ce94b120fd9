"""What a rule may ask about tiers."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from commerce.facts import GROUP
from commerce.models import Tier, TierScheme
from scrm.core.conditions import Argument, Fact, Family, Kept, Type


def tier_choices() -> Iterable[tuple[str, str]]:
    return [(tier.code, f"{tier.scheme}: {tier}") for tier in Tier.objects.select_related("scheme")]


def scheme_choices() -> Iterable[tuple[str, str]]:
    return [(str(scheme.pk), scheme.name) for scheme in TierScheme.objects.all()]


TIERED = Family("tier", "SELECT p.contact_id, p.tier_id FROM commerce_tierplace p WHERE p.tier_id IS NOT NULL")
_TIER = Argument("tier", _("tier"), Type.CHOICE, required=True, choices=tier_choices)
_SCHEME = Argument("scheme", _("tier scheme"), Type.CHOICE, required=True, choices=scheme_choices)
_SCORES = {"recency": _("recency score"), "frequency": _("frequency score"), "money": _("money score")}


def _score(name: str) -> Fact:
    return Fact(
        key=f"tiers.{name}",
        label=_SCORES[name],
        group=GROUP,
        type=Type.NUMBER,
        arguments=(_SCHEME,),
        wording=lambda given: _WORDINGS[name],
        sql=f"(SELECT nullif(p.{name}, 0) FROM commerce_tierplace p"
        " WHERE p.contact_id = c.id AND p.scheme_id = %(scheme)s::uuid)",
        oracle=lambda subject, args, now: next(
            (each[name] or None for each in subject["tiers"] if each["scheme"] == args["scheme"]), None
        ),
    )


_WORDINGS: dict[str, Any] = {
    "recency": _("recency score in %(scheme)s"),
    "frequency": _("frequency score in %(scheme)s"),
    "money": _("money score in %(scheme)s"),
}

TIER_FACTS = (
    Fact(
        key="tiers",
        label=_("tier"),
        group=GROUP,
        type=Type.KEYS,
        choices=tier_choices,
        sql="SELECT p.contact_id, t.code FROM commerce_tierplace p JOIN commerce_tier t ON t.id = p.tier_id",
        oracle=lambda subject, args, now: {each["tier"] for each in subject["tiers"] if each["tier"]},
        kept=Kept(TIERED, "SELECT t.id, t.code FROM commerce_tier t"),
    ),
    Fact(
        key="tiers.ever",
        label=_("tier, now or ever"),
        group=GROUP,
        type=Type.KEYS,
        choices=tier_choices,
        # Who was placed when a scheme was filled did not move there: they are there, or moved from there.
        sql="SELECT m.contact_id, t.code FROM commerce_tiermove m JOIN commerce_tier t ON t.id = m.after_id"
        " UNION ALL SELECT m.contact_id, t.code FROM commerce_tiermove m JOIN commerce_tier t ON t.id = m.before_id"
        " UNION ALL SELECT p.contact_id, t.code FROM commerce_tierplace p JOIN commerce_tier t ON t.id = p.tier_id",
        oracle=lambda subject, args, now: (
            {*subject["tiers_ever"], *(each["tier"] for each in subject["tiers"] if each["tier"])}
        ),
    ),
    Fact(
        key="tiers.since",
        label=_("in a tier since"),
        group=GROUP,
        type=Type.MOMENT,
        arguments=(_TIER,),
        wording=lambda given: _("in the tier %(tier)s since"),
        sql="(SELECT p.since FROM commerce_tierplace p JOIN commerce_tier t ON t.id = p.tier_id"
        " WHERE p.contact_id = c.id AND t.code = %(tier)s)",
        oracle=lambda subject, args, now: next(
            (each["since"] for each in subject["tiers"] if each["tier"] == args["tier"]), None
        ),
    ),
    *(_score(name) for name in _SCORES),
)
