"""The story of a pushed message: stored before it is answered, taken in soon after, tried again if need be."""

import hashlib
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext

from exchange import services
from exchange.enums import SignatureScheme
from exchange.models import InboxMessage, WebhookEndpoint
from exchange.payloads import UnreadablePayload, parse_body, type_of
from exchange.problems import Problem
from exchange.sealed import open_secrets
from exchange.signatures import is_genuine
from leads.enums import LeadOrigin
from leads.hook_mapping import HookLead, HookMapping, event_id_of, parse_hook_mapping, read_leads
from leads.inputs import CREATED, REJECTED, Arrival
from leads.mapping import InvalidMapping
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, crypto
from scrm.flows.arrival import lead_arrived
from scrm.flows.own_fields import kinds_of, shapes_of
from tenants.selectors import tenant_current, tenant_keys, tenant_zone

CHANNEL: Final = "webhook"
_PROBLEMS_KEPT: Final = 20

log = structlog.get_logger(__name__)


class NotGenuine(Exception):
    """The message does not prove that it is from whom it should be."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a push: `message` is None when the same was here before."""

    message: InboxMessage | None


def message_pushed(
    endpoint: WebhookEndpoint, *, body: bytes, content_type: str, headers: Mapping[str, str], now: datetime
) -> Pushed:
    """Keep what was pushed. NotGenuine and UnreadablePayload are for its sender; nothing was kept then."""
    if not is_genuine(
        scheme=endpoint.scheme,
        secrets=open_secrets(endpoint, now) if endpoint.scheme != SignatureScheme.NONE else (),
        body=body,
        headers=headers,
        header=endpoint.signature_header,
        timestamp_header=endpoint.timestamp_header,
        now=now,
    ):
        raise NotGenuine
    kind = type_of(content_type)
    data = parse_body(body, kind)
    name = _name_of(endpoint, data, headers)
    key = f"name:{name}" if name else f"body:{hashlib.sha256(body).hexdigest()}"
    message = services.receive_message(
        channel=f"{CHANNEL}:{endpoint.pk.hex}"[:40],
        dedupe_key=key,
        payload=body,
        endpoint=endpoint,
        content_type=kind,
        is_named=bool(name),
        now=now,
    )
    return Pushed(message)


def _name_of(endpoint: WebhookEndpoint, data: Any, headers: Mapping[str, str]) -> str:
    """The sender's own name for the message: the field that was chosen, which a signature covers, else the header."""
    try:
        said = event_id_of(data, parse_hook_mapping(endpoint.mapping))
    except (InvalidMapping, UnreadablePayload):
        said = ""
    if not said and endpoint.event_header:
        said = headers.get(endpoint.event_header, "").strip()
    return said[:200]


def messages_due(budget: Budget) -> bool:
    """Take in what was pushed, the longest waiting first; True when more is waiting."""
    while services.forget_payloads(now=clock.now()):
        if budget.spent:
            return True
    while True:
        message = services.claim_message(now=clock.now())
        if message is None:
            return False
        take_message_in(message)
        if budget.spent:
            return True


def take_message_in(message: InboxMessage) -> None:
    """Do what a claimed message says, and say so, in one transaction. What breaks is tried again later."""
    if message.attempt > services.ATTEMPTS:
        # It ended whoever worked on it, time after time.
        services.fail_message(message=message, error=gettext("It broke the worker each time."), now=clock.now())
        return
    try:
        with due_work():
            held = services.hold_message(message=message)
            if held is not None:
                _take_in(held, clock.now())
    except (OperationalError, InterfaceError):
        # The database's fault and not the message's: its lease ends, and it comes again.
        raise
    except Exception as error:
        # Not the message: a database's may quote the row.
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = type(error).__name__
        log.error("message.broke", inbox=str(message.pk), error=name, at=f"{place.filename}:{place.lineno}")
        services.fail_message(message=message, error=name, retry=True, now=clock.now())


def _take_in(message: InboxMessage, now: datetime) -> None:
    endpoint = message.endpoint
    if endpoint is None:
        raise LookupError("A message without a way in is nobody's to take in.")
    try:
        data = parse_body(services.open_message(message), message.content_type)
        read = leads_of(endpoint, data)
    except (UnreadablePayload, InvalidMapping) as error:
        services.fail_message(message=message, error=error.message, now=now)
        return
    outcomes = lead_arrived(_arrivals(message, read), now=now, start_sops=endpoint.start_sops)
    problems = [problem for each in read if not isinstance(each, HookLead) for problem in each]
    problems += [problem for outcome in outcomes if outcome.outcome == REJECTED for problem in outcome.problems]
    took = [outcome for outcome in outcomes if outcome.lead_id is not None]
    told = {
        "leads": len(took),
        "created": sum(outcome.outcome == CREATED for outcome in took),
        "rejected": len(read) - len(took),
        # Without the values: those are sealed in the payload.
        "problems": [_told(problem) for problem in problems[:_PROBLEMS_KEPT]],
    }
    if read and not took:
        reason = problems[0].reason if problems else gettext("No lead could be read.")
        services.fail_message(message=message, error=reason, outcome=told, now=now)
        return
    lead_ids = list(dict.fromkeys(outcome.lead_id for outcome in took if outcome.lead_id is not None))
    services.finish_message(message=message, lead_ids=lead_ids, outcome=told, now=now)


def leads_of(
    endpoint: WebhookEndpoint, data: Any, mapping: HookMapping | None = None
) -> list[HookLead | list[Problem]]:
    """The leads of a payload by the endpoint's mapping, or by another that is being tried."""
    if mapping is None:
        mapping = parse_hook_mapping(endpoint.mapping)
    said: dict[str, Any] = {"region": tenant_current().region, "zone": tenant_zone(), "source": endpoint.source}
    return read_leads(data, mapping, **said, shapes=shapes_of(mapping.own), kinds=kinds_of(mapping.kinds, kept=True))


def _arrivals(message: InboxMessage, read: Sequence[HookLead | list[Problem]]) -> list[Arrival]:
    """Each lead under the sender's own key, else under its message and place: taken in again it is the same one."""
    keys, found = tenant_keys(), []
    way = message.endpoint_id.hex if message.endpoint_id else ""
    for place, each in enumerate(read):
        if isinstance(each, HookLead):
            key = f"{message.pk.hex}:{place}"
            if each.key:
                key = crypto.blind_index(each.key, keys=keys, purpose="lead.hook").hex()
            found.append(
                Arrival(
                    lead=each.lead,
                    came_by=LeadOrigin.WEBHOOK,
                    dedupe_key=f"hook:{way}:{key}",
                    utm=each.utm,
                    consents=each.consents,
                    message_id=message.pk,
                    received_at=message.received_at,
                )
            )
    return found


def _told(problem: Problem) -> dict[str, Any]:
    return {"lead": problem.row, "field": problem.column, "reason": problem.reason, "fix": problem.fix}
