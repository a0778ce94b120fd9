"""What a person sees: one line per stage, one line per trouble."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something a person must mend; the text says what and how."""


def say(text: str = "") -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def stage_done(name: str, seconds: float, note: str = "") -> None:
    say(f"  {name:<22} {seconds:6.1f} s  {note}".rstrip())


@contextmanager
def stage(name: str, note: str = "") -> Iterator[None]:
    started = time.monotonic()
    yield
    stage_done(name, time.monotonic() - started, note)
