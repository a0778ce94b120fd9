"""The bell: a commit that makes work due now wakes the drainer, best effort.

The tick finds the same work within a second, so a bell that fails costs nothing else.
"""

from collections.abc import Callable

_ringer: Callable[[str], None] | None = None


def install(ringer: Callable[[str], None]) -> None:
    """What rings: called with a schema name after a commit. The worker door installs it."""
    global _ringer
    _ringer = ringer


def ring(schema_name: str) -> None:
    if _ringer is not None:
        _ringer(schema_name)
