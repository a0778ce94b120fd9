"""Writes about tiers: schemes with their bounds, and who is in which."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from commerce import tier_queries
from commerce.enums import Cutting, TierKind
from commerce.models import Tier, TierScheme
from commerce.tier_presets import CUTS, PRESETS
from commerce.tier_queries import MEASURES, Moved
from scheduler.services import due_work, note_due
from scrm.core.ids import uuid7
from tenants.selectors import tenant_current

BOUNDS: Final = 4
_NIGHT: Final = time(4)
"""When, on the clock of the business, days begin to count for everybody."""


def save_scheme(
    *,
    scheme: TierScheme | None,
    name: str,
    cutting: str,
    cuts: Mapping[str, Sequence[str]],
    kind: str = "",
    active: bool = True,
    by: User | None,
    now: datetime,
) -> TierScheme:
    """Make a scheme, with the tiers that its kind begins with, or change one; it is refreshed soon. ValidationError."""
    fresh = scheme is None
    scheme = scheme or TierScheme(kind=kind, currency=tenant_current().currency, created_at=now)
    scheme.name, scheme.cutting, scheme.active = name.strip(), cutting, active
    if cutting == Cutting.FIXED or scheme.kind == TierKind.ACTIVITY or not scheme.cuts:
        scheme.cuts = {measure: _ascending(measure, cuts.get(measure, CUTS[measure])) for measure in MEASURES}
    scheme.due_at = now if active else None
    scheme.full_clean()
    with due_work():
        scheme.save()
        if fresh:
            _begin_with_preset(scheme)
        if active:
            note_due(now)
        record_audit(action="tier_scheme.saved", actor=by, subject=scheme, details={"name": scheme.name}, now=now)
    return scheme


def save_tier(*, tier: Tier, by: User | None, now: datetime, **fields: Any) -> Tier:
    """Change a tier's name and bounds; its scheme is refreshed soon. ValidationError."""
    for name, value in fields.items():
        setattr(tier, name, value)
    tier.full_clean()
    for measure in MEASURES:
        start, end = getattr(tier, f"{measure}_from"), getattr(tier, f"{measure}_to")
        if start is not None and end is not None and start > end:
            raise ValidationError({f"{measure}_to": _("This is less than where it begins.")})
    with due_work():
        tier.save()
        TierScheme.objects.filter(pk=tier.scheme_id, active=True).update(due_at=now)
        note_due(now)
        record_audit(action="tier.saved", actor=by, subject=tier, details={"name": tier.name}, now=now)
    return tier


def remove_scheme(*, scheme: TierScheme, by: User | None, now: datetime) -> None:
    """Delete a scheme with its tiers and all that they held."""
    record_audit(action="tier_scheme.removed", actor=by, subject=scheme, details={"name": scheme.name}, now=now)
    scheme.delete()


def hold_due_scheme(*, now: datetime) -> TierScheme | None:
    """The scheme that is to be refreshed next, held until the transaction ends."""
    due = TierScheme.objects.select_for_update(skip_locked=True, no_key=True)
    return due.filter(active=True, due_at__lte=now).order_by("due_at").first()


def refresh_scheme(*, scheme: TierScheme, now: datetime) -> list[Moved]:
    """Put everybody where they belong; gives who moved, nobody where they were placed for the first time.

    The next time is tonight, for days pass without an order.
    """
    zone = ZoneInfo(tenant_current().zone)
    today = now.astimezone(zone).date()
    if scheme.cutting == Cutting.QUANTILE and scheme.kind == TierKind.RFM:
        scheme.cuts = tier_queries.quantiles(until=now, today=today, currency=scheme.currency)
    moved = tier_queries.place_customers(scheme, list(scheme.tiers.all()), now=now, today=today)
    first = scheme.refreshed_at is None
    scheme.refreshed_at = now
    scheme.due_at = datetime.combine(today + timedelta(days=1), _NIGHT, zone)
    scheme.save(update_fields=["cuts", "refreshed_at", "due_at"])
    note_due(scheme.due_at)
    return [] if first else moved


def place_some(*, contact_ids: Collection[UUID], now: datetime) -> list[tuple[TierScheme, list[Moved]]]:
    """Put locked contacts, who bought or gave back, where they belong now in every scheme that was filled."""
    today = now.astimezone(ZoneInfo(tenant_current().zone)).date()
    found = []
    schemes = TierScheme.objects.filter(Q(active=True) & ~Q(refreshed_at=None)).prefetch_related("tiers")
    for scheme in schemes.order_by("pk"):
        tiers = list(scheme.tiers.all())
        found.append((scheme, tier_queries.place_customers(scheme, tiers, now=now, today=today, among=contact_ids)))
    return found


def _begin_with_preset(scheme: TierScheme) -> None:
    start = slugify(scheme.name)[:30] or f"tiers-{scheme.pk.hex[-6:]}"
    codes = [f"{start}-{preset.code}" for preset in PRESETS[scheme.kind]]
    if Tier.objects.filter(code__in=codes).exists():
        codes = [f"{start}-{scheme.pk.hex[-6:]}-{preset.code}" for preset in PRESETS[scheme.kind]]
    Tier.objects.bulk_create(
        Tier(
            id=uuid7(),
            scheme=scheme,
            code=code,
            name=str(preset.name),
            position=position,
            **{f"{measure}_from": getattr(preset, measure)[0] for measure in MEASURES},
            **{f"{measure}_to": getattr(preset, measure)[1] for measure in MEASURES},
        )
        for position, (code, preset) in enumerate(zip(codes, PRESETS[scheme.kind], strict=True))
    )


def _ascending(measure: str, bounds: Sequence[str]) -> list[str]:
    numbers = [Decimal(bound) for bound in bounds]
    if len(numbers) != BOUNDS or numbers != sorted(set(numbers)):
        raise ValidationError({measure: _("Give four numbers, each greater than the one before.")})
    return [str(number) for number in numbers]
