"""Which figures are a problem. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from operations.enums import Kind

LAG_SECONDS = 60.0
SILENT_SECONDS = 30.0
FREE_SHARE = 0.15
CLOCK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class State:
    """An installation at one moment; None is what could not be found out."""

    lag_seconds: float = 0.0
    silent_seconds: float | None = 0.0
    """Since a worker last did a tick; None when none ever did."""
    queue_length: int | None = 0
    """Messages that wait in Redis; None when it does not answer."""
    clock_difference: float = 0.0
    pending: int = 0
    """Schemas that lack migrations."""
    free: Mapping[str, float] = field(default_factory=dict)
    """The free share of the disk under each folder."""
    unknown: int = 0
    channels_shut: int = 0
    failed_jobs: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    kind: Kind
    figure: str


def problems_in(state: State) -> list[Problem]:
    return [Problem(kind, figure) for kind, figure in _found(state)]


def _found(state: State) -> Iterator[tuple[Kind, str]]:
    if state.lag_seconds > LAG_SECONDS:
        yield Kind.LATE, f"{state.lag_seconds:.0f} s"
    if state.unknown:
        yield Kind.UNKNOWN, str(state.unknown)
    if state.channels_shut:
        yield Kind.CHANNEL, str(state.channels_shut)
    if state.silent_seconds is None or state.silent_seconds > SILENT_SECONDS:
        # A tick that waits in the queue was made by beat: then it is the workers that are missing.
        kind = Kind.WORKER if state.queue_length else Kind.BEAT
        yield kind, "never" if state.silent_seconds is None else f"{state.silent_seconds:.0f} s"
    if state.queue_length is None:
        yield Kind.REDIS, ""
    for folder, share in state.free.items():
        if share < FREE_SHARE:
            yield Kind.DISK, f"{folder}: {share:.0%}"
    if state.failed_jobs:
        yield Kind.JOBS, str(state.failed_jobs)
    if state.pending:
        yield Kind.MIGRATIONS, str(state.pending)
    if abs(state.clock_difference) > CLOCK_SECONDS:
        yield Kind.CLOCK, f"{state.clock_difference:+.1f} s"
