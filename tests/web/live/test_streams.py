"""A stream from its opening by a page to the end of its session, with real PostgreSQL and Redis."""

import asyncio
import json

import pytest
from django.conf import settings
from django.test import Client
from django_tenants.utils import tenant_context

from accounts.models import User
from accounts.services_sessions import end_sessions
from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.services import NewAlert, add_alerts
from scheduler.services import due_work
from scrm.core import clock
from scrm.web.live import streams
from scrm.web.live.bridge import Bridge
from scrm.web.live.hub import Hub
from scrm.wsgi import application
from tenants.models import Tenant
from tests.factories import make_user
from tests.loops import finished
from tests.web.live.test_bridge import scope_of


@pytest.fixture
def acme(own_database):
    return Tenant.objects.get(schema_name="acme")


@pytest.fixture
def ben(acme):
    with tenant_context(acme):
        return make_user("ben")


def cookie_of(user: User, acme: Tenant) -> str:
    client = Client(headers={"host": "acme.localhost"})
    with tenant_context(acme):
        client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Phone:
    """A browser that listens."""

    def __init__(self, cookie: str, last: str = "") -> None:
        headers = [("host", "acme.localhost"), ("cookie", cookie)]
        if last:
            headers.append(("last-event-id", last))
        self.scope = scope_of("/events/", headers=headers)
        self.sent: asyncio.Queue = asyncio.Queue()
        self.is_gone = asyncio.Event()
        self._asked = False

    async def receive(self):
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b""}
        await self.is_gone.wait()
        return {"type": "http.disconnect"}

    async def hears(self) -> dict:
        """The next event, or the answer's status when it begins."""
        async with asyncio.timeout(15):
            message = await self.sent.get()
        if message["type"] == "http.response.start":
            return {"status": message["status"], "headers": dict(message["headers"])}
        if not message["body"]:
            return {"event": "end"}
        said = dict(line.split(": ", 1) for line in message["body"].decode().strip().splitlines())
        return {**said, "data": json.loads(said["data"])}


def alerted(acme: Tenant, user: User) -> str:
    def write() -> str:
        with tenant_context(acme), due_work():
            add_alerts([NewAlert(user.pk, AlertKind.POOL, clock.now())])
            return str(Alert.objects.latest("created_at").pk)

    return write()


async def opened(phone: Phone, held: streams.Streams) -> asyncio.Task:
    return asyncio.create_task(held(phone.scope, phone.receive, phone.sent.put))


def run(story) -> None:
    async def told():
        bridge = Bridge(application, threads=2)
        held = streams.Streams(bridge, Hub(settings.REDIS_URL))
        try:
            await story(held)
        finally:
            await held.close()
            await asyncio.to_thread(bridge.threads.shutdown)

    finished(told())


def test_stream_tells_of_alerts_until_the_session_is_over(acme, ben, monkeypatch):
    monkeypatch.setattr(streams, "LOOK_EVERY", 0.2)
    seen = alerted(acme, ben)
    phone = Phone(cookie_of(ben, acme), last=seen)
    missed = alerted(acme, ben)

    async def story(held):
        task = await opened(phone, held)
        head = await phone.hears()
        assert (head["status"], head["headers"][b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
        assert streams.OPENS.encode() not in head["headers"]
        assert (await phone.hears())["data"] == {"unread": 2, "alerts": [missed]}

        fresh = await asyncio.to_thread(alerted, acme, ben)
        told = await phone.hears()
        assert (told["event"], told["id"], told["data"]) == ("alerts", fresh, {"alerts": [fresh]})

        def leave():
            with tenant_context(acme):
                return end_sessions(user=ben.pk)

        assert await asyncio.to_thread(leave) == 1
        assert (await phone.hears())["event"] == "over"
        assert (await phone.hears())["event"] == "end"
        await task

    run(story)


def test_stream_ends_when_its_person_may_not_log_in_any_more(acme, ben, monkeypatch):
    monkeypatch.setattr(streams, "LOOK_EVERY", 0.2)
    phone = Phone(cookie_of(ben, acme))

    async def story(held):
        await opened(phone, held)
        assert [(await phone.hears()).get("status"), (await phone.hears())["event"]] == [200, "state"]

        def leave():
            with tenant_context(acme):
                User.objects.filter(pk=ben.pk).update(is_active=False)

        await asyncio.to_thread(leave)
        assert (await phone.hears())["event"] == "over"

    run(story)


def test_nobody_gets_no_stream_and_whoever_leaves_is_let_go(acme, ben):
    stranger, phone = Phone("sessionid=nobody"), Phone(cookie_of(ben, acme))

    async def story(held):
        await (await opened(stranger, held))
        assert (await stranger.hears())["status"] == 401

        task = await opened(phone, held)
        await phone.hears()
        await phone.hears()
        assert len(held._open) == 1
        phone.is_gone.set()
        await task
        assert held._open == set()

    run(story)


def test_one_person_holds_only_so_many(acme, ben, monkeypatch):
    monkeypatch.setattr(streams, "OF_ONE", 1)
    cookie = cookie_of(ben, acme)
    first, second = Phone(cookie), Phone(cookie)

    async def story(held):
        await opened(first, held)
        await first.hears()
        await opened(second, held)
        assert (await second.hears())["status"] == 503

    run(story)


def test_heartbeat_is_sent_when_nothing_happens(acme, ben, monkeypatch):
    monkeypatch.setattr(streams, "HEARTBEAT", 0.05)
    phone = Phone(cookie_of(ben, acme))

    async def story(held):
        await opened(phone, held)
        await phone.hears()
        await phone.hears()
        async with asyncio.timeout(10):
            assert (await phone.sent.get())["body"] == b":\n\n"

    run(story)
