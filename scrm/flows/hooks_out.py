"""The story of telling others: each receiver is called on its own, and what came of it is noted."""

import json
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext

from contacts.telling import person_told
from exchange import deliveries, signatures
from exchange.deliveries import Call, Result
from exchange.models import Webhook
from scheduler.budget import Budget
from scrm.core import clock, outgoing
from scrm.core.outgoing_rules import ForbiddenAddress
from tenants.selectors import tenant_base_url, tenant_current

log = structlog.get_logger(__name__)

AT_ONCE: Final = 8
"""Receivers that one worker calls at a time, so that a slow one holds up none of the others."""
AGENT: Final = "SCRM-Webhook/1"


def deliveries_due(budget: Budget) -> bool:
    """Tell what is due until nothing is left or the budget is spent; True when more is waiting."""
    while deliveries.forget_deliveries(now=clock.now()):
        if budget.spent:
            return True
    calling: dict[Future[Result], Call] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        while True:
            if not budget.spent:
                now = clock.now()
                for call in deliveries.claim_calls(limit=AT_ONCE - len(calling), now=now):
                    calling[pool.submit(_call, call, *_letter(call, now))] = call
            if not calling:
                return budget.spent
            done, _still = wait(calling, return_when=FIRST_COMPLETED)
            for future in done:
                webhook = deliveries.record_result(call=calling.pop(future), result=future.result(), now=clock.now())
                if webhook is not None and webhook.paused_for:
                    _tell_maker(webhook)


def _letter(call: Call, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers. Personal data is read now, so that what was erased meanwhile is told to nobody."""
    delivery = call.delivery
    told: dict[str, Any] = {
        "id": str(delivery.pk),
        "type": delivery.event_type,
        "occurred_at": delivery.occurred_at.isoformat(),
        "data": delivery.data,
    }
    if call.personal and "contact_id" in delivery.data:
        told["person"] = person_told(delivery.data["contact_id"])
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return body, {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "SCRM-Delivery": str(delivery.pk),
        "SCRM-Event": delivery.event_type,
        signatures.OWN_HEADER: signatures.sign(body, secrets=call.secrets, now=now),
    }


def _tell_maker(webhook: Webhook) -> None:
    """One mail: it was switched off. The dashboard says so too, so that a lost mail costs little."""
    if webhook.created_by is None or not webhook.created_by.email:
        return
    with translation.override(webhook.created_by.language or tenant_current().language):
        subject = gettext("The webhook “%(name)s” was switched off") % {"name": webhook.name}
        text = gettext(
            "Its receiver has not taken anything for days. Mend it there, then switch it on: what waits is sent."
        )
    address = f"{tenant_base_url(tenant_current())}/settings/webhooks/{webhook.pk}/"
    try:
        send_mail(subject, f"{text}\n\n{address}\n", settings.DEFAULT_FROM_EMAIL, [webhook.created_by.email])
    except OSError as error:
        log.warning("webhook.untold", webhook=str(webhook.pk), error=type(error).__name__)


def _call(call: Call, body: bytes, headers: dict[str, str]) -> Result:
    """In a thread of its own, so without the database."""
    began = clock.boot_seconds()
    try:
        answer = outgoing.post(call.url, body=body, headers=headers)
    except ForbiddenAddress as error:
        return Result(0, word=f"forbidden_{error.code}")
    except outgoing.Unreachable as error:
        return Result(0, int((clock.boot_seconds() - began) * 1000), word=str(error))
    return Result(answer.status, answer.milliseconds, answer.body)
