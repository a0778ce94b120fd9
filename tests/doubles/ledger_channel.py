"""A provider double: it keeps its own append-only ledger, in a file that our tables never touch."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from campaigns.channels.base import Delivered
from campaigns.inputs import Message


class LedgerChannel:
    """Takes everything and, asked later, knows what it took."""

    batch_size = 20
    timeout_seconds = 0.5

    def __init__(self) -> None:
        self._path = Path(os.environ["SCRM_TEST_LEDGER"])

    def open(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to hang up."""

    def send(self, message: Message) -> Delivered:
        line = json.dumps({"touchpoint": message.touchpoint_id, "to": message.to}) + "\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        return Delivered(f"double-{message.touchpoint_id}")

    def look_up(self, touchpoint_ids: Sequence[int]) -> dict[int, str | None]:
        taken = set(taken_touchpoints(self._path))
        return {pk: f"double-{pk}" if pk in taken else None for pk in touchpoint_ids}


def taken_touchpoints(path: Path) -> list[int]:
    """What the provider took, in order, as often as it took it."""
    if not path.exists():
        return []
    return [json.loads(line)["touchpoint"] for line in path.read_text().splitlines()]
