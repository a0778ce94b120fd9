"""What events, tags and opened links set off."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from campaigns.enums import EnrollmentState, Trigger
from campaigns.models import Enrollment
from contacts.services import save_field
from content.links import create_touchpoint_links
from content.models import Material, PageView
from events.inputs import Happening
from events.models import Event
from leads.models import Lead
from lifecycle.models import Position, Stage, StageRule
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.engagement import contacts_tagged, events_happened, link_opened
from scrm.flows.scoring import scores_due
from scrm.flows.starter import lay_out_tenant
from tagging.enums import TagSource
from tagging.models import ContactScore, ScoreRule, Tag, TagAssignment, TagChange, TagRule
from tests.factories import make_contact, make_live_sop, make_user, step
from tests.flows.arrivals import make_arrival

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.50"


@pytest.fixture
def ready(acme):
    lay_out_tenant()
    return acme


def viewed(contact, key: str = "v1", kind: str = "content_viewed", **properties) -> Happening:
    return Happening(contact.pk, kind, clock.now(), key, properties)


def tags_of(contact) -> set[str]:
    return set(TagAssignment.objects.filter(contact=contact).values_list("tag__code", flat=True))


def stage_of(contact) -> str:
    return Position.objects.get(contact=contact).stage.code


def test_a_new_event_is_stored_and_gives_tag_and_stage(ready):
    lin = make_contact()

    [outcome] = events_happened([viewed(lin, topic="product")], now=clock.now())

    assert outcome
    assert Event.objects.get().properties == {"topic": "product"}
    assert tags_of(lin) == {"interest-product"}
    assert TagAssignment.objects.get().rule.name == TagAssignment.objects.get().evidence
    assert stage_of(lin) == "interested"


def test_an_event_that_does_not_fit_the_rule_gives_no_tag(ready):
    lin = make_contact()

    events_happened([viewed(lin, topic="price")], now=clock.now())

    assert tags_of(lin) == set()


def test_a_batch_told_again_changes_nothing(ready):
    lin, now = make_contact(), clock.now()
    make_live_sop(step(), trigger=Trigger.TAG_ADDED, trigger_tag=Tag.objects.get(code="interest-product"))
    batch = [viewed(lin, "a", topic="product"), viewed(lin, "b", topic="product")]
    assert [bool(each) for each in events_happened(batch, now=now)] == [True, True]
    contacts_tagged([lin.pk], Tag.objects.values_list("pk", flat=True), add=False, source=TagSource.HAND, now=now)

    assert [bool(each) for each in events_happened(batch, now=now)] == [False, False]

    assert Event.objects.count() == 2
    assert tags_of(lin) == set()
    assert Enrollment.objects.count() == 1


def test_the_same_event_twice_in_a_batch_is_new_once(ready):
    lin = make_contact()

    assert [bool(each) for each in events_happened([viewed(lin), viewed(lin)], now=clock.now())] == [True, False]


def test_wrong_events_are_named_and_the_others_go_in(ready, globex):
    with tenant_context(globex):
        cais = make_contact("Cai's")
    with tenant_context(ready):
        lin = make_contact()
        outcomes = events_happened(
            [viewed(lin, "a", kind="teleported"), viewed(lin, "b", colour="red"), viewed(cais, "c"), viewed(lin, "d")],
            now=clock.now(),
        )

        assert [outcome.new for outcome in outcomes] == [False, False, False, True]
        assert "teleported" in outcomes[0].problem
        assert "colour" in outcomes[1].problem
        assert outcomes[2].problem
        assert Event.objects.get().dedupe_key == "d"


def test_a_rule_may_ask_about_the_contact_and_its_events_so_far(ready):
    lin, mei = make_contact("Lin", city="Xiamen"), make_contact("Mei", city="Xiamen")
    TagRule.objects.create(
        name="Keen in Xiamen",
        tag=Tag.objects.get(code="viewed-content"),
        event_type="content_viewed",
        condition={
            "all": [
                {"fact": "contact.city", "op": "is", "value": "Xiamen"},
                {"fact": "events.count", "op": "gte", "value": 2, "args": {"type": "content_viewed"}},
            ]
        },
        created_at=clock.now(),
    )

    events_happened([viewed(lin, "1"), viewed(mei, "2")], now=clock.now())
    assert tags_of(lin) == set()
    events_happened([viewed(lin, "3")], now=clock.now())

    assert tags_of(lin) == {"viewed-content"}
    assert tags_of(mei) == set()


def test_a_tag_that_a_rule_gives_starts_its_sop(ready):
    lin, now = make_contact(zone="Europe/Paris"), clock.now()
    sop = make_live_sop(step(), trigger=Trigger.TAG_ADDED, trigger_tag=Tag.objects.get(code="interest-product"))

    events_happened([viewed(lin, topic="product")], now=now)

    enrollment = Enrollment.objects.get()
    assert (enrollment.sop, enrollment.contact, enrollment.anchor_at) == (sop, lin, now)
    assert enrollment.zone == "Europe/Paris"


def test_an_event_that_wins_ends_what_leads_there_and_closes_the_lead(ready):
    make_live_sop(step(), trigger=Trigger.LEAD_CAPTURED)
    [outcome] = lead_arrived([make_arrival(1)], now=clock.now())
    won = Stage.objects.get(code="won")
    StageRule.objects.create(name="Paid", to_stage=won, event_type="order_paid", condition={}, created_at=clock.now())

    events_happened(
        [Happening(outcome.contact_id, "order_paid", clock.now(), "o1", {"order": "1", "amount": 9.5})],
        now=clock.now(),
    )

    assert Position.objects.get().stage == won
    assert Lead.objects.get().status == "won"
    assert Enrollment.objects.get().state == EnrollmentState.EXITED


def test_in_an_exclusive_group_a_new_tag_takes_the_place_of_the_old(ready):
    lin, ben = make_contact(), make_user()
    high, low = Tag.objects.get(code="potential-high"), Tag.objects.get(code="potential-low")

    contacts_tagged([lin.pk], [high.pk], add=True, source=TagSource.HAND, by=ben, now=clock.now())
    assert contacts_tagged([lin.pk], [low.pk], add=True, source=TagSource.HAND, by=ben, now=clock.now()) == 1

    assert tags_of(lin) == {"potential-low"}
    history = TagChange.objects.order_by("id").values_list("tag__code", "added")
    assert list(history) == [("potential-high", True), ("potential-high", False), ("potential-low", True)]


def test_a_tag_given_twice_is_one(ready):
    lin, tag = make_contact(), Tag.objects.get(code="regular")

    counts = [contacts_tagged([lin.pk], [tag.pk], add=True, source=TagSource.HAND, now=clock.now()) for _ in range(2)]

    assert counts == [1, 0]
    assert TagChange.objects.count() == 1


def test_a_tag_that_expired_is_given_anew(ready):
    lin, tag, now = make_contact(), Tag.objects.get(code="regular"), clock.now()
    contacts_tagged([lin.pk], [tag.pk], add=True, source=TagSource.HAND, now=now)
    TagAssignment.objects.update(expires_at=now)

    assert contacts_tagged([lin.pk], [tag.pk], add=True, source=TagSource.HAND, now=now + timedelta(days=1)) == 1
    assert TagAssignment.objects.get().expires_at is None


def test_unknown_contacts_and_archived_tags_change_nothing(ready):
    tag = Tag.objects.get(code="regular")
    Tag.objects.filter(pk=tag.pk).update(archived=True)

    assert contacts_tagged([uuid4()], [tag.pk], add=True, source=TagSource.HAND, now=clock.now()) == 0
    assert contacts_tagged([make_contact().pk], [tag.pk], add=True, source=TagSource.HAND, now=clock.now()) == 0


def test_an_opened_link_is_a_view_and_an_event(ready):
    lin, now = make_contact(), clock.now()
    material = Material.objects.create(title="Guide", topic="product", created_at=now)
    code = create_touchpoint_links(links=[(material.pk, lin.pk, 1)], now=now)[1]

    link = link_opened(code, user_agent=PHONE, now=now)

    assert link.material == material
    assert PageView.objects.get().link == link
    assert Event.objects.get().properties == {"material": str(material.pk), "topic": "product"}
    assert tags_of(lin) == {"interest-product"}


@pytest.mark.parametrize(
    "agent", ["", "Googlebot/2.1", "facebookexternalhit/1.1", "python-requests/2.32", "Slackbot 1.0"]
)
def test_a_machine_that_looks_is_no_view(ready, agent):
    lin, now = make_contact(), clock.now()
    material = Material.objects.create(title="Guide", created_at=now)
    code = create_touchpoint_links(links=[(material.pk, lin.pk, 1)], now=now)[1]

    assert link_opened(code, user_agent=agent, now=now).code == code
    assert link_opened(code, user_agent=PHONE, now=now, prefetch=True).code == code
    assert not PageView.objects.exists()
    assert not Event.objects.exists()


def test_a_link_of_another_tenant_or_a_retired_material_leads_nowhere(ready, globex):
    with tenant_context(ready):
        material = Material.objects.create(title="Guide", created_at=clock.now())
        code = create_touchpoint_links(links=[(material.pk, make_contact().pk, 1)], now=clock.now())[1]
    with tenant_context(globex):
        assert link_opened(code, user_agent=PHONE, now=clock.now()) is None
    with tenant_context(ready):
        Material.objects.update(active=False)
        assert link_opened(code, user_agent=PHONE, now=clock.now()) is None
        assert link_opened("nothing", user_agent=PHONE, now=clock.now()) is None


@pytest.mark.parametrize("size", [1, 3, 200])
def test_events_cost_the_same_statements_whatever_their_number(ready, size):
    people = [make_contact(f"Person {n}") for n in range(size)]
    batch = [viewed(person, f"v{n}", topic="product") for n, person in enumerate(people)]

    with CaptureQueriesContext(connection) as statements:
        events_happened(batch, now=clock.now())

    assert TagAssignment.objects.count() == size
    assert len(statements) == 20


def test_a_rule_that_can_be_read_no_more_holds_up_no_event(ready):
    age = save_field(field=None, kind="number", label="Age", by=None, now=clock.now())
    grown = {"fact": "contact.field.age", "op": "gte", "value": 18}
    tag, now = Tag.objects.first(), clock.now()
    TagRule.objects.create(name="R", tag=tag, event_type="lead_captured", condition=grown, created_at=now)
    stage = Stage.objects.get(code="won", lifecycle__is_default=True)
    StageRule.objects.create(name="R", to_stage=stage, event_type="lead_captured", condition=grown, created_at=now)
    ScoreRule.objects.create(name="R", kind="condition", points=5, condition=grown, created_at=now)
    save_field(field=age, kind="text", label="Age", by=None, now=clock.now())

    [outcome] = lead_arrived([make_arrival(1, tags=("interest-product",))], now=clock.now())

    assert outcome.outcome == "created"
    assert not scores_due(Budget(60))
    assert ContactScore.objects.get().computed_at is not None
