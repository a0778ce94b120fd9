"""How long one drain may work before it lets the next tenant in."""

from scrm.core import clock


class Budget:
    """Seconds of work, counted from its making."""

    def __init__(self, seconds: float) -> None:
        self._ends = clock.boot_seconds() + seconds

    @property
    def spent(self) -> bool:
        return clock.boot_seconds() >= self._ends

    def share(self, parts: int) -> "Budget":
        """One of so many equal parts of what is left, from now."""
        return Budget(max(0.0, self._ends - clock.boot_seconds()) / parts)
