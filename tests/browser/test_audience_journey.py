"""Who is what, in a browser: a taxonomy copied, a rule tried and applied, segments nested, a card moved, the flow.

On a desk in English and on a phone in Chinese; over 100,000 contacts when deep.
"""

import os
import re
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.functional import Promise
from django_tenants.utils import tenant_context
from playwright.sync_api import Page, expect

from accounts.enums import Role
from audiences.models import Segment
from contacts.models import Contact
from lifecycle.enums import MoveSource
from lifecycle.models import Lifecycle, Position
from lifecycle.services_lifecycles import lay_out_lifecycle
from lifecycle.templates import BEAUTY
from scrm.core import clock
from scrm.flows.progress import stage_moved
from tagging.models import Tag, TagAssignment
from tagging.starters import STARTERS
from tenants.models import Tenant
from tests.factories import make_contact, make_user

DEEP = bool(os.environ.get("SCRM_DEEP"))
PATIENCE = 900_000 if DEEP else 30_000
"""Milliseconds until everybody has the tag."""
WATCH = """
sessionStorage.setItem("seen", "[]");
new MutationObserver(() => {
    const bar = document.querySelector("progress");
    const seen = JSON.parse(sessionStorage.getItem("seen"));
    if (bar && bar.position > 0 && bar.position !== seen.at(-1))
        sessionStorage.setItem("seen", JSON.stringify([...seen, bar.position]));
}).observe(document.body, { childList: true, subtree: true, attributes: true });
"""
"""Notes how far the bar has come, each time that it says something else; the page comes anew at the end."""


