"""Asks, and judges every answer: its status, the words in it, and what it left behind."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django_tenants.utils import tenant_context

from scrm.core import clock
from scrm.core.tenancy import leave_tenant
from scrm.web.routes import Guard
from tests.crawler.asking import FOREIGN, MIXED, OWN, Ids, address_of, reset_key
from tests.crawler.expected import allowed_statuses, keeps_within_reach, may_read, was_turned_away
from tests.crawler.probes import Probe
from tests.crawler.saying import BODIES, QUERIES
from tests.crawler.traces import (
    VISITS,
    checksum_of_others,
    checksum_out_of_reach,
    checksums,
    empty_redis,
    log_lines,
    strays_in_redis,
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
        people = {(probe.holder, probe.viewer) for probe in probes if probe.viewer in PEOPLE}
        for holder, viewer in sorted(people - set(self._cookies)):
            self._log_in(self._world(holder), viewer)
        for kind in (OWN, FOREIGN):
            # The first key that is made writes down the person's address.
            reset_key(self.twins, kind)
        by_place = sorted(probes, key=lambda probe: (probe.holder, probe.host == "b"))
        for (holder, abroad), group in groupby(by_place, key=lambda probe: (probe.holder, probe.host == "b")):
            chosen, strange = list(group), abroad or holder == "b"
            for start in range(0, len(chosen), CHUNK):
                with transaction.atomic():
                    self._chunk(chosen[start : start + CHUNK], holder, VISITS if strange else ())
                    transaction.set_rollback(True)
                # What they remember of rows that were kept is over, too.
                self._sums.clear()
                leave_tenant()
        return self.report

    def _chunk(self, probes: Sequence[Probe], holder: str, ours: Sequence[str]) -> None:
        """What may not happen at all is looked at once for many; when it did, one by one."""
        other = self._world("a" if holder == "b" else "b")
        before = checksums(other)
        with log_lines() as self._lines:
            for probe in probes:
                self._ask(probe)
        self.report.crossings += strays_in_redis(self.twins.canaries)
        # Budgets are not taken back with the rows.
        empty_redis()
        after = checksums(other)
        changed = sorted(table for table in before if before[table] != after[table] and table not in ours)
        if changed:
            culprit = self._culprit(probes, other, changed)
            self.report.crossings += [f"{culprit}: changed {', '.join(changed)} of the other tenant."]

    def _culprit(self, probes: Iterable[Probe], other: World, tables: Sequence[str]) -> str:
        before = checksums(other)
        for probe in probes:
            with transaction.atomic():
                self._answer(probe, keep=True)
                after = checksums(other)
                changed = any(after[table] != before[table] for table in tables)
                transaction.set_rollback(True)
            leave_tenant()
            if changed:
                return str(probe)
        return "Several requests together"

    def _ask(self, probe: Probe) -> None:
        del self._lines[:]
        mails = len(mail.outbox)
        named = {probe.kind, probe.related} & {FOREIGN, MIXED}
        answer, sent, strayed = self._answer(probe, keep=bool(named) or probe.host == "b" or probe.holder == "b")
        self.report.asked += 1
        self.report.routes.add((probe.route.pattern, probe.method))
        self.report.statuses[answer.status_code] += 1
        if (probe.kind, probe.host, probe.holder) == (OWN, "a", "a") and answer.status_code not in (403, 404, 405):
            self.report.reached.add(probe.route.pattern)
        if answer.status_code not in allowed_statuses(probe) or was_turned_away(probe, answer.get("Location", "")):
            self._cross(probe, f"answered {answer.status_code} {answer.get('Location', '')}")
        if strayed:
            self._cross(probe, f"changed rows out of its sender's reach: {', '.join(strayed)}")
        for place, text in _said(self._body, answer, mail.outbox[mails:], self._lines):
            for word in self.twins.canaries.found_in(text):
                if word.word not in sent and not (may_read(probe, word) and place != "log"):
                    self._cross(probe, f"the {place} holds {word.word} of {word.tenant}: {word.label} {word.owner}")

    def _cross(self, probe: Probe, what: str) -> None:
        self.report.crossings.append(f"{probe}: {what}.")

    def _answer(self, probe: Probe, *, keep: bool) -> tuple[HttpResponse, str, list[str]]:
        """The answer, what was sent, and where rows beyond the sender's reach changed. Taken back unless kept."""
        client, headers = self._client(probe)
        address = address_of(probe.route, self.twins, probe.kind)
        ids = Ids(self.twins, probe.related)
        watch = probe.method != "GET" and probe.host == "a" and keeps_within_reach(probe, REACH[probe.viewer])
        query = QUERIES.get(probe.route.name, lambda _: {})(ids)
        body = BODIES.get(probe.route.name, lambda _: {})(ids) if probe.method == "POST" else {}
        if query and not body:
            address += f"?{urlencode(query)}"
        with transaction.atomic():
            before = self._sum(probe, known=True) if watch else {}
            if probe.method == "POST":
                speaks_json = probe.route.name.startswith(("api:", "webhooks:"))
                as_json = {"content_type": "application/json"} if speaks_json else {}
                answer = client.post(address, body, headers=headers, **as_json)
            else:
                answer = client.generic(probe.method, address, headers=headers)
            after = self._sum(probe) if watch and answer.status_code < 500 else before
            strayed = sorted(table for table in before if after[table] != before[table])
            self._body = answer.getvalue()
            if not keep:
                transaction.set_rollback(True)
        # A rollback takes the search path back too.
        leave_tenant()
        if keep:
            self._sums.clear()
        return answer, f"{address} {json.dumps(body, default=str)}", strayed

    def _sum(self, probe: Probe, *, known: bool = False) -> dict[str, str]:
        """Of what the sender may not change; `known`: as it was before, when nothing was kept since."""
        alone = probe.route.guard is Guard.PERSON
        key = f"{probe.viewer} {alone}"
        if known and key in self._sums:
            return self._sums[key]
        with tenant_context(self.twins.a.tenant):
            if alone:
                found = checksum_of_others(self.twins.a.users[probe.viewer].pk)
            else:
                found = checksum_out_of_reach(REACH[probe.viewer], self.twins.a)
        if known:
            self._sums[key] = found
        return found

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
