"""Bytes on their way: counted and hashed as they pass."""

import hashlib
from typing import IO

from tenants.portable.manifest import Content


class Tally:
    """Passes on what is written to it, and knows how much it was and its SHA-256."""

    def __init__(self, target: IO[bytes] | None = None) -> None:
        self._target = target
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += len(data)
        if self._target is not None:
            self._target.write(data)
        return len(data)

    def content(self, count: int | None = None) -> Content:
        return Content(count=self.size if count is None else count, sha256=self._hash.hexdigest())
