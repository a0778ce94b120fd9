"""The story of tiers: brought up to date by each order and every night; whoever moves is told of as an event."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import contacts.services
import events.services
from accounts.models import User
from commerce.models import TierScheme
from commerce.services_tiers import hold_due_scheme, place_some, refresh_scheme, save_scheme
from commerce.tier_queries import Moved
from events.inputs import Happening
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.engagement import take_in

CHANGED: Final = "tier_changed"
_DECLARED: Final = {
    "code": CHANGED,
    "name": "Tier changed",
    "name_zh": "分层变化",
    "question": "Who becomes more valuable, and who fades?",
    "properties": {"scheme": "text", "before": "text", "after": "text"},
}
_AT_ONCE: Final = 2_000


def scheme_saved(scheme: TierScheme | None, *, by: User | None, now: datetime, **said: Any) -> TierScheme:
    """A scheme was made or changed: its customers follow soon, and from then on moves are events."""
    with due_work():
        events.services.ensure_event_types(declared=[_DECLARED])
        return save_scheme(scheme=scheme, by=by, now=now, **said)


def tiers_due(budget: Budget) -> bool:
    """Refresh the schemes that are due, each in a transaction; True when more is waiting."""
    while True:
        with due_work():
            now = clock.now()
            scheme = hold_due_scheme(now=now)
            if scheme is None:
                return False
            moved = refresh_scheme(scheme=scheme, now=now)
            contacts.services.lock_contacts(contact_ids={each.contact_id for each in moved})
            _tell(scheme, moved, now)
        if budget.spent:
            return True


def bought(contact_ids: Collection[UUID], *, now: datetime) -> None:
    """Locked contacts bought or gave back: they move at once. Inside `due_work`."""
    if contact_ids:
        for scheme, moved in place_some(contact_ids=contact_ids, now=now):
            _tell(scheme, moved, now)


def _tell(scheme: TierScheme, moved: Sequence[Moved], now: datetime) -> None:
    names = {tier.pk: tier.code for tier in scheme.tiers.all()} if moved else {}
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
    for start in range(0, len(happened), _AT_ONCE):
        take_in(happened[start : start + _AT_ONCE], now=now, held={each.contact_id for each in happened})


def _name(names: dict[UUID, str], tier_id: UUID | None) -> str:
    return names.get(tier_id, "") if tier_id is not None else ""
