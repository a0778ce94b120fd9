"""One run: keep work coming while the crew strikes, wait until all is done, and compare the two ledgers."""

import time
from collections import Counter
from dataclasses import dataclass, field

from chaos import plan
from chaos.crew import Crew
from chaos.ground import Ground, Portion
from chaos.ledgers import ProviderLedger
from chaos.plan import Fault
from scrm.embedded.console import Trouble, pause, say
from tests.doubles.provider import lost_and_twice

_BACKLOG = 1_500
_SETTLE_EVERY = 2.0
_REPORT_EVERY = 5.0
_STUCK_AFTER = 180.0


@dataclass
class Result:
    """What came of a run; times in seconds."""

    wanted: int = 0
    lost: int = 0
    twice: int = 0
    unknown: int = 0
    settled_by_a_person: int = 0
    seconds: float = 0.0
    faults: Counter[Fault] = field(default_factory=Counter)
    states: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.twice or self.unknown) and self.states.get("sent") == self.wanted


def run(touchpoints: int, *, seconds: float | None, seed: int) -> Result:
    """Send so many, or as many as come to be put in within `seconds`."""
    with Ground(touchpoints, seed, shares=plan.provider_shares(touchpoints)) as ground:
        return Run(ground, seconds).go()


class Run:
    def __init__(self, ground: Ground, seconds: float | None) -> None:
        self.ground, self.seconds = ground, seconds
        self.ledger = ProviderLedger(ground.provider.ledger)
        self.wanted: set[tuple[str, str]] = set()
        self._settled_at = self._reported_at = self._moved_at = self._began = time.monotonic()
        self._moved_to = 0

    def go(self) -> Result:
        # Not before the ground is entered: it reads the settings.
        from chaos.people import People

        self.people = People()
        portions = self.ground.portions()
        large = self.ground.touchpoints >= 20_000
        strikes = plan.strikes(self.ground.touchpoints, self.ground.seed)
        size = {"workers": 3, "beats": 5} if large else {"workers": 2, "beats": 2}
        with Crew(self.ground, strikes, lambda: len(self.ledger.keys), **size) as crew:
            self.crew = crew
            self._began = time.monotonic()
            self._bring(portions)
            while self.ledger.look() < len(self.wanted) or self.people.unfinished():
                self._meanwhile()
            seconds = time.monotonic() - self._began
            states = self.people.states()
        lost, twice = lost_and_twice(self.wanted, self.ledger.taken)
        return Result(
            wanted=len(self.wanted),
            lost=lost,
            twice=twice,
            unknown=states["unknown"],
            settled_by_a_person=self.people.settled,
            seconds=seconds,
            faults=crew.done,
            states={state: count for state, count in states.items() if count},
        )

    def _bring(self, portions: list[Portion]) -> None:
        """Put people in as fast as their touches go out, so that work arrives while faults do."""
        for portion in portions:
            while len(self.wanted) - self.ledger.look() > _BACKLOG:
                self._meanwhile()
            if self.seconds is not None and time.monotonic() - self._began > self.seconds:
                break
            self.people.enrol(portion)
            self.wanted |= portion.wanted()
            self._meanwhile(0)

    def _meanwhile(self, seconds: float = 0.1) -> None:
        pause(seconds)
        now = time.monotonic()
        if self.crew.error is not None:
            raise self.crew.error
        if len(self.ledger.keys) > self._moved_to:
            self._moved_to, self._moved_at = len(self.ledger.keys), now
        elif now - self._moved_at > _STUCK_AFTER:
            raise Trouble(
                f"Nothing went out for {_STUCK_AFTER:.0f} s: {self.people.states()}; see {self.ground.folder}."
            )
        if now - self._settled_at > _SETTLE_EVERY:
            self._settled_at = now
            self.people.settle("initech", self.ledger.keys)
        if now - self._reported_at > _REPORT_EVERY:
            self._reported_at = now
            done, elapsed = len(self.ledger.keys), now - self._began
            kills = sum(self.crew.done.values())
            say(
                f"  {elapsed:6.0f} s  {done:7} of {self.ground.touchpoints} taken, "
                f"{kills} faults, {done / elapsed:.0f}/s"
            )
