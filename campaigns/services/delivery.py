"""Carries a claimed batch out of the house, one call at a time, and records what is known of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from accounts.services import record_audit
from campaigns import policy, queries
from campaigns.channels import outward_channel
from campaigns.channels.base import ChannelDown, OutcomeUnknown, OutwardChannel, Refused
from campaigns.enums import Closure, Reason, TouchState
from campaigns.inputs import Message
from campaigns.models import Touchpoint
from campaigns.services.breakers import give_back_probe, is_shut, note_answers, shut
from campaigns.services.lanes import note_progress
from campaigns.services.ledger import Batch, record
from exchange.enums import HookEvent
from exchange.outbox import Change, publish
from scheduler.budget import Budget
from scheduler.services import due_work, note_due
from scrm.core import clock, failpoints, tallies

log = structlog.get_logger(__name__)
_TOLD = {TouchState.SENT: HookEvent.TOUCHPOINT_SENT, TouchState.FAILED: HookEvent.TOUCHPOINT_FAILED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call came to; `retry` is a refusal for now."""

    touchpoint_id: int
    state: TouchState
    reason: Reason | None = None
    detail: str | None = None
    provider_ref: str | None = None
    retry: bool = False


def deliver(batch: Batch, budget: Budget | None = None) -> None:
    """Send the messages of the batch while the lease is young enough and time is left, one at least; put back the rest.

    The outcome of one call and the turn to sending of the next are one commit, so that a mail
    costs one. A worker that dies between them leaves the first unknown, never sent again blindly.
    """
    channel = outward_channel(batch.channel)
    waiting = list(reversed(batch.messages))
    known: Outcome | None = None
    progress = False
    failures, heard = batch.passage.failures, False
    try:
        channel.open()
        while waiting and _young_enough(batch, channel) and not (progress and budget and budget.spent):
            message = waiting.pop()
            held = _turn_to_sending(batch, message, known)
            known = None
            if held:
                known = _call(channel, batch, message)
                progress = True
            elif is_shut(channel=batch.channel, token=batch.token):
                # The rest goes back in one statement, and not each after asking again.
                break
            if known is not None:
                heard = True
                failures = failures + 1 if known.state == TouchState.UNKNOWN else 0
                if failures >= policy.FAILURES_UNTIL_SHUT:
                    raise ChannelDown(Closure.FAILING, known.detail or "")
        if heard:
            note_answers(
                channel=batch.channel, token=batch.token, passage=batch.passage, failures=failures, now=clock.now()
            )
        elif batch.passage.probe:
            give_back_probe(channel=batch.channel, token=batch.token, now=clock.now())
    except ChannelDown as down:
        log.warning("channel.down", channel=batch.channel, closure=down.closure.value, detail=down.detail)
        shut(channel=batch.channel, token=batch.token, passage=batch.passage, down=down, now=clock.now())
    except Exception:
        # A fault of our own says nothing of the provider, so whoever comes next may ask it.
        if batch.passage.probe:
            give_back_probe(channel=batch.channel, token=batch.token, now=clock.now())
        raise
    finally:
        try:
            _settle(batch, known, [message.touchpoint_id for message in waiting])
        finally:
            channel.close()
    if progress:
        note_progress(lane_id=batch.lane_id, now=clock.now())


def _young_enough(batch: Batch, channel: OutwardChannel) -> bool:
    return batch.age() < settings.SCRM_LEASE_SECONDS - channel.timeout_seconds


def _turn_to_sending(batch: Batch, message: Message, known: Outcome | None) -> bool:
    """One commit: record the call before, and hold this row for its call."""
    now = clock.now()
    with due_work():
        if known is not None:
            _record(batch, known, now)
        held = queries.mark_sending(touchpoint_ids=[message.touchpoint_id], token=batch.token, now=now)
    if not held:
        # Not while the enrollment of the call before is held: it may be the later one of the two.
        _put_back(batch, [message.touchpoint_id], now)
    return bool(held)


