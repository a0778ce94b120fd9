"""The provider double seen from a test: start it, tell it how to fail, read what it took."""

import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

from scrm.embedded.console import pause
from scrm.embedded.paths import ROOT

HOST = "127.0.0.1"
CHANNEL = "tests.doubles.http_channel.HttpChannel"
SETTING = "SCRM_TEST_PROVIDER"


class Taken(NamedTuple):
    """One line of the provider's own ledger."""

    key: str
    to: str
    subject: str


class ProviderProcess:
    """A provider on loopback. `keyed` and `blind` name the schemas whose keys it honours and who can't ask it.

    The others can look up what it took; `timeout` is how long our side waits for it, `retry_after` how
    long it wants to be left alone when its quota is spent.
    """

    def __init__(
        self,
        ledger: Path,
        *,
        shares: dict[str, float] | None = None,
        keyed: Iterable[str] = (),
        blind: Iterable[str] = (),
        timeout: float = 0.5,
        retry_after: int = 30,
        seed: int = 0,
    ) -> None:
        self.ledger = ledger
        self.keyed, self.blind = sorted(keyed), sorted(blind)
        self.timeout = timeout
        settings = {"shares": shares or {}, "keyed": self.keyed, "slow_seconds": 1.5 * timeout, "seed": seed}
        self._arguments = [str(ledger), json.dumps(settings | {"retry_after": retry_after})]

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.doubles.provider_server", *self._arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def environment(self) -> dict[str, str]:
        """What makes our processes send by this provider."""
        told = {"port": self.port, "keyed": self.keyed, "blind": self.blind, "timeout": self.timeout}
        return {"SCRM_CHANNEL_EMAIL": CHANNEL, SETTING: json.dumps(told)}

    def fail(self, **shares: float) -> int:
        """From now on these shares of the calls go wrong; gives how many calls there were so far."""
        return self._put(shares)["asked"]

    def recover(self) -> None:
        """Everything goes well from now on, and the slow calls of before are over."""
        while len(set(self._put({}).values())) > 1:
            pause(0.02)

    def _put(self, shares: dict[str, float]) -> dict[str, int]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request("PUT", "/shares", body=json.dumps(shares).encode())
            answer: dict[str, int] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    def taken(self) -> list[Taken]:
        return read_ledger(self.ledger)


def read_ledger(ledger: Path) -> list[Taken]:
    """What the provider took, in order, as often as it took it."""
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    return [Taken(*line.split("\t")) for line in lines]


def lost_and_twice(wanted: set[tuple[str, str]], taken: Iterable[Taken]) -> tuple[int, int]:
    """Of the wanted (address, subject): how many the provider never took, and how many more than once."""
    count = Counter((message.to, message.subject) for message in taken)
    return len(wanted - count.keys()), sum(1 for times in count.values() if times > 1)
