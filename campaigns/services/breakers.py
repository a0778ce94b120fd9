"""Breakers: a channel whose provider fails is shut, and opened by one probe. docs/decisions/0022."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from campaigns import breaker_queries, policy
from campaigns.channels.base import ChannelDown
from campaigns.enums import Closure
from campaigns.models import Breaker
from scheduler.services import due_work, note_due


@dataclass(frozen=True, slots=True)
class Passage:
    """Leave to call a provider: as ever, or as the one `probe`. `failures`: calls in a row that failed before."""

    failures: int = 0
    probe: bool = False


def pass_breaker(*, channel: str, token: UUID, now: datetime, until: datetime) -> Passage | None:
    """None while the channel is shut, or another probes it; a probe is held until then at most."""
    breaker = Breaker.objects.filter(channel=channel).first()
    if breaker is None or breaker.reopen_at is None:
        return Passage(breaker.failures if breaker else 0)
    failures = breaker_queries.take_probe(channel=channel, token=token, now=now, until=until)
    return None if failures is None else Passage(failures, probe=True)


def is_shut(*, channel: str, token: UUID) -> bool:
    """Whether nobody but another's probe may call there."""
    shut_now = Breaker.objects.filter(channel=channel, reopen_at__isnull=False)
    return shut_now.exclude(probe_token=token).exists()


def give_back_probe(*, channel: str, token: UUID, now: datetime) -> None:
    """Nobody was asked, so whoever comes next may."""
    with due_work():
        if breaker_queries.give_back_probe(channel=channel, token=token):
            note_due(now)


def shut(*, channel: str, token: UUID, passage: Passage, down: ChannelDown, now: datetime) -> None:
    """Nothing of this channel is tried, in no lane, until its next probe: later and later, or when the provider says.

    A call that was under way when another worker shut it changes nothing.
    """
    failures = max(passage.failures + 1 if passage.probe else 0, policy.FAILURES_UNTIL_SHUT)
    is_quota = down.closure == Closure.QUOTA
    seconds = policy.shut_seconds(failures=failures, is_quota=is_quota, asked=down.retry_after)
    reopen_at = now + timedelta(seconds=seconds)
    with due_work():
        if breaker_queries.write(
            channel=channel, token=token, failures=min(failures, 1000), closure=down.closure, reopen_at=reopen_at
        ):
            note_due(reopen_at)


def note_answers(*, channel: str, token: UUID, passage: Passage, failures: int, now: datetime) -> None:
    """The last calls went so; a probe that was answered opens the channel. Costs nothing while all goes well."""
    if not passage.probe and failures == passage.failures:
        return
    with due_work():
        if breaker_queries.write(channel=channel, token=token, failures=failures) and passage.probe:
            note_due(now)
