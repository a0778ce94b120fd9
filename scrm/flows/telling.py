"""What other systems are told of: each change with ids and words of ours, written down with the change itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.passing import Passed
from exchange.enums import HookEvent
from exchange.outbox import publish_each
from lifecycle.transitions import Transition


def told(event: HookEvent, rows: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """One change for each row. Inside `due_work`."""
    publish_each(event, rows, plain, now)


def assigned(handed: Iterable[Passed]) -> list[dict[str, Any]]:
    return [{"lead_id": each.id, "contact_id": each.contact_id, "owner_id": each.after} for each in handed]


def tags_told(event: HookEvent, pairs: Sequence[tuple[UUID, UUID]], *, now: datetime) -> None:
    publish_each(event, pairs, _tagged, now)


def stages_told(moved: Sequence[Transition], *, now: datetime) -> None:
    publish_each(HookEvent.STAGE_CHANGED, moved, _moved, now)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """The row as JSON takes it."""
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}


def _tagged(pair: tuple[UUID, UUID]) -> dict[str, Any]:
    contact_id, tag_id = pair
    return plain({"contact_id": contact_id, "tag_id": tag_id})


def _moved(move: Transition) -> dict[str, Any]:
    return plain(
        {
            "contact_id": move.contact_id,
            "stage_id": move.to.id,
            "kind": str(move.to.kind),
            "previous_stage_id": move.before.id if move.before else None,
        }
    )