def _call(channel: OutwardChannel, batch: Batch, message: Message) -> Outcome | None:
    """The call itself. Nothing slow stands between the age check and the socket."""
    failpoints.passed("guard.before")
    if not _young_enough(batch, channel):
        _put_back(batch, [message.touchpoint_id], clock.now())
        return None
    failpoints.passed("guard.passed")
    try:
        reference = channel.send(message)
    except ChannelDown:
        _put_back(batch, [message.touchpoint_id], clock.now())
        raise
    except Refused as refused:
        reason = Reason.UNDELIVERABLE if refused.permanent else Reason.REFUSED
        return Outcome(
            message.touchpoint_id, TouchState.FAILED, reason, str(refused)[:300], retry=not refused.permanent
        )
    except OutcomeUnknown as unknown:
        return Outcome(message.touchpoint_id, TouchState.UNKNOWN, detail=str(unknown)[:300])
    except Exception as error:
        # A fault of the channel's own. It may have sent: never again blindly, and the others go on.
        log.exception("channel.fault", channel=batch.channel, touchpoint=message.touchpoint_id)
        return Outcome(message.touchpoint_id, TouchState.UNKNOWN, detail=type(error).__name__)
    failpoints.passed("http.answered")
    return Outcome(message.touchpoint_id, TouchState.SENT, provider_ref=str(reference)[:120])


def _record(batch: Batch, outcome: Outcome, now: datetime) -> None:
    attempt = batch.attempts[outcome.touchpoint_id]
    back_off = policy.back_off_seconds(attempt) if outcome.retry else None
    if back_off is not None:
        with due_work() as due:
            due_at = now + timedelta(seconds=back_off)
            queries.retry_later(
                touchpoint_id=outcome.touchpoint_id, token=batch.token, due_at=due_at, detail=outcome.detail or ""
            )
            due.at(due_at)
        return
    look_up_at = None
    if outcome.state == TouchState.UNKNOWN:
        # Earlier than the end of the lease and its settling, which the index may have been raised to.
        look_up_at = now + timedelta(seconds=settings.SCRM_SETTLE_SECONDS)
        note_due(look_up_at)
    written = record(
        [outcome.touchpoint_id],
        batch.token,
        held_as=TouchState.SENDING,
        state=outcome.state,
        now=now,
        reason=outcome.reason,
        detail=outcome.detail,
        provider_ref=outcome.provider_ref,
        lease_until=look_up_at,
    )
    if written:
        transaction.on_commit(lambda: tallies.add(outcome.state.name.lower(), channel=batch.channel))
        _tell(batch, outcome, now)
    if outcome.state == TouchState.SENT and not written:
        _tell_if_called_twice(outcome.touchpoint_id, batch.attempts[outcome.touchpoint_id], now)


def _tell(batch: Batch, outcome: Outcome, now: datetime) -> None:
    event = _TOLD.get(outcome.state)
    if event is not None:
        told = {"touchpoint_id": outcome.touchpoint_id, "channel": batch.channel, "reason": ""}
        if outcome.reason is not None:
            told["reason"] = outcome.reason.name.lower()
        publish([Change(event, told, now)])


def _tell_if_called_twice(touchpoint_id: int, attempt: int, now: datetime) -> None:
    """A yes for a row that another worker has tried since: a provider without keys sent it twice.

    Only a freeze between the age check and the socket, longer than lease and settling, comes here.
    """
    touchpoint = Touchpoint.objects.filter(pk=touchpoint_id, attempt__gt=attempt).first()
    if touchpoint is not None:
        log.error("touchpoint.called_twice", touchpoint=touchpoint_id)
        transaction.on_commit(lambda: tallies.add("duplicates_detected"))
        details = {"attempts": [attempt, touchpoint.attempt]}
        record_audit(action="touchpoint.called_twice", subject=touchpoint, details=details, now=now)


def _put_back(batch: Batch, touchpoint_ids: list[int], now: datetime) -> None:
    """Not sent: due at once. The index may have been raised past them while they were held."""
    with due_work() as due:
        if queries.put_back(touchpoint_ids=touchpoint_ids, token=batch.token):
            due.at(now)


def _settle(batch: Batch, known: Outcome | None, unsent: list[int]) -> None:
    """The last outcome, and what was not reached: it is due at once, for whoever comes next."""
    if known is None and not unsent:
        return
    now = clock.now()
    with due_work():
        queries.hold_enrollments_of([*unsent, known.touchpoint_id] if known else unsent)
        if known is not None:
            _record(batch, known, now)
        if unsent:
            _put_back(batch, unsent, now)
    failpoints.passed("outcome.committed")
