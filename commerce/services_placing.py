"""Writes of who is in which tier: a few contacts at once, and everybody, some at a time."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from commerce import tier_queries
from commerce.enums import Cutting, TierKind
from commerce.models import Tier, TierScheme
from commerce.tier_queries import Moved, Placing, Span
from scheduler.services import note_due
from scrm.core.conditions import AnyOf, Condition, ConditionInvalid, Scope, facts, parse
from tenants.selectors import tenant_current

HELD: Final = 2_000
"""So many contacts are held and placed at once."""
_LOOKED_AT: Final = 20_000
"""So many are looked at for those who belong elsewhere."""
_SETTLED: Final = timedelta(minutes=5)
"""Whoever was at work while a scheme was changed has ended by then: everybody is looked at once more."""
_NIGHT: Final = time(4)
"""When, on the clock of the business, days begin to count for everybody."""
_FIRST: Final = UUID(int=0)
_NOBODY: Final = AnyOf(())


class Found(NamedTuple):
    """Contacts who are not where they belong, and up to whom was looked: None where that was everybody."""

    contact_ids: list[UUID]
    up_to: UUID | None


def rules_of(tiers: Sequence[Tier]) -> list[Condition]:
    """What the rules of tiers ask; one that can't be read any more holds nobody."""
    return [_rule(tier) for tier in tiers]


def hold_due_scheme(*, now: datetime) -> TierScheme | None:
    """The scheme that is to be refreshed next, held until the transaction ends."""
    due = TierScheme.objects.select_for_update(skip_locked=True, no_key=True)
    return due.filter(active=True, due_at__lte=now).order_by("due_at").first()


def begin_refresh(*, scheme: TierScheme, watches: Sequence[str], now: datetime) -> None:
    """Begin to go through everybody, in a held scheme; its bounds are those of this night."""
    if scheme.cutting == Cutting.QUANTILE and scheme.kind == TierKind.RFM:
        scheme.cuts = tier_queries.quantiles(until=now, today=_today(now), currency=scheme.currency)
    scheme.placed_to, scheme.watches = _FIRST, list(watches)
    scheme.save(update_fields=["cuts", "placed_to", "watches"])


def next_misplaced(*, scheme: TierScheme, now: datetime) -> Found:
    """The next contacts who belong elsewhere, in a held scheme that is being gone through. Nobody of them is held."""
    assert scheme.placed_to is not None
    size = HELD if scheme.refreshed_at is None else _LOOKED_AT
    span = Span(scheme.placed_to, tier_queries.span_end(scheme.placed_to, size))
    found = tier_queries.misplaced(_placing(scheme, now), span, limit=HELD)
    return Found(found, found[-1] if len(found) == HELD else span.to)


def place_found(*, scheme: TierScheme, present: Collection[UUID], up_to: UUID | None, now: datetime) -> list[Moved]:
    """Put found contacts, who are held by now, where they belong, and note how far that was; gives who moved.

    They are asked again, at a moment after they were held: an order that came meanwhile counts. When a scheme is filled
    for the first time nobody moves.
    """
    moving = scheme.refreshed_at is not None
    moved = tier_queries.place_contacts(_placing(scheme, now), present, moving=moving) if present else []
    scheme.placed_to = up_to
    if up_to is None:
        _end_refresh(scheme, now)
    scheme.save(update_fields=["placed_to", "refreshed_at", "due_at"])
    note_due(scheme.due_at)
    return moved


def place_some(
    *, contact_ids: Collection[UUID], now: datetime, scheme_ids: Collection[UUID] | None = None
) -> list[tuple[TierScheme, list[Moved]]]:
    """Put locked contacts where they belong now, in every scheme made of purchases or in these; gives who moved.

    Also in one that is being filled for the first time, in which nobody moves.
    """
    schemes = TierScheme.objects.filter(active=True).prefetch_related("tiers").order_by("pk")
    if scheme_ids is None:
        schemes = schemes.exclude(kind=TierKind.RULE)
    else:
        schemes = schemes.filter(pk__in=scheme_ids)
    found = []
    for scheme in schemes:
        moving = scheme.refreshed_at is not None
        found.append((scheme, tier_queries.place_contacts(_placing(scheme, now), contact_ids, moving=moving)))
    return found


def misplaced_among(*, scheme: TierScheme, contact_ids: Collection[UUID], now: datetime) -> list[UUID]:
    """Who of these is not where they belong. Nobody is held."""
    return tier_queries.misplaced(_placing(scheme, now), contact_ids, limit=len(contact_ids))


def _end_refresh(scheme: TierScheme, now: datetime) -> None:
    zone = ZoneInfo(tenant_current().zone)
    scheme.refreshed_at = now
    scheme.due_at = datetime.combine(_today(now) + timedelta(days=1), _NIGHT, zone)
    if scheme.changed_at is not None and now < scheme.changed_at + _SETTLED:
        scheme.due_at = min(scheme.due_at, scheme.changed_at + _SETTLED)


def _placing(scheme: TierScheme, now: datetime) -> Placing:
    tiers = sorted(scheme.tiers.all(), key=lambda tier: tier.position)
    rules = rules_of(tiers) if scheme.kind == TierKind.RULE else []
    return Placing(scheme, tiers, rules, now, _today(now))


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(tenant_current().zone)).date()


def _rule(tier: Tier) -> Condition:
    try:
        return parse(tier.condition, facts, scope=Scope.CONTACT, stored=True)
    except ConditionInvalid:
        return _NOBODY
