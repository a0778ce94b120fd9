"""What the provider took, read as it grows, and what our own tables say is left."""

from contextlib import suppress
from pathlib import Path

from tests.doubles.provider import Taken


class ProviderLedger:
    """The provider's file, read on from where it was read to."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self.taken: list[Taken] = []
        self.keys: set[str] = set()

    def look(self) -> int:
        """How many different messages it has by now."""
        with suppress(FileNotFoundError), self._file.open("rb") as file:
            file.seek(self._read)
            fresh = file.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.decode().splitlines():
                message = Taken(*line.split("\t"))
                self.taken.append(message)
                self.keys.add(message.key)
        return len(self.keys)
