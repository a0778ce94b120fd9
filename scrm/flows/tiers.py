"""The story of tiers: brought up to date by each order, each change and every night; moves are told of as events."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import contacts.services
import events.services
from accounts.models import User
from audiences.watching import matters, watches_of
from commerce.models import Tier, TierScheme
from commerce.services_placing import (
    begin_refresh,
    hold_due_scheme,
    misplaced_among,
    next_misplaced,
    place_found,
    place_some,
    rules_of,
)
from commerce.services_tiers import move_tier, remove_tier, save_rule_tier, save_scheme, watch_changes
from commerce.tier_queries import Moved
from commerce.tier_selectors import rule_schemes
from events.inputs import Happening
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.engagement import take_in

CHANGED: Final = "tier_changed"
_OWN: Final = frozenset({f"event:{CHANGED}"})
_DECLARED: Final = {
    "code": CHANGED,
    "name": "Tier changed",
    "name_zh": "分层变化",
    "question": "Who becomes more valuable, and who fades?",
    "properties": {"scheme": "text", "before": "text", "after": "text"},
}


def scheme_saved(scheme: TierScheme | None, *, by: User | None, now: datetime, **said: Any) -> TierScheme:
    """A scheme was made or changed: its contacts follow soon, and from then on moves are events."""
    with due_work():
        events.services.ensure_event_types(declared=[_DECLARED])
        return save_scheme(scheme=scheme, by=by, now=now, **said)


def rule_tier_saved(
    scheme: TierScheme, tier: Tier | None, *, name: str, condition: object, by: User | None, now: datetime
) -> Tier:
    """A tier with a rule was added or changed. ConditionInvalid, ValidationError."""
    with due_work():
        saved = save_rule_tier(scheme=scheme, tier=tier, name=name, condition=condition, by=by, now=now)
        watch_changes(scheme_id=scheme.pk, watches=_watches(scheme))
        return saved


def tier_moved(tier: Tier, *, up: bool, by: User, now: datetime) -> None:
    move_tier(tier=tier, up=up, by=by, now=now)


def tier_removed(tier: Tier, *, by: User, now: datetime) -> None:
    with due_work():
        remove_tier(tier=tier, by=by, now=now)
        watch_changes(scheme_id=tier.scheme_id, watches=_watches(tier.scheme))


def tiers_due(budget: Budget) -> bool:
    """Go through everybody for the schemes that are due, some in each transaction; True when more is waiting."""
    while True:
        with due_work():
            now = clock.now()
            scheme = hold_due_scheme(now=now)
            if scheme is None:
                return False
            if scheme.placed_to is None:
                begin_refresh(scheme=scheme, watches=_watches(scheme), now=now)
            else:
                _go_on(scheme, now)
        if budget.spent:
            return True


def bought(contact_ids: Collection[UUID], *, now: datetime) -> None:
    """Locked contacts bought or gave back: they move at once. Inside `due_work`."""
    if contact_ids:
        for scheme, moved in place_some(contact_ids=contact_ids, now=now):
            _tell(scheme, moved, now)


def changed(contacts_changed: Mapping[UUID, set[str]], *, now: datetime) -> None:
    """Something changed for these contacts: those whom rules put elsewhere move. Inside `due_work`.

    Who stays is not held. That somebody moved is no such change: schemes that ask for tiers follow at night, so that
    no two can drive each other on.
    """
    for scheme in rule_schemes():
        asked = [pk for pk, what in contacts_changed.items() if matters(scheme.watches, what - _OWN)]
        found = misplaced_among(scheme=scheme, contact_ids=asked, now=now) if asked else []
        if found:
            present = _lock(found)
            for each, moved in place_some(contact_ids=present, scheme_ids=[scheme.pk], now=now):
                _tell(each, moved, now)


def _go_on(scheme: TierScheme, now: datetime) -> None:
    found = next_misplaced(scheme=scheme, now=now)
    present = _lock(found.contact_ids) if found.contact_ids else set()
    # What was bought while they were waited for is not of a time to come.
    now = clock.now()
    _tell(scheme, place_found(scheme=scheme, present=present, up_to=found.up_to, now=now), now)


def _watches(scheme: TierScheme) -> list[str]:
    return sorted({watch for rule in rules_of(list(scheme.tiers.all())) for watch in watches_of(rule)})


def _lock(contact_ids: Collection[UUID]) -> set[UUID]:
    return contacts.services.lock_contacts(contact_ids=contact_ids)


def _tell(scheme: TierScheme, moved: Sequence[Moved], now: datetime) -> None:
    if not moved:
        return
    names = {tier.pk: tier.code for tier in scheme.tiers.all()}
    happened = [
        Happening(
            each.contact_id,
            CHANGED,
            now,
            f"{CHANGED}:{each.id}",
            {"scheme": scheme.name, "before": _name(names, each.before_id), "after": _name(names, each.after_id)},
        )
        for each in moved
    ]
    take_in(happened, now=now, held={each.contact_id for each in happened})


def _name(names: dict[UUID, str], tier_id: UUID | None) -> str:
    return names.get(tier_id, "") if tier_id is not None else ""
