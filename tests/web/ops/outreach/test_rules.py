"""Rules built in rows: what is posted, what is stored, and what is said when it can't be."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from audiences.models import Segment
from events.models import EventType
from scrm.core import clock
from scrm.core.conditions import Scope, Type, facts, parse, to_json
from scrm.core.conditions.types import SHAPES, Shape
from scrm.web.ops.rules import RuleForm
from tagging.models import TagRule
from tagging.upkeep import create_category, create_group, create_tag
from tests.factories import make_contact


@pytest.fixture
def tag(acme):
    now = clock.now()
    category = create_category(name="Interest", kind="interest", by=None, now=now)
    return create_tag(
        group=create_group(category=category, name="Model", by=None, now=now), name="SUV", by=None, now=now
    )


def rows(*given: tuple, match: str = "all", scope: str = "contact", **more: object) -> dict:
    data: dict = {"rule-scope": scope, "rule-match": match, "rule-rows": str(len(given)), **more}
    for index, (fact, op, *values) in enumerate(given):
        data |= {f"rule-{index}-fact": fact, f"rule-{index}-was": fact, f"rule-{index}-op": op}
        data[f"rule-{index}-value"] = values
    return data


BERLIN = {"name": "B", "kind": "dynamic"}
CITY = ("contact.city", "is", "Berlin")


def test_a_segment_is_made_from_rows(ops, tag):
    make_contact("Lin", city="Berlin")

    answer = ops.post(
        reverse("ops:segment_create"), {"name": "B", "kind": "dynamic", **rows(CITY, ("tags", "has_none", tag.code))}
    )

    segment = Segment.objects.get()
    assert answer.url == reverse("ops:segment_detail", args=[segment.pk])
    assert segment.condition == {
        "all": [
            {"fact": "contact.city", "op": "is", "value": "Berlin"},
            {"fact": "tags", "op": "has_none", "value": [tag.code]},
        ]
    }
    assert segment.size == 1


def test_arguments_and_numbers_are_read(ops, acme):
    EventType.objects.get_or_create(code="content.viewed", defaults={"name": "Viewed"})
    data = rows(("events.count", "between", "2", "5"), match="any") | {
        "rule-0-arg-type": "content.viewed",
        "rule-0-arg-days": "30",
        "rule-0-arg-property": "",
    }

    ops.post(reverse("ops:segment_create"), {"name": "V", "kind": "dynamic", **data})

    args = {"type": "content.viewed", "days": 30}
    assert Segment.objects.get().condition == {
        "any": [{"fact": "events.count", "op": "between", "value": [2, 5], "args": args}]
    }


def test_a_missing_value_is_asked_for_beside_its_row(ops):
    answer = ops.post(
        reverse("ops:segment_create"), {"name": "B", "kind": "dynamic", **rows(CITY, ("contact.city", "is", ""))}
    )

    assert answer.context["rule"].rows[1].error == "Fill in every field of this condition."
    assert answer.context["rule"].rows[0].error == ""
    assert not Segment.objects.exists()


def test_a_wrong_value_is_explained_beside_its_row(ops):
    answer = ops.post(
        reverse("ops:segment_create"), {"name": "B", "kind": "dynamic", **rows(("lead.count", "gte", "many"))}
    )

    assert "expected a whole number" in answer.context["rule"].rows[0].error
    assert not Segment.objects.exists()


def test_live_count_follows_the_rows(ops):
    make_contact("Lin", city="Berlin")
    make_contact("Wu", city="Rome")

    page = ops.post(reverse("ops:segment_count"), rows(CITY)).content.decode()

    assert "Lin" in page
    assert "Wu" not in page
    assert "City is “Berlin”" in page


def test_live_count_waits_for_a_whole_rule(ops):
    assert ops.post(reverse("ops:segment_count"), rows(("contact.city", "is", ""))).context["count"] is None


def test_buttons_add_and_remove_rows(ops):
    added = ops.post(reverse("ops:rule_builder"), {**rows(CITY), "rule-add": "1"}).context["rule"]
    removed = ops.post(reverse("ops:rule_builder"), {**rows(CITY, CITY), "rule-remove": "0"}).context["rule"]

    assert [row.fact.key for row in added.rows] == ["contact.city", "tags"]
    assert len(removed.rows) == 1


def test_another_fact_forgets_the_value(ops):
    data = rows(("lead.score", "gte", "5")) | {"rule-0-was": "contact.city"}

    row = ops.post(reverse("ops:rule_builder"), data).context["rule"].rows[0]

    assert (row.op, row.values) == ("gte", [])


def test_a_button_without_a_script_draws_the_page_again(ops):
    answer = ops.post(reverse("ops:segment_create"), {"name": "B", "kind": "frozen", **rows(CITY), "rule-add": "1"})

    assert answer.status_code == 200
    assert answer.context["form"]["name"].value() == "B"
    assert len(answer.context["rule"].rows) == 2
    assert not Segment.objects.exists()


def test_a_tag_rule_may_ask_of_the_event(ops, tag):
    EventType.objects.get_or_create(code="content.viewed", defaults={"name": "Viewed"})
    data = rows(("event.text", "is", "suv"), scope="event") | {"rule-0-arg-property": "topic"}

    ops.post(
        reverse("ops:tag_rule_create"),
        {"name": "SUV readers", "event_type": "content.viewed", "tag": str(tag.pk), "active": "on", **data},
    )

    assert TagRule.objects.get().condition == {
        "all": [{"fact": "event.text", "op": "is", "value": "suv", "args": {"property": "topic"}}]
    }


def test_a_tag_rule_needs_no_condition(ops, tag):
    EventType.objects.get_or_create(code="content.viewed", defaults={"name": "Viewed"})

    ops.post(
        reverse("ops:tag_rule_create"),
        {"name": "All", "event_type": "content.viewed", "tag": str(tag.pk), "active": "on", **rows(scope="event")},
    )

    assert TagRule.objects.get().condition == {}


BERLINERS, ROMANS = ({"fact": "contact.city", "op": "is", "value": city} for city in ("Berlin", "Rome"))


@pytest.mark.parametrize(
    "nested",
    [
        {"all": [BERLINERS, {"any": [ROMANS, {"all": [BERLINERS, ROMANS]}]}, ROMANS]},
        {"any": [{"not": {"any": [BERLINERS]}}, {"not": {"all": [ROMANS, BERLINERS]}}]},
        {"not": {"any": [BERLINERS, {"not": {"all": [ROMANS]}}]}},
    ],
)
def test_groups_within_groups_are_posted_as_they_were_drawn(acme, nested):
    form = RuleForm.from_stored(nested, Scope.CONTACT)

    again = RuleForm.from_post(as_a_browser_posts(form))

    assert again.to_json() == nested
    assert again.is_valid()


def test_a_rule_that_is_turned_round_is_a_group_of_none(acme):
    form = RuleForm.from_stored({"not": BERLINERS}, Scope.CONTACT)

    assert RuleForm.from_post(as_a_browser_posts(form)).to_json() == {"not": {"any": [BERLINERS]}}


def test_buttons_add_and_remove_groups(ops):
    posted = as_a_browser_posts(RuleForm.from_stored({"all": [BERLINERS, {"any": [ROMANS]}]}, Scope.CONTACT)).dict()

    def press(**button: str) -> RuleForm:
        return ops.post(reverse("ops:rule_builder"), {**posted, **button}).context["rule"]

    assert [len(group.parts) for group in press(**{"rule-group": "g1"}).root.parts[1:]] == [2]
    assert press(**{"rule-add": "g1"}).root.parts[1].parts[1].fact.key == "tags"
    assert press(**{"rule-add": "root"}).root.parts[2].fact.key == "tags"
    assert press(**{"rule-remove": "1"}).to_json() == {"all": [BERLINERS]}
    assert press(**{"rule-remove": "2"}).root.parts[1].parts == []


def test_an_empty_group_is_asked_about_beside_it(ops):
    data = as_a_browser_posts(RuleForm.from_stored({"all": [BERLINERS, {"any": [ROMANS]}]}, Scope.CONTACT))
    data["rule-rows"] = "2"

    answer = ops.post(reverse("ops:segment_create"), {"name": "B", "kind": "dynamic", **data.dict()})

    assert "Add a condition to this group" in answer.context["rule"].root.parts[1].error
    assert not Segment.objects.exists()


def test_a_wrong_value_within_a_group_is_explained_beside_it(ops):
    data = as_a_browser_posts(
        RuleForm.from_stored(
            {"all": [BERLINERS, {"not": {"any": [{"fact": "lead.count", "op": "is", "value": 1}]}}]}, Scope.CONTACT
        )
    )
    data["rule-2-value"] = "many"

    answer = ops.post(reverse("ops:segment_create"), {"name": "B", "kind": "dynamic", **data.dict()})

    assert "expected a whole number" in answer.context["rule"].rows[1].error
    assert "expected a whole number" in answer.content.decode()


SAMPLES = {
    Type.TEXT: ["Berlin", "上海"],
    Type.CHOICE: ["gone-1", "gone-2"],
    Type.KEYS: ["gone-1", "gone-2"],
    Type.NUMBER: ["-3", "19.9"],
    Type.MONEY: ["5", "19.9"],
    Type.COUNT: [2, 5],
    Type.MOMENT: ["2026-03-01T09:30:00+00:00", "2026-03-02T10:00:00+00:00"],
    Type.DATE: ["2026-03-01", "2026-03-02"],
    Type.DAYS: [7, 30],
    Type.BOOLEAN: [True, False],
}


def sample(fact, op: str) -> dict:
    leaf = {"fact": fact.key, "op": op}
    values = SAMPLES[fact.type]
    match SHAPES[op]:
        case Shape.ONE:
            leaf["value"] = values[0]
        case Shape.MANY | Shape.PAIR:
            leaf["value"] = values
        case Shape.DAYS:
            leaf["value"] = 7
    if fact.arguments:
        leaf["args"] = {each.name: SAMPLES[each.type][0] for each in fact.arguments}
    return leaf


def as_a_browser_posts(form: RuleForm) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"rule-scope": form.scope.value, "rule-match": form.root.match, "rule-rows": str(form.count)})

    def post(parts: list) -> None:
        for row in parts:
            start = f"rule-{row['index']}"
            data[f"{start}-depth"] = str(row["depth"])
            if "parts" in row:
                data.update({f"{start}-kind": "group", f"{start}-match": row["match"]})
                post(row["parts"])
                continue
            data.update({f"{start}-fact": row["fact"], f"{start}-was": row["fact"], f"{start}-op": row["op"]})
            for field in [*row["arguments"], *row["fields"]]:
                chosen = [choice.value for choice in field.choices if choice.chosen]
                for value in chosen if field.kind in ("select", "multiple") else [field.value]:
                    data.appendlist(field.name, value)

    post(form.drawn())
    return data


@pytest.mark.parametrize("match", ["all", "any"])
def test_a_form_that_nobody_touched_stores_the_same_rule(acme, match):
    for fact in facts:
        leaves = [sample(fact, op) for op in fact.operators]
        stored = to_json(parse({match: leaves}, facts, stored=True))

        again = RuleForm.from_post(as_a_browser_posts(RuleForm.from_stored(stored, Scope.EVENT)))

        assert to_json(parse(again.to_json(), facts, stored=True)) == stored, fact.key


def test_a_rule_that_can_no_longer_be_read_is_not_saved_as_one_that_always_holds(ops, acme):
    gone = {"all": [{"fact": "contact.gone", "op": "is", "value": "x"}]}
    segment = Segment.objects.create(name="B", kind="dynamic", condition=gone, created_at=clock.now())
    page = reverse("ops:segment_edit", args=[segment.pk])
    assert "can no longer be read" in ops.get(page).content.decode()
    unread = BERLIN | {"rule-scope": "contact", "rule-rows": "0", "rule-unread": "1"}

    refused = ops.post(page, unread)

    assert "can no longer be read" in refused.content.decode()
    assert Segment.objects.get().condition == gone
    stepped = ops.post(page, unread | {"rule-add": "root"})
    assert 'name="rule-unread"' not in stepped.content.decode()
    assert ops.post(page, unread | rows(CITY)).status_code == 302
    assert Segment.objects.get().condition["all"][0]["fact"] == "contact.city"


@pytest.mark.parametrize(
    "more",
    [{"rule-remove": "²"}, {"rule-rows": "9" * 5000}, {"rule-remove": "9" * 5000}, {"rule-0-value": "9" * 5000}],
)
def test_numbers_that_are_none_break_no_form(ops, acme, more):
    answer = ops.post(reverse("ops:segment_count"), rows(("touches.opened", "gte", "1")) | more)

    assert answer.status_code == 200


def test_a_rule_in_the_address_may_be_anything(ops, acme):
    for rule in ("[" * 20_000, "9" * 5000, '"x"'):
        assert ops.get(reverse("ops:segment_create"), {"rule": rule}).status_code == 200
