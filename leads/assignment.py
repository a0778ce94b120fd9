"""Decides who is in charge of new leads: asked for, already in charge, suggested, else the round robin. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from leads.enums import AssignedBy


@dataclass(frozen=True, slots=True)
class Wish:
    """One new lead of a contact: `asked` was named by whoever brought it, `held` is the contact's owner.

    Where there is neither, it is for whom its way in suggests, else for somebody of the department.
    """

    contact_id: UUID
    asked: UUID | None = None
    held: UUID | None = None
    suggested: UUID | None = None
    department_id: UUID | None = None

    @property
    def is_unclaimed(self) -> bool:
        return self.asked is None and self.held is None and self.suggested is None


def assign_owners(
    wishes: Sequence[Wish], turns: Sequence[UUID], teams: Mapping[UUID, Collection[UUID]] | None = None
) -> tuple[list[tuple[UUID | None, AssignedBy]], dict[UUID, int]]:
    """The owner of each new lead and why, and the place of the last lead that each round-robin user got.

    `turns` are the users of the round robin, the longest waiting first; `teams` those of each
    department. Where none of a team takes leads, the others do. Leads of one contact stay together.
    """
    owners: list[tuple[UUID | None, AssignedBy]] = []
    handed: dict[UUID, UUID] = {}
    last: dict[UUID, int] = {}
    waiting = list(turns)
    for place, wish in enumerate(wishes):
        owner, why = _claim_of(wish, handed)
        if owner is None and waiting:
            team = (teams or {}).get(wish.department_id, ()) if wish.department_id else ()
            owner = next((user_id for user_id in waiting if user_id in team), waiting[0])
            why = AssignedBy.TEAM if owner in team else AssignedBy.TURN
            waiting.remove(owner)
            waiting.append(owner)
            last[owner] = place
        if owner is not None:
            handed.setdefault(wish.contact_id, owner)
        owners.append((owner, why))
    return owners, last


def _claim_of(wish: Wish, handed: Mapping[UUID, UUID]) -> tuple[UUID | None, AssignedBy]:
    """Whose the lead is without anybody's turn."""
    if wish.asked:
        return wish.asked, AssignedBy.NAMED
    held = wish.held or handed.get(wish.contact_id)
    if held:
        return held, AssignedBy.KEPT
    return wish.suggested, AssignedBy.WAY if wish.suggested else AssignedBy.NOBODY


def turn_times(last: dict[UUID, int], now: datetime) -> dict[UUID, datetime]:
    """When each had their turn: within one batch a microsecond apart, so that the order goes on."""
    return {user_id: now + timedelta(microseconds=place) for user_id, place in last.items()}
