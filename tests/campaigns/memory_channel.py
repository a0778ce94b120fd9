"""A provider in memory: what it took, in order, and what it says when asked."""

from collections.abc import Callable, Sequence

from campaigns.channels.base import Delivered
from campaigns.inputs import Message


class MemoryChannel:
    """Takes everything; a test may put something before each call, and answer for it."""

    batch_size = 20
    timeout_seconds = 1.0
    taken: list[int] = []
    before_send: Callable[[Message], None]
    answer: Callable[[Sequence[int]], dict[int, str | None] | None]

    def open(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to hang up."""

    def send(self, message: Message) -> Delivered:
        type(self).before_send(message)
        self.taken.append(message.touchpoint_id)
        return Delivered(f"ref-{message.touchpoint_id}")

    def look_up(self, touchpoint_ids: Sequence[int]) -> dict[int, str | None] | None:
        return type(self).answer(touchpoint_ids)
