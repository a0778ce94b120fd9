"""Every registered fact means the same in SQL and in memory, for subjects built from plain data."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from commerce.models import Order, OrderLine, Product
from contacts.models import Company, Contact, DoNotContact, Identity
from contacts.queries import contact_ids_matching, count_matching, fact_values
from events.models import Event, EventType
from leads.models import EntryLink, Lead, Source, Touch
from lifecycle.models import Lifecycle, Position, Stage, StageTransition
from scrm.core.conditions import Scope, Snapshot, evaluate, facts, parse, schema_for, sentence
from scrm.core.ids import uuid7
from tagging.models import ContactScore, Tag, TagAssignment, TagCategory, TagGroup
from tenants.selectors import tenant_current
from tests.core.condition_cases import DEEP, MOMENTS, NOW, answers, rules, sampled

BESIDE = [timedelta(), timedelta(microseconds=1), timedelta(microseconds=-1)]
PAST_AND_COMING = [moment + nudge for moment in MOMENTS for nudge in BESIDE]
ATTRIBUTES = ["red", "Red", "7", 7, 7.5, True, None, ["a"], "", "7 "]
TEXTS = ["red", "RED", "7", "7.5", "true", '["a"]', "7 "]


class World:
    """A small business in the tables, and the same one as plain subjects."""

    def __init__(self):
        self.draw = random.Random(7)
        self.users = [
            get_user_model().objects.create(username=f"facts-{name}", full_name=name) for name in ("Ada", "Ben")
        ]
        self.companies = [Company.objects.create(name=name, created_at=NOW) for name in ("Acme Tools", "万达")]
        self.sources = [Source.objects.create(name=name, created_at=NOW) for name in ("Facts fair", "抖音")]
        self.links = [
            EntryLink.objects.create(name=name, url="https://x.test/", created_at=NOW) for name in ("Poster", "海报")
        ]
        self.types = [EventType.objects.create(code=f"facts-{name}", name=name) for name in ("viewed", "clicked")]
        group = TagGroup.objects.create(category=TagCategory.objects.create(name="facts"), name="facts")
        self.tags = [Tag.objects.create(group=group, code=f"facts-{name}", name=name) for name in "abc"]
        Lifecycle.objects.filter(is_default=True).update(is_default=False)
        self.lifecycles = [
            Lifecycle.objects.create(name=name, is_default=name == "Sales") for name in ("Sales", "Service")
        ]
        self.stages = [
            Stage.objects.create(lifecycle=lifecycle, code=code, name=code, kind=kind, position=position)
            for lifecycle in self.lifecycles
            for position, (code, kind) in enumerate([("facts-new", "open"), ("facts-won", "won")])
        ]
        self.products = [Product.objects.create(code=f"facts-{name}", name=name) for name in ("tea", "cup")]
        self.subjects = {}
        for _ in range(60 if DEEP else 40):
            self.add_person()

    def some(self, items, most):
        return self.draw.sample(items, min(len(items), self.draw.randint(0, most)))

    def add_person(self):
        draw = self.draw
        contact = Contact.objects.create(
            name=draw.choice(["", "Ada", "李雷", "O'Neil"]),
            city=draw.choice(["", "Berlin", "上海", "berlin"]),
            country=draw.choice(["", "DE", "CN"]),
            zone=draw.choice(["", "Asia/Shanghai"]),
            language=draw.choice(["", "en", "zh-hans"]),
            company=draw.choice([None, *self.companies]),
            owner=draw.choice([None, *self.users]),
            created_at=draw.choice(PAST_AND_COMING),
            updated_at=NOW,
        )
        self.subjects[contact.id] = {
            "contact": self.describe(contact),
            "leads": [self.add_lead(contact) for _ in range(draw.choice([0, 1, 3]))],
            "events": [self.add_event(contact) for _ in range(draw.choice([0, 2, 5]))],
            "tags": [self.add_tag(contact, tag) for tag in self.some(self.tags, 3)],
            "default_lifecycle": str(self.lifecycles[0].id),
            "positions": [self.add_position(contact, each) for each in self.some(self.lifecycles, 2)],
            "stages_ever": [self.add_move(contact, stage) for stage in self.some(self.stages, 2)],
            "orders": [self.add_order(contact) for _ in range(draw.choice([0, 1, 3]))],
            "business_zone": tenant_current().zone,
            "score": self.add_score(contact),
        }

    def add_score(self, contact):
        points = self.draw.choice([None, Decimal("-5"), Decimal("12.5"), Decimal("60")])
        if points is None:
            return {"points": None, "band": None}
        band = "hot" if points > 50 else "cold"
        ContactScore.objects.create(contact=contact, points=points, band=band)
        return {"points": points, "band": band}

    def describe(self, contact):
        channels = self.some(["all", "email", "sms", "call"], 2)
        for channel in channels:
            DoNotContact.objects.create(contact=contact, channel=channel, since=NOW)
        kinds = self.some(["phone", "email", "wecom"], 3)
        for kind in kinds:
            Identity.objects.create(
                contact=contact, kind=kind, sealed=b"x", blind=uuid7().bytes, hint="-", created_at=NOW
            )
        names = ("name", "city", "country", "zone", "language", "created_at")
        return {
            **{name: getattr(contact, name) for name in names},
            "company": contact.company and contact.company.name,
            "owner": contact.owner and str(contact.owner.id),
            "do_not_contact": channels,
            "identities": kinds,
        }

    def add_lead(self, contact):
        draw = self.draw
        status = draw.choice(["new", "assigned", "won", "lost"])
        lead = Lead.objects.create(
            contact=contact,
            source=draw.choice([None, *self.sources]),
            owner=draw.choice([None, *self.users]),
            status=status,
            rating=draw.choice(["", "A", "B"]),
            score=draw.choice([0, 5, 10]),
            came_by=draw.choice(["form", "api"]),
            origin=draw.choice(["", "Landing page"]),
            dedupe_key=str(uuid7()),
            attributes={"colour": draw.choice(ATTRIBUTES)} if draw.random() < 0.8 else {},
            captured_at=draw.choice(MOMENTS),
            assigned_at=NOW,
            won_at=NOW if status == "won" else None,
            updated_at=NOW,
        )
        names = ("id", "status", "rating", "score", "came_by", "origin", "attributes", "captured_at")
        return {
            **{name: getattr(lead, name) for name in names},
            "source": lead.source and str(lead.source.id),
            "owner": lead.owner and str(lead.owner.id),
            **self.add_touches(lead),
        }

    def add_touches(self, lead):
        """Up to two, of which the first brought the lead."""
        touches = [
            Touch.objects.create(
                contact=lead.contact,
                lead=lead,
                link=link,
                brought=number == 0,
                at=lead.captured_at + timedelta(hours=number),
            )
            for number, link in enumerate(self.some([None, *self.links], 2))
        ]
        told = [{"id": each.id, "at": each.at, "link": each.link and str(each.link.id)} for each in touches]
        return {"touches": told, "link": told[0]["link"] if told else None}

    def add_event(self, contact):
        kind, at = self.draw.choice(self.types), self.draw.choice(PAST_AND_COMING)
        properties = {"colour": self.draw.choice(ATTRIBUTES)}
        Event.objects.create(
            contact=contact,
            type=kind,
            occurred_at=at,
            received_at=NOW,
            dedupe_key=str(uuid7()),
            properties=properties,
        )
        return {"type": kind.code, "occurred_at": at, "properties": properties}

    def add_tag(self, contact, tag):
        expires_at = self.draw.choice([None, None, *PAST_AND_COMING])
        TagAssignment.objects.create(contact=contact, tag=tag, source="hand", at=NOW, expires_at=expires_at)
        return tag.code, expires_at

    def add_position(self, contact, lifecycle):
        stage = self.draw.choice([each for each in self.stages if each.lifecycle == lifecycle])
        since = self.draw.choice(PAST_AND_COMING)
        Position.objects.create(contact=contact, lifecycle=lifecycle, stage=stage, since=since)
        return {"lifecycle": str(lifecycle.id), "current": stage.code, "kind": stage.kind, "since": since}

    def add_move(self, contact, stage):
        StageTransition.objects.create(
            contact=contact, lifecycle=stage.lifecycle, to_stage=stage, at=NOW, source="hand"
        )
        return stage.code

    def add_order(self, contact):
        draw = self.draw
        order = Order.objects.create(
            contact=contact,
            platform="facts",
            number=str(uuid7()),
            status=draw.choice(["paid", "paid", "placed", "refunded"]),
            amount=Decimal(draw.choice(["0.00", "19.90", "20.00"])),
            refunded=Decimal(draw.choice(["0.00", "0.00", "5.00"])),
            currency=draw.choice(["CNY", "EUR"]),
            ordered_at=draw.choice(PAST_AND_COMING),
            updated_at=NOW,
        )
        bought = self.some(self.products, 2)
        for product in bought:
            OrderLine.objects.create(order=order, product=product, amount=1)
        names = ("status", "amount", "refunded", "currency", "ordered_at")
        return {**{name: getattr(order, name) for name in names}, "products": [each.code for each in bought]}


# What rules compare with. Words that only the world knows (ids) are drawn by place and looked up.
MOMENT_VALUES = [moment.isoformat() for moment in MOMENTS]
TYPES = ["facts-viewed", "facts-clicked"]
VALUES = {
    "contact.name": ["Ada", "ada", "李", "O'Neil", "雷"],
    "contact.city": ["Berlin", "berlin", "上海", "海"],
    "contact.country": ["DE", "CN"],
    "contact.zone": ["Asia/Shanghai", "asia"],
    "contact.language": ["en", "zh-hans"],
    "contact.company": ["Acme Tools", "万达", "tools"],
    "contact.owner": ["<users 0>", "<users 1>"],
    "contact.created_at": MOMENT_VALUES,
    "contact.known_by": ["phone", "email", "wecom"],
    "contact.do_not_contact": ["all", "email", "sms", "call", "chat"],
    "lead.status": ["new", "won", "lost"],
    "lead.source": ["<sources 0>", "<sources 1>"],
    "lead.came_by": ["form", "api", "hand"],
    "lead.origin": ["Landing page", "page"],
    "lead.owner": ["<users 0>", "<users 1>"],
    "lead.rating": ["A", "B", "C"],
    "lead.score": [0, 5, 7.5, 10],
    "lead.captured_at": MOMENT_VALUES,
    "lead.attribute": TEXTS,
    "lead.attribute.name": ["colour", "size"],
    "lead.attribute_number": [7, 7.5, 8],
    "lead.attribute_number.name": ["colour", "size"],
    "lead.sources": ["<sources 0>", "<sources 1>"],
    **{key: ["<links 0>", "<links 1>"] for key in ("lead.link", "lead.links", "lead.first_link")},
    "lead.count": [0, 1, 2, 3],
    "lead.count.status": ["new", "won"],
    "events.count": [0, 1, 2],
    "events.count.type": TYPES,
    "events.count.days": [1, 7, 30],
    "events.count.property": ["colour", "size"],
    "events.count.equals": TEXTS,
    "events.last_at": MOMENT_VALUES,
    "events.last_at.type": TYPES,
    "events.last_at.property": ["colour"],
    "events.last_at.equals": TEXTS,
    "score": [-5, 0, 12.5, 60],
    "score_band": ["hot", "cold"],
    "tags": ["facts-a", "facts-b", "facts-c"],
    "stage.current": ["facts-new", "facts-won"],
    "stage.current.lifecycle": ["<lifecycles 0>", "<lifecycles 1>"],
    "stage.kind": ["open", "won", "lost"],
    "stage.kind.lifecycle": ["<lifecycles 0>", "<lifecycles 1>"],
    "stage.since": MOMENT_VALUES,
    "stage.since.lifecycle": ["<lifecycles 0>", "<lifecycles 1>"],
    "stage.ever": ["facts-new", "facts-won"],
    "orders.count": [0, 1, 2],
    "orders.count.days": [1, 7, 30],
    "orders.sum": [0, 19.9, 20, 39.9],
    "orders.sum.currency": ["CNY", "EUR", "USD"],
    "orders.sum.days": [7, 30],
    "orders.repurchases": [0, 1, 2],
    "orders.first_at": MOMENT_VALUES,
    "orders.last_at": MOMENT_VALUES,
    "orders.next_at": MOMENT_VALUES,
    "orders.products": ["facts-tea", "facts-cup"],
}
CONTACT_FACTS = [fact for fact in facts.by_key.values() if fact.scope is Scope.CONTACT]


def looked_up(data, world):
    """The rule with `<users 0>` and the like replaced by the id that the row got."""
    if isinstance(data, dict):
        return {key: looked_up(value, world) for key, value in data.items()}
    if isinstance(data, list):
        return [looked_up(value, world) for value in data]
    if isinstance(data, str) and data.startswith("<"):
        name, place = data.strip("<>").split()
        return str(getattr(world, name)[int(place)].id)
    return data


@pytest.fixture
def world(acme):
    return World()


def test_every_fact_is_drawn():
    missing = {fact.key for fact in CONTACT_FACTS} - VALUES.keys()

    assert missing == set()


@sampled()
@given(data=rules(CONTACT_FACTS, VALUES))
def test_facts_mean_the_same_in_sql_and_in_memory(world, data):
    condition = parse(looked_up(data, world), facts)

    with connection.cursor() as cursor:
        by_sql, by_values, in_memory = answers(cursor, condition, world.subjects)

    assert by_sql == in_memory
    assert by_values == in_memory


@sampled(shallow=60, deep=2_000)
@given(data=st.one_of([rules([fact], VALUES) for fact in CONTACT_FACTS]))
def test_rules_read_as_sentences_in_both_languages(world, data):
    condition = parse(looked_up(data, world), facts)

    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = sentence(condition)
            assert "%(" not in said
            assert "facts-a" not in said


def test_each_question_of_each_fact_agrees(world):
    for fact in CONTACT_FACTS:
        for op, value in [("is_set", None), ("is_not_set", None), ("gte", 1), ("within_last", 30), ("older_than", 7)]:
            if op not in fact.operators:
                continue
            args = {
                argument.name: VALUES[f"{fact.key}.{argument.name}"][0]
                for argument in fact.arguments
                if argument.required
            }
            data = {"fact": fact.key, "op": op, "args": args, **({"value": value} if value else {})}
            with connection.cursor() as cursor:
                by_sql, by_values, in_memory = answers(cursor, parse(data, facts), world.subjects)

            assert by_sql == by_values == in_memory, fact.key


def test_matching_contacts_are_found_counted_and_narrowed(world):
    condition = parse({"fact": "tags", "op": "has", "value": "facts-a"}, facts)
    expected = {key for key, subject in world.subjects.items() if evaluate(condition, subject, NOW)}
    one = next(iter(expected))

    assert set(contact_ids_matching(condition, NOW)) == expected
    assert count_matching(condition, NOW) == len(expected)
    assert contact_ids_matching(condition, NOW, among=[one]) == [one]
    assert contact_ids_matching(condition, NOW, among=[]) == []


@pytest.mark.parametrize("rule_count", [1, 3])
def test_many_rules_read_a_batch_of_contacts_in_one_statement(world, django_assert_num_queries, rule_count):
    rule = {
        "all": [
            {"fact": "event.type", "op": "is", "value": "facts-viewed"},
            {"fact": "event.number", "op": "gte", "value": 30, "args": {"property": "seconds"}},
            {"fact": "tags", "op": "has", "value": "facts-a"},
            {"fact": "events.count", "op": "gte", "value": 2, "args": {"days": 30}},
        ]
    }
    conditions = [parse(rule, facts)] * rule_count
    event = {"type": "facts-viewed", "properties": {"seconds": 31}, "occurred_at": NOW}

    with django_assert_num_queries(1):
        known = fact_values(conditions, list(world.subjects), NOW)

    for key, subject in world.subjects.items():
        expected = evaluate(conditions[0], {**subject, "event": event}, NOW)
        assert evaluate(conditions[0], Snapshot(known[key], event), NOW) is expected


def test_rule_on_the_event_alone_reads_nothing_but_ids(world):
    condition = parse({"fact": "event.type", "op": "is", "value": "facts-viewed"}, facts)

    known = fact_values([condition], list(world.subjects), NOW)

    assert set(known) == set(world.subjects)
    assert set(map(len, known.values())) == {0}


def test_schema_names_the_choices_of_the_tenant(world):
    found = {fact["key"]: fact for fact in schema_for(facts)["facts"]}

    assert {"value": "facts-a", "label": "a"} in found["tags"]["choices"]
    assert {"value": str(world.sources[0].id), "label": "Facts fair"} in found["lead.source"]["choices"]
    assert {"value": "facts-won", "label": "facts-won"} in found["stage.current"]["choices"]
    assert all(fact["label"] and fact["group"] for fact in found.values())
