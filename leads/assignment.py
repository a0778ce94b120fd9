"""Decides who is in charge of new leads: asked for, already in charge, else the round robin. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Wish:
    """One new lead of a contact: `asked` was named by whoever brought it, `held` is the contact's owner."""

    contact_id: UUID
    asked: UUID | None = None
    held: UUID | None = None


def assign_owners(wishes: Sequence[Wish], turns: Sequence[UUID]) -> tuple[list[UUID | None], dict[UUID, int]]:
    """The owner of each new lead, and the place of the last lead that each round-robin user got.

    `turns` are the users of the round robin, the longest waiting first. Leads of one contact stay together.
    """
    owners: list[UUID | None] = []
    handed: dict[UUID, UUID] = {}
    last: dict[UUID, int] = {}
    given = 0
    for place, wish in enumerate(wishes):
        owner = wish.asked or wish.held or handed.get(wish.contact_id)
        if owner is None and turns:
            owner = turns[given % len(turns)]
            given += 1
            last[owner] = place
        if owner is not None:
            handed.setdefault(wish.contact_id, owner)
        owners.append(owner)
    return owners, last


def turn_times(last: dict[UUID, int], now: datetime) -> dict[UUID, datetime]:
    """When each had their turn: within one batch a microsecond apart, so that the order goes on."""
    return {user_id: now + timedelta(microseconds=place) for user_id, place in last.items()}
