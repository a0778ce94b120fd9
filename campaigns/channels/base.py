"""What a channel promises: it speaks outwards, and says exactly what it knows of the outcome."""

from collections.abc import Sequence
from typing import Protocol

from campaigns.enums import Closure
from campaigns.inputs import Message


class Delivered(str):
    """The provider took it; the text is the provider's reference, perhaps empty."""


class Refused(Exception):
    """The provider said no, so nothing was sent. `permanent` ones are never tried again."""

    def __init__(self, detail: str, *, permanent: bool) -> None:
        super().__init__(detail)
        self.permanent = permanent


class ChannelDown(Exception):
    """The provider can't be reached or takes no more, so nothing of this or the next message was sent.

    `retry_after`: the seconds that it asked to be left alone, where it said.
    """

    def __init__(self, closure: Closure, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(closure.value, detail)
        self.closure = closure
        self.detail = detail
        self.retry_after = retry_after


class OutcomeUnknown(Exception):
    """The call broke off after the message may have been taken."""


class OutwardChannel(Protocol):
    """A way out. One object serves one worker process; `open` and `close` frame a batch."""

    batch_size: int
    """batch_size x p99 of one call stays below the lease less the time-out."""
    timeout_seconds: float
    """The longest that one call takes."""

    def open(self) -> None:
        """Connect; ChannelDown when that fails."""

    def send(self, message: Message) -> Delivered:
        """Send one message. Raises Refused, ChannelDown or OutcomeUnknown."""

    def close(self) -> None: ...

    def look_up(self, touchpoint_ids: Sequence[int]) -> dict[int, str | None] | None:
        """What the provider has of these: a reference, or None for one it never got.

        None altogether: this provider cannot tell.
        """
