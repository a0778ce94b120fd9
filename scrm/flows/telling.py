"""What other systems are told of: each change with ids and words of ours, written down with the change itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from exchange.enums import HookEvent
from exchange.outbox import Change, publish
from leads.services import Handed
from lifecycle.transitions import Transition


def told(event: HookEvent, rows: Iterable[dict[str, Any]], *, now: datetime) -> None:
    """One change for each row. Inside `due_work`."""
    publish(Change(event, {name: _plain(value) for name, value in row.items()}, now) for row in rows)


def assigned(handed: Iterable[Handed], owner_id: UUID) -> list[dict[str, Any]]:
    return [{"lead_id": each.lead_id, "contact_id": each.contact_id, "owner_id": owner_id} for each in handed]


def tags_told(event: HookEvent, pairs: Iterable[tuple[UUID, UUID]], *, now: datetime) -> None:
    told(event, ({"contact_id": contact_id, "tag_id": tag_id} for contact_id, tag_id in pairs), now=now)


def stages_told(moved: Sequence[Transition], *, now: datetime) -> None:
    rows = (
        {
            "contact_id": each.contact_id,
            "stage_id": each.to.id,
            "kind": str(each.to.kind),
            "previous_stage_id": each.before.id if each.before else None,
        }
        for each in moved
    )
    told(HookEvent.STAGE_CHANGED, rows, now=now)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