def add_people(city: str, many: int) -> None:
    first = make_contact(f"{city} 1", city=city)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contact SELECT (jsonb_populate_record(c, jsonb_build_object("
            "'id', gen_random_uuid(), 'name', c.city || ' ' || n))).*"
            " FROM contacts_contact c, generate_series(2, %s) AS n WHERE c.id = %s",
            [many, first.pk],
        )


@pytest.fixture
def acme_live(live) -> Iterator[None]:
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        yield


class Journey:
    """One person's way through the pages, in their language."""

    def __init__(self, page: Page, url: str, chinese: bool) -> None:
        self.page, self.url, self.chinese = page, url, chinese
        self.city = "Lagos" if chinese else "Faro"
        self.many = (100_000 if DEEP else 300) if chinese else (100_000 if DEEP else 2_000)

    def say(self, text: str | Promise, **named: object) -> str:
        with translation.override("zh-hans" if self.chinese else "en"):
            said = str(text) if isinstance(text, Promise) else translation.gettext(text)
            return said % named if named else said

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def press(self, text: str, **named: object) -> None:
        self.page.get_by_role("button", name=self.say(text, **named), exact=True).click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(self.say(label), exact=True).fill(value)

    def shown(self, label: str) -> str:
        """The figure of that name."""
        stat = self.page.locator(".stat", has_text=self.say(label))
        return stat.locator(".stat-value").inner_text()

    def ask(self, row: int, fact: str, value: str) -> None:
        """A condition of that row of the builder is about something and has a value, chosen or written."""
        about = self.page.locator(f"#rule-{row}-fact")
        if about.input_value() != fact:
            about.select_option(fact)
            expect(self.page.locator(f"[name=rule-{row}-was]")).to_have_value(fact)
        field = self.page.locator(f"[name=rule-{row}-value]").first
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
            field.blur()


@pytest.fixture(params=["desk", "phone"])
def journey(request, live, acme_live, open_browser) -> Journey:
    chinese = request.param == "phone"
    page = open_browser("phone", language="zh-CN") if chinese else open_browser()
    page.set_default_timeout(PATIENCE)
    user = make_user(f"olga-{request.param}", Role.OPS)
    client = Client()
    client.force_login(user)
    url = live.url("acme", "").rstrip("/")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    return Journey(page, url, chinese)


def copy_taxonomy(way: Journey) -> Tag:
    trade = "clothing" if way.chinese else "beauty"
    before = set(Tag.objects.values_list("pk", flat=True))
    way.go(f"/tags/starters/copy/?trade={trade}")
    way.press("Copy the taxonomy “%(name)s”", name=way.say(STARTERS[trade].name))
    way.page.wait_for_url(re.compile(r"/tags/$"))
    tag = Tag.objects.exclude(pk__in=before).order_by("pk").first()
    assert tag is not None
    expect(way.page.get_by_role("main")).to_contain_text(tag.name)
    return tag


def write_rule(way: Journey, tag: Tag) -> None:
    city, many = way.city, way.many
    way.go("/tags/rules/new/")
    way.fill("Name", f"From {city}")
    way.page.get_by_label(way.say("Give this tag"), exact=True).select_option(str(tag.pk))
    way.press("Add a condition")
    way.ask(0, "contact.city", city)
    way.press("Save rule")
    way.page.wait_for_url(re.compile("/tags/rules/[0-9a-f-]+/$"))
    assert way.shown("Would get the tag") == f"{many:,}"
    assert not TagAssignment.objects.filter(tag=tag).exists()


def apply_rule(way: Journey, tag: Tag) -> float:
    """Seconds until everybody has it; the bar came from little to much meanwhile."""
    began = time.monotonic()
    way.press("Switch on and apply")
    way.page.wait_for_url(re.compile("/tags/runs/"))
    way.page.evaluate(WATCH)
    stat = way.page.locator(".stat", has_text=way.say("Got the tag")).locator(".stat-value")
    expect(stat).to_have_text(f"{way.many:,}", timeout=PATIENCE)
    if DEEP:
        seen = way.page.evaluate("JSON.parse(sessionStorage.getItem('seen'))")
        assert len(seen) >= 3, seen
        assert seen == sorted(seen)
    assert TagAssignment.objects.filter(tag=tag).count() == way.many
    return round(time.monotonic() - began, 1)


def build_segments(way: Journey, tag: Tag) -> None:
    """One of who has the tag, and one that asks for it inside a group; its sentence says so while it is built."""
    city, many = way.city, way.many
    way.go("/segments/new/")
    way.fill("Name", f"Tagged in {city}")
    way.ask(0, "tags", tag.code)
    expect(way.page.locator("#segment-count .stat-value")).to_have_text(f"{many:,}", timeout=PATIENCE)
    way.press("Save segment")
    way.page.wait_for_url(re.compile("/segments/[0-9a-f-]+/$"))
    inner = Segment.objects.get(name=f"Tagged in {city}")

    way.go("/segments/new/")
    way.fill("Name", f"Who is of {city}")
    way.ask(0, "contact.city", city)
    way.press("Add a group")
    expect(way.page.locator(".rule-group #rule-2-fact")).to_be_visible()
    way.ask(2, "segments", str(inner.pk))
    words = way.page.locator("#segment-count")
    expect(words.locator(".stat-value")).to_have_text(f"{many:,}", timeout=PATIENCE)
    expect(words).to_contain_text(inner.name)
    way.press("Save segment")
    way.page.wait_for_url(re.compile("/segments/[0-9a-f-]+/$"))
    outer = Segment.objects.get(name=f"Who is of {city}")
    assert (inner.size, outer.size) == (many, many)
    expect(way.page.get_by_role("main")).to_contain_text(inner.name)


def move_card(way: Journey, lifecycle: Lifecycle, person: Contact) -> None:
    way.go(f"/lifecycle/board/?lifecycle={lifecycle.pk}")
    sampled = lifecycle.stages.get(code="sampled")
    card = way.page.locator(".board-card", has_text=person.name)
    if way.chinese:
        card.get_by_role("combobox").select_option(str(sampled.pk))
    else:
        card.drag_to(way.page.get_by_role("region", name=sampled.name))
    expect(way.page.get_by_role("button", name=way.say("Undo"), exact=True)).to_be_visible()
    expect(way.page.get_by_role("region", name=sampled.name).get_by_text(person.name)).to_be_visible()
    assert Position.objects.get(contact=person, lifecycle=lifecycle).stage == sampled
    way.page.get_by_role("link", name=way.say("Flow"), exact=True).click()
    expect(way.page.locator("svg.flow")).to_contain_text(sampled.name)


def test_tags_segments_and_stages_from_an_empty_business_to_the_flow(journey, record_property):
    add_people(journey.city, journey.many)
    name = f"Of {journey.city}"
    lifecycle = lay_out_lifecycle(template=BEAUTY, name=name, chinese=journey.chinese, by=None, now=clock.now())
    person = make_contact(f"Lin of {journey.city}")
    first = lifecycle.stages.get(code="new-friend")
    stage_moved([person.pk], first.pk, source=MoveSource.RULE, now=clock.now())

    tag = copy_taxonomy(journey)
    write_rule(journey, tag)
    record_property("seconds", apply_rule(journey, tag))
    build_segments(journey, tag)
    move_card(journey, lifecycle, person)
