"""Asks something that may hang, and waits only so long for the answer."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import connections

Answer = TypeVar("Answer")


class Bounded(Generic[Answer]):
    """A question that is asked once at a time; who asks meanwhile gets the same answer.

    What hangs is left to hang in a thread of its own, so that a dead database can't take all of a server's threads.
    """

    def __init__(self, ask: Callable[[], Answer], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: Future[Answer] | None = None

    def answer(self) -> Answer:
        """TimeoutError when there is none in time; else what asking gave or raised."""
        return self.begin().result(self._seconds)

    def begin(self) -> "Future[Answer]":
        """Without waiting for it."""
        with self._lock:
            asked = self._asked
            if asked is None:
                asked = self._asked = Future()
                threading.Thread(target=self._run, args=(asked,), daemon=True).start()
        return asked

    def _run(self, asked: "Future[Answer]") -> None:
        try:
            answer = self._ask()
        except BaseException as error:
            self._over()
            asked.set_exception(error)
        else:
            self._over()
            asked.set_result(answer)

    def _over(self) -> None:
        connections.close_all()
        with self._lock:
            self._asked = None
