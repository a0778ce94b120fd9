"""Asks, and judges every answer: its status, the words in it, and what it left behind."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django_tenants.utils import tenant_context

from scrm.core import clock
from scrm.core.tenancy import leave_tenant
from scrm.web.routes import Guard
from tests.crawler.asking import FOREIGN, OWN, Ids, address_of, reset_key
from tests.crawler.expected import allowed_statuses, keeps_within_reach, may_read, was_turned_away
from tests.crawler.probes import Probe
from tests.crawler.saying import BODIES, QUERIES
from tests.crawler.traces import (
    VISITS,
    changed,
    checksum_of_others,
    checksum_out_of_reach,
    checksums,
    empty_redis,
    log_lines,
    strays_in_redis,
    writes,
)
from tests.crawler.world import PEOPLE, REACH, Twins, World

CHUNK: Final = 250
LONG: Final = 7200


@dataclass(slots=True)
class Report:
    """What was asked, what came of it, and what crossed."""

    asked: int = 0
    routes: set[tuple[str, str]] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    crossings: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    """Patterns at which an own id was found."""

    def __str__(self) -> str:
        told = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        found = f"{self.asked} combinations, {len(self.crossings)} crossings"
        return f"{len(self.routes)} routes and methods, {found} ({told})"


class Crawler:
    def __init__(self, twins: Twins) -> None:
        self.twins = twins
        self.report = Report()
        self._cookies: dict[tuple[str, str], str] = {}
        self._sums: dict[str, dict[str, str]] = {}
        # One for all: a client reads every middleware and static file anew.
        self._browser = Client(raise_request_exception=False)
        self._lines: list[str] = []
        self._body = b""

    def crawl(self, probes: Sequence[Probe]) -> Report:
        """Ask them one by one. Whatever an answer changed is taken back at once: none depends on those before it."""
        people = {(probe.holder, probe.viewer) for probe in probes if probe.viewer in PEOPLE}
        for holder, viewer in sorted(people - set(self._cookies)):
            self._log_in(self._world(holder), viewer)
        for kind in (OWN, FOREIGN):
            # The first key that is made writes down the person's address.
            reset_key(self.twins, kind)
        self._sums.clear()
        with log_lines() as self._lines:
            for place, probe in enumerate(probes, 1):
                self._ask(probe)
                if place % CHUNK == 0 or place == len(probes):
                    self.report.crossings += strays_in_redis(self.twins.canaries)
                    # Budgets are not taken back with the rows.
                    empty_redis()
        return self.report

    def _ask(self, probe: Probe) -> None:
        del self._lines[:]
        mails = len(mail.outbox)
        answer, sent, strayed, across = self._answer(probe)
        self.report.asked += 1
        self.report.routes.add((probe.route.pattern, probe.method))
        self.report.statuses[answer.status_code] += 1
        if (probe.kind, probe.host, probe.holder) == (OWN, "a", "a") and answer.status_code not in (403, 404, 405):
            self.report.reached.add(probe.route.pattern)
        if answer.status_code not in allowed_statuses(probe) or was_turned_away(probe, answer.get("Location", "")):
            self._cross(probe, f"answered {answer.status_code} {answer.get('Location', '')}")
        if strayed:
            self._cross(probe, f"changed rows out of its sender's reach: {', '.join(strayed)}")
        if across:
            self._cross(probe, f"changed {', '.join(across)} of the other tenant")
        for place, text in _said(self._body, answer, mail.outbox[mails:], self._lines):
            for word in self.twins.canaries.found_in(text):
                if word.word not in sent and not (may_read(probe, word) and place != "log"):
                    self._cross(probe, f"the {place} holds {word.word} of {word.tenant}: {word.label} {word.owner}")

    def _cross(self, probe: Probe, what: str) -> None:
        self.report.crossings.append(f"{probe}: {what}.")

    def _answer(self, probe: Probe) -> tuple[HttpResponse, str, list[str], list[str]]:
        """The answer, what was sent, and where rows changed: beyond the sender's reach, and of the other tenant."""
        client, headers = self._client(probe)
        address = address_of(probe.route, self.twins, probe.kind)
        ids = Ids(self.twins, probe.related)
        watch = probe.method != "GET" and probe.host == "a" and keeps_within_reach(probe, REACH[probe.viewer])
        query = QUERIES.get(probe.route.name, lambda _: {})(ids)
        body = BODIES.get(probe.route.name, lambda _: {})(ids) if probe.method == "POST" else {}
        if query and not body:
            address += f"?{urlencode(query)}"
        other = self._world("a" if probe.holder == "b" else "b")
        before, theirs = self._sum(probe) if watch else {}, self._sum_of_all(other)
        strayed: list[str] = []
        across: list[str] = []
        with transaction.atomic():
            counted = writes(self.twins.a.tenant, self.twins.b.tenant)
            if probe.method == "POST":
                speaks_json = probe.route.name.startswith(("api:", "webhooks:"))
                as_json = {"content_type": "application/json"} if speaks_json else {}
                answer = client.post(address, body, headers=headers, **as_json)
            else:
                answer = client.generic(probe.method, address, headers=headers)
            self._body = answer.getvalue()
            # What broke in the database is taken back whole.
            if not connection.needs_rollback:
                leave_tenant()
                after = writes(self.twins.a.tenant, self.twins.b.tenant)
                wrote = {schema for schema, rows in after.items() if rows != counted[schema]}
                if watch and self.twins.a.tenant.schema_name in wrote:
                    strayed = changed(before, self._sum(probe, anew=True))
                if wrote & {other.tenant.schema_name, "public"}:
                    across = changed(theirs, checksums(other))
            transaction.set_rollback(True)
        # A rollback takes the search path back too.
        leave_tenant()
        if probe.host == "b" or probe.holder == "b":
            across = [table for table in across if table not in VISITS]
        return answer, f"{address} {json.dumps(body, default=str)}", strayed, across

    def _sum(self, probe: Probe, *, anew: bool = False) -> dict[str, str]:
        """Of what the sender may not change; as it is before every question, or `anew`."""
        alone = probe.route.guard is Guard.PERSON
        key = f"{probe.viewer} {alone}"
        if key in self._sums and not anew:
            return self._sums[key]
        with tenant_context(self.twins.a.tenant):
            if alone:
                found = checksum_of_others(self.twins.a.users[probe.viewer].pk)
            else:
                # What somebody makes is theirs, whatever else they see.
                found = checksum_out_of_reach(REACH[probe.viewer] | {probe.viewer}, self.twins.a)
        if not anew:
            self._sums[key] = found
        return found

    def _sum_of_all(self, world: World) -> dict[str, str]:
        """Of all that a tenant has, as it is before every question."""
        if world.letter not in self._sums:
            self._sums[world.letter] = checksums(world)
        return self._sums[world.letter]

    def _world(self, letter: str) -> World:
        return self.twins.b if letter == "b" else self.twins.a

    def _client(self, probe: Probe) -> tuple[Client, dict[str, str]]:
        hosts = {
            "a": self.twins.a.host,
            "b": self.twins.b.host,
            "public": "localhost",
            "unknown": "nobody.test",
            "forwarded": self.twins.a.host,
        }
        headers = {"host": hosts[probe.host], "accept-language": "en", "user-agent": "Mozilla/5.0"}
        if probe.host == "forwarded":
            headers["x-forwarded-host"] = self.twins.b.host
        client = self._browser
        client.cookies.clear()
        if probe.viewer == "system":
            headers["authorization"] = f"Bearer {self._world(probe.holder).token}"
        elif probe.viewer != "anonymous":
            client.cookies[settings.SESSION_COOKIE_NAME] = self._cookies[probe.holder, probe.viewer]
        return client, headers

    def _log_in(self, world: World, viewer: str) -> None:
        with tenant_context(world.tenant):
            self._browser.force_login(world.users[viewer])
            # Else the pages of second factors ask for the password first.
            request = HttpRequest()
            request.session = self._browser.session
            with patch("time.time", return_value=clock.now().timestamp() + LONG):
                record_authentication(request, world.users[viewer], "password")
            request.session.save()
        self._cookies[world.letter, viewer] = self._browser.cookies[settings.SESSION_COOKIE_NAME].value
        self._browser.cookies.clear()


def _said(
    body: bytes, answer: HttpResponse, mails: Sequence[Any], lines: Sequence[str]
) -> Iterable[tuple[str, str | bytes]]:
    yield "body", body
    yield "headers", str(answer.headers) + str(answer.cookies)
    for each in mails:
        yield "mail", str(each.message())
    for line in lines:
        yield "log", line
