"""What callers hand to the engine."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Start:
    """One contact that a trigger starts. `zone` is an IANA name; `anchor_at` is T."""

    contact_id: UUID
    anchor_at: datetime
    zone: str
    lead_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel carries out of the house for one touchpoint."""

    touchpoint_id: int
    to: str
    subject: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
