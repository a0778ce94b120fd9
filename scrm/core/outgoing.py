"""Calls to addresses that people of a business typed: only to the internet, and never further than was checked.

The name is resolved once, every address that it gives is checked, and the socket goes to one of exactly those: a
name that leads elsewhere a moment later leads nowhere. No redirect is followed, and time and size have an end.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from scrm.core import clock
from scrm.core.outgoing_rules import ForbiddenAddress, Target, is_outside, read_url

TIMEOUT_SECONDS: Final = 5.0
LONGEST_ANSWER: Final = 16 * 1024

Resolve = Callable[[str, int], Sequence[str]]


class Unreachable(OSError):
    """Nobody answered, or not in time; the message is one word for the log, without what was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    milliseconds: int


def check_url(url: str) -> Target:
    """The address, if its spelling may be called at all; ForbiddenAddress else."""
    return read_url(url, ports=settings.SCRM_OUTGOING_PORTS, loopback=settings.SCRM_OUTGOING_LOOPBACK)


def post(url: str, *, body: bytes, headers: Mapping[str, str], resolve: Resolve | None = None) -> Answer:
    """Post a body; ForbiddenAddress when it may not be called, Unreachable when nobody answers."""
    target = check_url(url)
    began = clock.boot_seconds()
    addresses = _in_time(resolve or _resolved, target)
    # One bad address among good ones is a trap and not a mistake.
    if not addresses or not all(is_outside(each, loopback=settings.SCRM_OUTGOING_LOOPBACK) for each in addresses):
        raise ForbiddenAddress("place")
    # Name, line and answer share one time.
    left = max(0.01, TIMEOUT_SECONDS - (clock.boot_seconds() - began))
    line = _Line(target, addresses[0], left)
    watch = threading.Timer(left, line.cut)
    watch.daemon = True
    watch.start()
    try:
        line.request("POST", target.path, body=body, headers={**headers, "Host": target.host_header})
        given = line.getresponse()
        text = given.read(LONGEST_ANSWER)
        return Answer(given.status, text, int((clock.boot_seconds() - began) * 1000))
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable("timeout" if line.is_cut or isinstance(error, TimeoutError) else _word(error)) from error
    finally:
        watch.cancel()
        line.close()


class _Line(http.client.HTTPConnection):
    """One connection to an address that was checked; the certificate and the Host are the name's."""

    def __init__(self, target: Target, address: str, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target
        self._address = address
        self.is_cut = False

    def connect(self) -> None:
        made: Any = socket.create_connection((self._address, self._target.port), timeout=self.timeout)
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            made = context.wrap_socket(made, server_hostname=self._target.host, do_handshake_on_connect=False)
        self.sock = made
        if self.is_cut:
            raise TimeoutError
        if isinstance(made, ssl.SSLSocket):
            made.do_handshake()

    def cut(self) -> None:
        """The time for all of it is over: who sends a byte now and then keeps nobody."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _in_time(resolve: Resolve, target: Target) -> Sequence[str]:
    """The addresses of a name. Nothing stops the C library while it asks, so that it is left behind when it is slow."""
    answer: Future[Sequence[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(resolve(target.host, target.port))
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        return answer.result(TIMEOUT_SECONDS)
    except TimeoutError as error:
        raise Unreachable("timeout") from error


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("name") from error
    return list(dict.fromkeys(str(place[4][0]) for place in found))


def _word(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "certificate" if isinstance(error, ssl.SSLCertVerificationError) else "tls"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "broken"
