"""Writes about tiers: schemes, their tiers, and what holds whom in each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from commerce.enums import Cutting, TierKind
from commerce.models import Tier, TierScheme
from commerce.tier_presets import CUTS, PRESETS
from commerce.tier_queries import MEASURES
from scheduler.services import due_work, note_due
from scrm.core.conditions import Condition, Leaf, Scope, facts, parse, to_json
from scrm.core.conditions.tree import asked
from scrm.core.ids import uuid7
from tenants.selectors import tenant_current

BOUNDS: Final = 4
MOST_TIERS: Final = 20


def save_scheme(
    *,
    scheme: TierScheme | None,
    name: str,
    cutting: str = Cutting.FIXED,
    cuts: Mapping[str, Sequence[str]] | None = None,
    kind: str = "",
    active: bool = True,
    by: User | None,
    now: datetime,
) -> TierScheme:
    """Make a scheme, with the tiers that its kind begins with, or change one; it is refreshed soon. ValidationError."""
    given = cuts or {}
    with due_work():
        fresh = scheme is None
        new = TierScheme(kind=kind, currency=tenant_current().currency, created_at=now)
        scheme = new if scheme is None else _held(scheme)
        scheme.name, scheme.cutting, scheme.active = name.strip(), cutting, active
        if scheme.kind == TierKind.RULE:
            scheme.cutting, scheme.cuts = Cutting.FIXED, {}
        elif cutting == Cutting.FIXED or scheme.kind == TierKind.ACTIVITY or not scheme.cuts:
            scheme.cuts = {measure: _ascending(measure, given.get(measure, CUTS[measure])) for measure in MEASURES}
        _refresh_soon(scheme, now)
        scheme.full_clean()
        scheme.save()
        if fresh:
            _begin_with_preset(scheme)
        record_audit(action="tier_scheme.saved", actor=by, subject=scheme, details={"name": scheme.name}, now=now)
    return scheme


def save_tier(*, tier: Tier, by: User | None, now: datetime, **fields: Any) -> Tier:
    """Change a tier's name and bounds; its scheme is refreshed soon. ValidationError."""
    for name, value in fields.items():
        setattr(tier, name, value)
    for measure in MEASURES:
        start, end = getattr(tier, f"{measure}_from"), getattr(tier, f"{measure}_to")
        if start is not None and end is not None and start > end:
            raise ValidationError({f"{measure}_to": _("This is less than where it begins.")})
    with due_work():
        _keep(tier, by, now)
    return tier


def save_rule_tier(
    *, scheme: TierScheme, tier: Tier | None, name: str, condition: object, by: User | None, now: datetime
) -> Tier:
    """Add a tier to a scheme of rules, as its last one, or change one. ConditionInvalid, ValidationError."""
    rule = parse(condition, facts, scope=Scope.CONTACT)
    with due_work():
        held = _held(scheme)
        if tier is None:
            last = held.tiers.aggregate(last=Max("position"))["last"]
            if held.tiers.count() >= MOST_TIERS:
                raise ValidationError(_("A scheme has up to %(limit)s tiers.") % {"limit": MOST_TIERS})
            tier = Tier(scheme=held, code=_code(held, name), position=0 if last is None else last + 1)
        _refuse_circle(held, rule)
        tier.name, tier.condition = name.strip(), to_json(rule)
        _keep(tier, by, now)
    return tier


def move_tier(*, tier: Tier, up: bool, by: User | None, now: datetime) -> None:
    """Let a tier of rules be asked before, or after, the one beside it."""
    with due_work():
        scheme = _held(tier.scheme)
        order = list(scheme.tiers.order_by("position", "pk"))
        here = order.index(tier)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(order):
            return
        order[here], order[there] = order[there], order[here]
        for position, each in enumerate(order):
            Tier.objects.filter(pk=each.pk).exclude(position=position).update(position=position)
        _changed(scheme, now)
        record_audit(action="tier.moved", actor=by, subject=tier, details={"name": tier.name}, now=now)


