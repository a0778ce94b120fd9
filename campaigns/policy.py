"""Decides whether a claimed touch may be made now, and if not, why. Pure."""

from dataclasses import dataclass

from campaigns.enums import Channel, Reason

_STOPS = {
    Channel.EMAIL: frozenset({"email", "all"}),
    Channel.REP_TASK: frozenset({"all"}),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts at the moment of a touch: the channels that the contact closed, and who to reach."""

    do_not_contact: frozenset[str]
    has_address: bool
    has_owner: bool


def refuse(channel: str, standing: Standing) -> Reason | None:
    """The reason to skip the touch, or None to make it."""
    if standing.do_not_contact & _STOPS[Channel(channel)]:
        return Reason.DO_NOT_CONTACT
    if channel == Channel.EMAIL and not standing.has_address:
        return Reason.NO_ADDRESS
    if channel == Channel.REP_TASK and not standing.has_owner:
        return Reason.NO_OWNER
    return None


_BACK_OFF_SECONDS = (60, 300, 900, 3600, 4 * 3600)


def back_off_seconds(attempt: int) -> int | None:
    """How long to wait after the given attempt was refused for now; None: give up."""
    return _BACK_OFF_SECONDS[attempt - 1] if attempt <= len(_BACK_OFF_SECONDS) else None
