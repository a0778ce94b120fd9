"""Work beside the stages that it does not hold up, and that Ctrl-C need not wait for."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Meanwhile(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self.seconds = 0.0
        self._work = work
        self._results: list[T] = []
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> T:
        """Wait for it; what went wrong there goes wrong here."""
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        return self._results[0]

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self._results.append(self._work())
        except BaseException as fault:
            self._fault = fault
        self.seconds = time.monotonic() - began