def remove_tier(*, tier: Tier, by: User | None, now: datetime) -> None:
    """Delete a tier of rules; who was in it is in the next one that holds them."""
    with due_work():
        scheme = _held(tier.scheme)
        record_audit(action="tier.removed", actor=by, subject=tier, details={"name": tier.name}, now=now)
        position = tier.position
        tier.delete()
        scheme.tiers.filter(position__gt=position).update(position=F("position") - 1)
        _changed(scheme, now)


def remove_scheme(*, scheme: TierScheme, by: User | None, now: datetime) -> None:
    """Delete a scheme with its tiers and all that they held."""
    with due_work():
        record_audit(action="tier_scheme.removed", actor=by, subject=scheme, details={"name": scheme.name}, now=now)
        scheme.delete()


def watch_changes(*, scheme_id: UUID, watches: Sequence[str]) -> None:
    """Say which changes of a contact may matter to the rules of a scheme."""
    TierScheme.objects.filter(pk=scheme_id).update(watches=list(watches))


def _held(scheme: TierScheme) -> TierScheme:
    # As it is now: a refresh writes it too.
    return TierScheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)


def _keep(tier: Tier, by: User | None, now: datetime) -> None:
    tier.full_clean()
    tier.save()
    _changed(_held(tier.scheme), now)
    record_audit(action="tier.saved", actor=by, subject=tier, details={"name": tier.name}, now=now)


def _changed(scheme: TierScheme, now: datetime) -> None:
    _refresh_soon(scheme, now)
    scheme.save(update_fields=["changed_at", "placed_to", "due_at"])


def _refresh_soon(scheme: TierScheme, now: datetime) -> None:
    """From the beginning, whatever was done of a refresh."""
    scheme.changed_at, scheme.placed_to = now, None
    scheme.due_at = now if scheme.active else None
    if scheme.active:
        note_due(now)


def _refuse_circle(scheme: TierScheme, rule: Condition) -> None:
    if any(leaf.fact.key.startswith("tiers") and _names(leaf, scheme) for leaf in asked(rule)):
        raise ValidationError({"condition": _("A tier can't ask about tiers of its own scheme.")})


def _names(leaf: Leaf, scheme: TierScheme) -> bool:
    own = {str(scheme.pk), *scheme.tiers.values_list("code", flat=True)}
    values = leaf.value if isinstance(leaf.value, list | tuple) else [leaf.value]
    return bool(own & {str(each) for each in (*values, *dict(leaf.args).values())}) or leaf.value is None


def _begin_with_preset(scheme: TierScheme) -> None:
    presets = PRESETS.get(scheme.kind, ())
    start = slugify(scheme.name)[:30] or f"tiers-{scheme.pk.hex[-6:]}"
    codes = [f"{start}-{preset.code}" for preset in presets]
    if Tier.objects.filter(code__in=codes).exists():
        codes = [f"{start}-{scheme.pk.hex[-6:]}-{preset.code}" for preset in presets]
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
        for position, (code, preset) in enumerate(zip(codes, presets, strict=True))
    )


def _code(scheme: TierScheme, name: str) -> str:
    start = f"{slugify(scheme.name)[:26] or 'tiers'}-{slugify(name)[:24] or 'tier'}"
    return f"{start}-{uuid7().hex[-6:]}" if Tier.objects.filter(code=start).exists() else start


def _ascending(measure: str, bounds: Sequence[str]) -> list[str]:
    try:
        numbers = [Decimal(bound) for bound in bounds]
    except InvalidOperation:
        numbers = []
    if len(numbers) != BOUNDS or not all(map(Decimal.is_finite, numbers)) or numbers != sorted(set(numbers)):
        raise ValidationError({measure: _("Give four numbers, each greater than the one before.")})
    return [str(number) for number in numbers]
