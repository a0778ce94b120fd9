"""Seconds until touches go out at 90 % of their pace again, after a kill -9 of worker, PostgreSQL or Redis.

    bin/bench recovery [ROUNDS]

Runs the ground of bin/chaos with a provider that behaves. The pace before a kill is that of the ten
seconds before it; it is back when one second after the kill reaches 90 % of it. The longest silence after
it says whether all stood still. A worker that did, beside another that went on, leaves cores idle; one that waits for a
core does not.
"""

import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from benchmarks.load import Load
from chaos.crew import Crew
from chaos.ground import Ground, Portion
from chaos.ledgers import ProviderLedger
from chaos.plan import Fault
from scrm.embedded.console import Trouble, pause, say

KILLS = (Fault.CHILD, Fault.PARENT, Fault.POSTMASTER, Fault.REDIS)
BEFORE, AFTER, PATIENCE = 10.0, 1.0, 60.0
SHARE, LIMIT = 0.9, 10.0
_STEP = 0.1
_BACKLOG = 3_000
_PER_KILL = 15_000
"""Touches for each kill: its ten seconds, and patience at a quarter of the pace."""


class Recovery(NamedTuple):
    """Touches a second before, seconds until they were back and without any at most, cores of others, idle cores."""

    before: float
    seconds: float
    silence: float
    others_before: float
    others_after: float
    idle_after: float


class Stream:
    """Work that never runs dry, or it says so; and how much of it went out by when."""

    def __init__(self, ground: Ground, portions: list[Portion], enrol: Callable[[Portion], None]) -> None:
        self._ledger = ProviderLedger(ground.provider.ledger)
        self._portions, self._enrol = portions, enrol
        self._wanted = 0
        self._seen: list[tuple[float, int]] = [(time.monotonic(), 0)]

    def flow(self, seconds: float) -> None:
        """Let so much time pass, with enough to do."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if self._wanted - self._look() < _BACKLOG:
                if not self._portions:
                    raise Trouble("All the work is done, so no pace can come back: ask for fewer rounds.")
                portion = self._portions.pop()
                self._enrol(portion)
                self._wanted += len(portion.wanted())
            pause(_STEP)

    def pace(self, seconds: float) -> float:
        """Touches a second within the last so many seconds."""
        now = self._look_now()
        then = next((seen for seen in reversed(self._seen) if seen[0] <= now[0] - seconds), self._seen[0])
        return (now[1] - then[1]) / max(now[0] - then[0], _STEP)

    def silence(self, since: float) -> float:
        """The longest time from then on in which nothing went out."""
        began, longest = since, 0.0
        for (_at, before), (at, count) in pairwise(seen for seen in self._seen if seen[0] >= since):
            longest = max(longest, at - began)
            if count > before:
                began = at
        return longest

    def _look(self) -> int:
        return self._look_now()[1]

    def _look_now(self) -> tuple[float, int]:
        self._seen.append((time.monotonic(), self._ledger.look()))
        return self._seen[-1]


def recover(stream: Stream, crew: Crew, fault: Fault) -> Recovery:
    quiet = Load.now()
    stream.flow(BEFORE)
    before = stream.pace(BEFORE)
    struck_at, struck = time.monotonic(), Load.now()
    crew.ask(fault)
    stream.flow(AFTER)
    while stream.pace(AFTER) < SHARE * before and time.monotonic() - struck_at < PATIENCE:
        stream.flow(_STEP)
    now = Load.now()
    return Recovery(
        before,
        time.monotonic() - struck_at,
        stream.silence(struck_at),
        quiet.cores_of_others(struck),
        struck.cores_of_others(now),
        struck.idle_cores(now),
    )


def main(rounds: int) -> int:
    worst = 0.0
    with Ground(rounds * len(KILLS) * _PER_KILL, seed=1, shares={}) as ground:
        from chaos.people import People

        people = People()
        stream = Stream(ground, ground.portions(), people.enrol)
        with Crew(ground, [], lambda: 0, workers=2, beats=1) as crew:
            while not stream.pace(AFTER):
                stream.flow(AFTER)
            for fault in KILLS:
                results = [recover(stream, crew, fault) for _ in range(rounds)]
                seconds = [found.seconds for found in results]
                worst = max(worst, statistics.median(seconds))
                pace = statistics.median(found.before for found in results)
                say(
                    f"{fault:<22} {pace:6.1f} touches/s before; back at {SHARE:.0%} after "
                    f"{statistics.median(seconds):4.1f} s (median of {rounds}, worst {max(seconds):4.1f} s)"
                )
                for found in results:
                    say(
                        f"    {found.before:6.1f}/s, {found.seconds:4.1f} s, silent {found.silence:4.1f} s at most; "
                        f"others took {found.others_before:.1f} cores before, {found.others_after:.1f} after, "
                        f"when {found.idle_after:.1f} were idle"
                    )
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
