"""Makes identifiers: time-ordered UUIDs for rows, short random codes for links and people."""

import os
import secrets
import threading
import time
import uuid
from array import array

# Crockford's base 32 in lower case: no i, l, o or u, so a code survives being read aloud.
CODE_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

_TAIL_BITS = 74
_MILLISECONDS = (1 << 48) - 1
_LOW = (1 << 62) - 1
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_UNKNOWN = uuid.SafeUUID.unknown
_number, _safety = vars(uuid.UUID)["int"].__set__, vars(uuid.UUID)["is_safe"].__set__


class _Sequence:
    """The last identifier given out, as milliseconds and the 74 bits that follow them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._milliseconds = 0
        self._tail = 0

    def next(self, count: int) -> list[tuple[int, int]]:
        # One draw for all: each costs as much as all the rest of an identifier.
        steps = array("I", secrets.token_bytes(4 * count))
        with self._lock:
            milliseconds = time.time_ns() // 1_000_000
            if milliseconds > self._milliseconds:
                self._start(milliseconds)
            given = []
            for step in steps:
                # Same millisecond, or the clock went back: a random step keeps the order
                # and stays hard to guess (RFC 9562, section 6.2, method 2).
                self._tail += 1 + step
                if self._tail >> _TAIL_BITS:
                    self._start(self._milliseconds + 1)
                given.append((self._milliseconds, self._tail))
            return given

    def _start(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        # The top bit starts at zero, so that one millisecond has room for 2**41 steps.
        self._tail = secrets.randbits(_TAIL_BITS - 1)


_sequence = _Sequence()


def _forget_sequence() -> None:
    # A forked worker must neither repeat its parent's steps nor inherit a lock held elsewhere.
    global _sequence
    _sequence = _Sequence()


os.register_at_fork(after_in_child=_forget_sequence)


def uuid7() -> uuid.UUID:
    """A version 7 UUID, greater than every one made before it in this process."""
    return uuid7s(1)[0]


def uuid7s(count: int) -> list[uuid.UUID]:
    """Several at once, each greater than the one before."""
    # UUID itself first asks in which of six ways it was given its number, which takes twice as long as all else here.
    made = [object.__new__(uuid.UUID) for _ in range(count)]
    for each, (milliseconds, tail) in zip(made, _sequence.next(count), strict=True):
        _number(each, (milliseconds & _MILLISECONDS) << 80 | tail >> 62 << 64 | tail & _LOW | _VERSION_AND_VARIANT)
        _safety(each, _UNKNOWN)
    return made


def short_code(bits: int = 80) -> str:
    """Random text of at least so many bits, five to a character."""
    if bits < 1:
        raise ValueError("A code needs at least one bit.")
    length = -(-bits // 5)
    number = secrets.randbits(length * 5)
    return "".join(CODE_ALPHABET[number >> shift & 31] for shift in range(0, length * 5, 5))
