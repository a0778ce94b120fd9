"""What happened, on its way in, and whether it was new."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

DEDUPE_KEY_MAX = 120


@dataclass(frozen=True, slots=True)
class Happening:
    """One event. The same `dedupe_key` is the same event, however often it is told."""

    contact_id: UUID
    type: str
    occurred_at: datetime
    dedupe_key: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HappeningOutcome:
    """True when the event is new and stored; `problem` says why one was refused."""

    new: bool
    problem: str = ""

    def __bool__(self) -> bool:
        return self.new
