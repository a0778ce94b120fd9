"""The page of one contact of whom much is known, on the dashboard and the phone.

    bin/bench contact_page [ROWS] [CONTACTS]

Prints the 50th and 95th of a hundred in milliseconds of the server, and the number of statements, beside a bare view
that reads one row, in the same process: behind the same middleware, for the same log-in.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from benchmarks import search
from benchmarks.stack import Stack

ROUNDS = 40
HOST = "bench.localhost"
SHARES = {"events": 0.5, "touches": 0.2, "talks": 0.15, "tags": 0.05, "orders": 0.04, "voices": 0.03, "moves": 0.03}


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    contacts = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with Stack("bench-contact-page", DJANGO_SETTINGS_MODULE="benchmarks.lead_post_settings") as stack:
        stack.enter_django()
        from django_tenants.utils import schema_context

        from scrm.flows.opening import tenant_opened
        from tenants.services import create_template

        create_template()
        tenant_opened(schema_name="bench", domain=HOST, language="en", zone="UTC")
        with schema_context("bench"):
            viewers = search.fill(contacts)
            contact = known_well(viewers, rows)
        measure(viewers, contact, rows)


def known_well(viewers: dict[str, Any], rows: int) -> Any:
    """Somebody of whom so many things are told, over two years, with what stands around them."""
    from django.db import connection

    from contacts.models import Consent, Contact, DoNotContact, Friendship, Group, GroupMember, OwnerChange
    from leads.models import Attachment, Lead, Opportunity, OpportunityMove, OpportunityStage, Source
    from scrm.core import clock

    now, chance = clock.now(), random.Random(5)
    owner, manager = viewers["few"], viewers["manager"]
    contact = Contact.objects.filter(company__isnull=False)[0]
    Contact.objects.filter(pk=contact.pk).update(owner=owner)
    times = [now - timedelta(minutes=chance.randrange(1, 2 * 365 * 24 * 60)) for _ in range(rows)]
    given = iter(times)
    for kind, share in SHARES.items():
        _KINDS[kind](contact, [next(given) for _ in range(int(rows * share + 0.5))], owner, now)
    source = Source.objects.create(name="Fair", created_at=now)
    said: dict[str, Any] = {"contact": contact, "source": source, "came_by": "hand", "updated_at": now}
    leads = [
        Lead(**said, owner=who, dedupe_key=f"{n}", captured_at=times[n], assigned_at=now)
        for n, who in enumerate([owner] * 20 + [manager] * 5)
    ]
    Lead.objects.bulk_create(leads)
    stages = list(OpportunityStage.objects.order_by("position"))
    deals = [
        Opportunity(contact=contact, name=f"Deal {n}", stage=stages[0], owner=owner, amount=n, created_at=now)
        for n in range(20)
    ]
    Opportunity.objects.bulk_create(deals)
    OpportunityMove.objects.bulk_create(
        OpportunityMove(opportunity=deal, to_stage=stages[n % 3], currency="CNY", at=times[n], by=owner)
        for n, deal in enumerate(deals)
    )
    group = Group.objects.create(name="Owners", created_at=now)
    GroupMember.objects.create(contact=contact, group=group, joined_at=now)
    Friendship.objects.create(contact=contact, rep=owner, channel="wecom", since=now)
    OwnerChange.objects.bulk_create(
        OwnerChange(contact=contact, before=owner, after=manager, why="hand", at=times[n]) for n in range(50)
    )
    Consent.objects.bulk_create(Consent(contact=contact, channel="email", given=True, at=times[n]) for n in range(50))
    DoNotContact.objects.create(contact=contact, channel="sms", since=now)
    Attachment.objects.bulk_create(
        Attachment(
            contact=contact, name=f"{n}.png", content_type="image/png", size=9, sealed=b"-" * 50_000, at=times[n]
        )
        for n in range(20)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return contact


def _events(contact: Any, times: list[datetime], owner: Any, now: datetime) -> None:
    from events.models import Event, EventType

    kinds = list(EventType.objects.all())
    Event.objects.bulk_create(
        Event(
            contact=contact,
            type=kinds[n % len(kinds)],
            occurred_at=at,
            received_at=at,
            dedupe_key=f"b{n}",
            properties={"title": f"Page {n}"},
        )
        for n, at in enumerate(times)
    )


def _touches(contact: Any, times: list[datetime], owner: Any, now: datetime) -> None:
    from campaigns.models import Enrollment, Lane, Step, Touchpoint
    from campaigns.services import create_sop, publish_sop

    steps = [{"name": "Mail", "channel": "email", "offset": {"kind": "immediately"}, "subject": "x", "body": "x"}]
    for number in range(20):
        sop = create_sop(name=f"SOP {number}", trigger="manual", now=now, steps=steps)
        publish_sop(sop=sop, by=None, now=now)
        sop.refresh_from_db()
        assert sop.live_version is not None
        enrollment = Enrollment.objects.create(
            sop=sop, version=sop.live_version, contact=contact, anchor_at=now, zone="UTC"
        )
        lane, step = Lane.objects.get(sop=sop), Step.objects.get(version=sop.live_version)
        Touchpoint.objects.bulk_create(
            Touchpoint(
                enrollment=enrollment,
                contact=contact,
                lane=lane,
                step=step,
                step_number=1,
                occurrence=place + 1,
                due_at=at,
                # Sent, skipped with its reason, and the last one waits.
                state=4 if place % 3 else 6,
                sent_at=at,
                reason="" if place % 3 else "no_address",
            )
            for place, at in enumerate(times[number::20])
        )
        Touchpoint.objects.create(
            enrollment=enrollment, contact=contact, lane=lane, step=step, step_number=1, occurrence=0, due_at=now
        )


def _talks(contact: Any, times: list[datetime], owner: Any, now: datetime) -> None:
    from leads.models import Interaction

    Interaction.objects.bulk_create(
        Interaction(contact=contact, kind="call", text="They want a red one. " * 5, by=owner, at=at) for at in times
    )


def _tags(contact: Any, times: list[datetime], owner: Any, now: datetime) -> None:
    from tagging.models import Tag, TagAssignment, TagChange

    tags = list(Tag.objects.all()[:8])
    TagAssignment.objects.bulk_create(
        TagAssignment(contact=contact, tag=tag, source="hand", by=owner, at=now) for tag in tags
    )
    TagChange.objects.bulk_create(
        TagChange(contact=contact, tag=tags[n % len(tags)], added=n % 2 == 0, source="hand", by=owner, at=at)
        for n, at in enumerate(times)
    )


def _orders(contact: Any, times: list[datetime], owner: Any, now: datetime) -> None:
    from commerce.models import Order

    Order.objects.bulk_create(
        Order(contact=contact, platform="shop", number=f"{n}", amount=n, ordered_at=at, updated_at=at)
        for n, at in enumerate(times)
    )


def _voices(contact: Any, times: list[datetime], owner: Any, now: datetime) -> None:
    from commerce.models import Voice

    Voice.objects.bulk_create(Voice(contact=contact, text="Too dear.", by=owner, at=at) for at in times)


def _moves(contact: Any, times: list[datetime], owner: Any, now: datetime) -> None:
    from lifecycle.models import Position, Stage, StageTransition

    stages = list(Stage.objects.filter(lifecycle__is_default=True))
    place = stages[0]
    Position.objects.update_or_create(
        contact=contact, lifecycle=place.lifecycle, defaults={"stage": place, "since": now}
    )
    StageTransition.objects.bulk_create(
        StageTransition(
            contact=contact, lifecycle=place.lifecycle, to_stage=stages[n % len(stages)], at=at, source="hand"
        )
        for n, at in enumerate(times)
    )


_KINDS = {
    "events": _events,
    "touches": _touches,
    "talks": _talks,
    "tags": _tags,
    "orders": _orders,
    "voices": _voices,
    "moves": _moves,
}


def paths(contact: Any) -> Iterator[tuple[str, str, str]]:
    """What, whose log-in, and where."""
    yield "bare view", "few", f"/bare/{contact.pk}"
    for name, path in (("page", ""), ("around", "around/"), ("timeline", "timeline/")):
        yield f"dashboard, {name}", "manager", f"/contacts/{contact.pk}/{path}"
    yield "dashboard, words", "manager", f"/contacts/{contact.pk}/timeline/?q=red"
    for name, path in (("page", ""), ("around", "around"), ("timeline", "story")):
        yield f"phone, {name}", "few", f"/rep/customers/{contact.pk}/{path}"


def measure(viewers: dict[str, Any], contact: Any, rows: int) -> None:
    from django.db import connection
    from django.test import Client
    from django_tenants.utils import schema_context

    from scrm.web.ready import get_ready

    get_ready()
    clients = {}
    for name in ("few", "manager"):
        clients[name] = Client(headers={"host": HOST})
        with schema_context("bench"):
            clients[name].force_login(viewers[name])
    print(f"{f'{rows:,} rows in the timeline':30} {'p50':>8} {'p95':>8}    {'processor':>10}  statements times bare")
    base = 0.0
    for what, who, path in paths(contact):
        clients[who].get(path)
        asked: list[str] = []
        with connection.execute_wrapper(partial(_noted, asked)):
            answer = clients[who].get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}.")
        taken, python = [], time.process_time()
        for _round in range(ROUNDS):
            began = time.perf_counter()
            clients[who].get(path)
            taken.append((time.perf_counter() - began) * 1000)
        middle, late = statistics.median(taken), statistics.quantiles(taken, n=100)[94]
        python = (time.process_time() - python) * 1000 / ROUNDS
        base = base or middle
        print(f"{what:30} {middle:8.1f} {late:8.1f} ms {python:10.1f} {len(asked):11} {middle / base:12.1f}")


def _noted(asked: list[str], execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    asked.append(sql)
    return execute(sql, params, many, context)


if __name__ == "__main__":
    main()
