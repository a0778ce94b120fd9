"""How long one drain may work before it lets the next tenant in."""

from scrm.core import clock


class Budget:
    """Seconds of work, counted from its making."""

    def __init__(self, seconds: float) -> None:
        self._ends = clock.boot_seconds() + seconds

    @property
    def spent(self) -> bool:
        return clock.boot_seconds() >= self._ends
