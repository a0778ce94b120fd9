"""Decides whether a claimed touch may be made now, and if not, why. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.enums import Channel, LatePolicy, Reason

_STOPS = {
    Channel.EMAIL: frozenset({"email", "all"}),
    Channel.REP_TASK: frozenset({"all"}),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts at the moment of a touch: the channels that the contact closed, their consent, and who to reach."""

    do_not_contact: frozenset[str]
    has_address: bool
    has_owner: bool
    agreed: bool = True


def refuse(channel: str, standing: Standing) -> Reason | None:
    """The reason to skip the touch, or None to make it."""
    if standing.do_not_contact & _STOPS[Channel(channel)]:
        return Reason.DO_NOT_CONTACT
    if not standing.agreed:
        return Reason.NO_CONSENT
    if channel == Channel.EMAIL and not standing.has_address:
        return Reason.NO_ADDRESS
    if channel == Channel.REP_TASK and not standing.has_owner:
        return Reason.NO_OWNER
    return None


_BACK_OFF_SECONDS = (60, 300, 900, 3600, 4 * 3600)


def back_off_seconds(attempt: int) -> int | None:
    """How long to wait after the given attempt was refused for now; None: give up."""
    return _BACK_OFF_SECONDS[attempt - 1] if attempt <= len(_BACK_OFF_SECONDS) else None


FAILURES_UNTIL_SHUT = 5
"""So many calls in a row whose outcome is unknown shut a channel; one that did not get through does so at once."""

_DOWN_SECONDS, _QUOTA_SECONDS = (2, 60), (60, 3600)
"""How long a channel is shut at first, and at most."""


def shut_seconds(*, failures: int, is_quota: bool, asked: float | None) -> float:
    """Until the next probe: twice as long after each that failed, or as long as the provider asked for."""
    first, most = _QUOTA_SECONDS if is_quota else _DOWN_SECONDS
    if asked is not None:
        return float(min(max(asked, 1), most))
    return float(min(first * 2 ** min(failures - FAILURES_UNTIL_SHUT, 10), most))


@dataclass(frozen=True, slots=True)
class Lateness:
    """What an SOP wants done with touches that come `after` their time or later."""

    policy: LatePolicy
    after: timedelta
    per_minute: int
    past_before: datetime | None = None

    def judge(self, due_at: datetime, now: datetime) -> Reason | None:
        """LATE and PAST leave the touch out, SHIFTED puts it off, None lets it go."""
        if self.past_before is not None and due_at < self.past_before:
            return Reason.PAST
        if self.policy == LatePolicy.SEND or due_at > now - self.after:
            return None
        return Reason.LATE if self.policy == LatePolicy.SKIP else Reason.SHIFTED

    def turn(self, batch_size: int) -> tuple[int, timedelta]:
        """How many late touches one turn lets out, and how long until the next turn.

        A turn a second, as the tick; never more than half a batch, which leaves room for what is on time.
        """
        size = max(1, min(self.per_minute // 60, batch_size // 2))
        return size, timedelta(minutes=1) * size / self.per_minute
