"""The public pool: who is in it, who may see and claim them, and what goes along."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry, Department
from alerts.enums import AlertKind
from alerts.models import Alert
from campaigns.enums import TaskState
from campaigns.models import RepTask
from contacts.enums import PutBack
from contacts.masking import masked_name
from contacts.models import Contact
from exchange.models import WebhookDelivery
from exchange.webhooks import create_webhook
from leads.models import (
    AssignmentRule,
    EntryLink,
    Form,
    Lead,
    LeadArrival,
    Opportunity,
    ResponseClock,
    Source,
    Touch,
)
from leads.pool import Limits, Refusal, Standing, next_look, refusal_of
from leads.selectors import pool_list, pool_list_filtered, pool_numbers, pool_policy
from leads.services import save_response_rule
from leads.services.interactions import Said, log_interaction
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.pool import day_began, pool_assigned, pool_claimed
from scrm.flows.releasing import put_back
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival
from tests.flows.pool import given_back, holders, policy, pooled
from tests.web.rep_people import make_task


@pytest.fixture
def shop(acme):
    return Department.objects.create(name="Shop")


@pytest.fixture
def ada(shop):
    return make_user("ada", "manager", department=shop)


@pytest.fixture
def ben(shop):
    return make_user("ben", department=shop)


@pytest.fixture
def eva(shop):
    return make_user("eva", department=shop)


@pytest.fixture
def dan(acme):
    return make_user("dan", department=Department.objects.create(name="South"))


def seen(viewer) -> set[str]:
    rows = pool_list(viewer, policy=pool_policy(), now=clock.now())
    return {lead.contact.name for lead in rows}


def claim(lead, by):
    return pool_claimed(lead.pk, by=by, now=clock.now())


def test_claim_makes_the_customer_theirs_with_all_that_is_open(ben):
    lead = pooled()
    second = Lead.objects.create(
        contact=lead.contact, came_by="hand", dedupe_key="2", captured_at=clock.now(), updated_at=clock.now()
    )
    deal = Opportunity.objects.create(contact=lead.contact, name="Deal", created_at=clock.now())

    made = claim(lead, ben)

    assert (made.contact_id, made.refusal) == (lead.contact_id, None)
    assert Contact.objects.get().owner == ben
    assert set(Lead.objects.values_list("owner", "status")) == {(ben.pk, "assigned")}
    assert Lead.objects.get(pk=second.pk).assigned_at is not None
    assert Opportunity.objects.get(pk=deal.pk).owner == ben
    assert holders(lead.contact) == [("", "Ben", "")]
    assert AuditEntry.objects.get(action="pool.claimed").actor == ben
    assert not Alert.objects.exists()
    assert seen(ben) == set()


def test_loser_hears_who_was_faster_and_nothing_changes(ben, eva):
    lead = pooled()
    claim(lead, eva)

    lost = claim(lead, ben)

    assert (lost.refusal, lost.winner) == (Refusal.TAKEN, "Eva")
    assert Contact.objects.get().owner == eva
    assert claim(lead, eva).refusal is None
    assert len(holders(lead.contact)) == 1


def test_what_was_never_in_the_pool_is_not_there(ben, eva):
    lead = pooled(owner=eva)
    closed = pooled("Won", status="won", won_at=clock.now())

    assert claim(lead, ben) is None
    assert claim(closed, ben) is None
    assert Contact.objects.get(pk=lead.contact_id).owner == eva


def test_put_back_takes_leads_deals_and_tasks_along_and_is_remembered(ben, eva, ada):
    lead = pooled(owner=ben)
    others = Lead.objects.create(
        contact=lead.contact,
        owner=eva,
        came_by="hand",
        status="assigned",
        dedupe_key="2",
        captured_at=clock.now(),
        updated_at=clock.now(),
        assigned_at=clock.now(),
    )
    deal = Opportunity.objects.create(contact=lead.contact, name="Deal", owner=ben, created_at=clock.now())
    task = make_task(lead.contact)

    assert put_back([lead.contact_id], reason=PutBack.NOT_MINE, viewer=ben, by=ben, now=clock.now()) == 1

    lead.refresh_from_db()
    assert (lead.owner, lead.status, lead.contact.owner) == (None, "new", None)
    assert Lead.objects.get(pk=others.pk).owner == eva
    assert Opportunity.objects.get(pk=deal.pk).owner is None
    assert RepTask.objects.get(pk=task.pk).state == TaskState.CANCELLED
    assert holders(lead.contact) == [("Ben", "", "not_mine")]
    entry = AuditEntry.objects.get(action="pool.entered")
    assert (entry.actor, entry.details["reason"]) == (ben, "not_mine")
    assert seen(ada) == seen(eva) == {"Lin"}


def test_nobody_puts_back_what_is_beyond_reach_or_has_no_enquiry(ben, eva):
    lead, won = pooled(owner=eva), pooled("Won", owner=ben, status="won", won_at=clock.now())

    assert put_back([lead.contact_id, won.contact_id], reason=PutBack.OTHER, viewer=ben, by=ben, now=clock.now()) == 0

    assert Contact.objects.filter(owner=None).count() == 0
    assert not AuditEntry.objects.filter(action="pool.entered").exists()


def test_whoever_gave_a_customer_away_may_not_claim_it_for_some_days(ben, eva):
    policy(barred_days=3)
    lead = given_back(ben)

    refused = claim(lead, ben)

    assert refused.refusal is Refusal.BARRED
    assert timedelta(days=2) < refused.until - clock.now() <= timedelta(days=3)
    assert Contact.objects.get().owner is None
    assert pool_claimed(lead.pk, by=ben, now=clock.now() + timedelta(days=3, minutes=1)).refusal is None


def test_claims_of_a_day_end_at_the_limit_and_what_is_assigned_does_not_count(ben, ada):
    policy(claims_a_day=2, most_unworked=None)
    first, second, third, given = (pooled(f"P{n}") for n in range(4))
    pool_assigned([given.pk], ben, viewer=ada, by=ada, now=clock.now())

    assert [claim(each, ben).refusal for each in (first, second, third)] == [None, None, Refusal.SPENT]
    assert claim(third, ben).most == 2
    tomorrow = day_began(clock.now()) + timedelta(days=1, hours=1)
    assert pool_claimed(third.pk, by=ben, now=tomorrow).refusal is None


def test_unworked_customers_end_claims_until_something_is_done(ben):
    policy(claims_a_day=None, most_unworked=1)
    first, second = pooled("A"), pooled("B")
    assert claim(first, ben).refusal is None

    full = claim(second, ben)

    assert (full.refusal, full.most) == (Refusal.FULL, 1)
    log_interaction(contact_id=first.contact_id, said=Said("note", text="x"), by=ben, now=clock.now())
    assert claim(second, ben).refusal is None


def test_pool_of_a_department_is_its_own_unless_the_rules_say_one_pool(ben, eva, dan, ada):
    policy(across_departments=False)
    lead, common = given_back(ben, "Shop's"), pooled("Common")
    ops, lost = make_user("ops", "ops"), make_user("kim")

    assert seen(eva) == seen(ada) == seen(ops) == {"Shop's", "Common"}
    assert seen(dan) == seen(lost) == {"Common"}
    assert claim(lead, dan) is None
    claim(lead, eva)
    assert claim(lead, dan) is None

    policy(across_departments=True)
    put_back([lead.contact_id], reason=PutBack.OTHER, viewer=eva, by=eva, now=clock.now())
    assert seen(dan) == {"Shop's", "Common"}
    assert claim(lead, dan).refusal is None
    assert claim(common, ben).refusal is None


def test_lead_of_a_department_s_link_or_rule_is_in_its_pool(ben, eva, dan, shop):
    by_link, by_rule = pooled("Link"), pooled("Rule")
    now, source = clock.now(), Source.objects.create(name="Fair", created_at=clock.now())
    form = Form.objects.create(title="F", source=source, created_at=now)
    link = EntryLink.objects.create(name="L", form=form, department=shop, created_at=now)
    Touch.objects.create(contact=by_link.contact, lead=by_link, link=link, brought=True, at=now)
    rule = AssignmentRule.objects.create(name="R", department=shop, created_at=now)
    known = {"came_by": "form", "outcome": "created", "matched_by": "new", "assigned_by": "pool"}
    LeadArrival.objects.create(lead=by_rule, rule=rule, arrived_at=now, taken_at=now, **known)

    assert seen(eva) == {"Link", "Rule"}
    assert seen(dan) == set()


def test_customer_who_asks_again_leaves_the_pool_with_all_enquiries(ben, eva):
    lay_out_tenant()
    [first] = lead_arrived([make_arrival(1)], now=clock.now())
    deal = Opportunity.objects.create(contact_id=first.contact_id, name="Deal", created_at=clock.now())
    assert seen(eva) == {"Person 1"}

    [again] = lead_arrived([make_arrival(1, key="again", owner_id=ben.pk)], now=clock.now())

    assert again.contact_id == first.contact_id
    assert set(Lead.objects.values_list("owner", "status")) == {(ben.pk, "assigned")}
    assert Opportunity.objects.get(pk=deal.pk).owner == ben
    assert seen(eva) == set()


def test_numbers_count_only_what_is_offered(ben, eva, dan):
    policy(across_departments=False)
    given_back(ben)
    lead = pooled("Common")
    claim(lead, eva)
    now = clock.now()

    said = {"policy": pool_policy(), "now": now, "day_began": day_began(now)}
    assert pool_numbers(eva, **said) == {"waiting": 1, "claimed": 1, "came": 1}
    assert pool_numbers(dan, **said) == {"waiting": 0, "claimed": 0, "came": 0}


def test_list_shows_each_customer_once_the_last_to_come_first_and_is_narrowed(ben, eva):
    old = pooled("Old", owner=ben, city="Wuhan", rating="A")
    pooled("Mid", city="Xi'an")
    twice = pooled("Twice", city="Wuhan")
    Lead.objects.create(
        contact=twice.contact, came_by="hand", dedupe_key="t", captured_at=clock.now(), updated_at=clock.now()
    )
    put_back([old.contact_id], reason=PutBack.OTHER, viewer=ben, by=ben, now=clock.now())

    rows = pool_list(eva, policy=pool_policy(), now=clock.now())
    assert [lead.contact.name for lead in rows] == ["Old", "Twice", "Mid"]
    assert [lead.contact.name for lead in pool_list_filtered(rows, city="Wuhan", rating="A")] == ["Old"]
    assert [lead.contact.name for lead in pool_list_filtered(rows, rating="none", source="none")] == ["Twice", "Mid"]
    assert rows[0].left_me_at is None
    assert pool_list(ben, policy=pool_policy(), now=clock.now())[0].left_me_at is not None


def test_pool_handed_out_tells_its_new_owner_once(ben, ada, eva):
    lead, gone = pooled("A"), pooled("B")
    claim(gone, eva)

    given = pool_assigned([lead.pk, gone.pk], ben, viewer=ada, by=ada, now=clock.now())

    assert given == [lead.contact_id]
    assert Contact.objects.get(pk=gone.contact_id).owner == eva
    alert = Alert.objects.get(recipient=ben)
    assert (alert.kind, alert.subject_id) == (AlertKind.HAND_OVER, lead.pk)
    assert AuditEntry.objects.get(action="pool.assigned").details["to"] == str(ben.pk)


def test_nobody_hands_out_what_is_not_offered_to_them(ben, dan):
    policy(across_departments=False)
    lead = given_back(ben)
    boss = make_user("boss", "manager", department=dan.department)

    assert pool_assigned([lead.pk], dan, viewer=boss, by=boss, now=clock.now()) == []
    assert Contact.objects.get().owner is None


def test_lead_that_waits_for_an_answer_waits_anew_for_whoever_claims_it(ben, eva):
    lay_out_tenant()
    rule = {"minutes": 30, "within_hours": False, "remind_before": 10, "escalate_after": 0, "take_after": 60}
    save_response_rule(rule=None, source=None, by=None, now=clock.now(), **rule)
    [outcome] = lead_arrived([make_arrival(1, owner_id=ben.pk)], now=clock.now())
    put_back([outcome.contact_id], reason=PutBack.NO_TIME, viewer=ben, by=ben, now=clock.now())
    assert ResponseClock.objects.get().next_at is None
    later = clock.now() + timedelta(hours=5)

    pool_claimed(outcome.lead_id, by=eva, now=later)

    waits = ResponseClock.objects.get()
    assert (waits.started_at, waits.step) == (later, "remind")


def test_others_are_told_of_what_goes_and_comes(ben, eva, acme):
    events = ["lead.pooled", "lead.assigned"]
    create_webhook(name="Shop", url="https://example.com/", event_types=events, now=clock.now())
    lead = given_back(ben)
    claim(lead, eva)

    told = {each.event_type: each.data for each in WebhookDelivery.objects.all()}
    ids = {"lead_id": str(lead.pk), "contact_id": str(lead.contact_id)}
    assert told == {
        "lead.pooled": {**ids, "reason": "no_time"},
        "lead.assigned": {**ids, "owner_id": str(eva.pk)},
    }


def test_and_cai_sees_nothing_of_it(ben, globex):
    with tenant_context(globex):
        cai = make_user("cai", "principal")
        assert seen(cai) == set()


@pytest.mark.parametrize(
    ("claimed", "unworked", "barred", "expected"),
    [
        (0, 0, 0, None),
        (4, 2, 0, None),
        (5, 3, 1, Refusal.BARRED),
        (5, 3, 0, Refusal.SPENT),
        (4, 3, 0, Refusal.FULL),
        (9, 9, -1, Refusal.SPENT),
    ],
)
def test_refusal_names_what_concerns_the_customer_first(claimed, unworked, barred, expected):
    now = datetime(2026, 11, 21, tzinfo=UTC)
    until = now + timedelta(days=barred) if barred else None

    assert refusal_of(Limits(5, 3), Standing(claimed, unworked, until), now) is expected
    if expected is not Refusal.BARRED:
        assert refusal_of(Limits(None, None), Standing(claimed, unworked, until), now) is None


def test_next_look_is_the_next_morning():
    zone = ZoneInfo("Asia/Shanghai")
    before, at = datetime(2026, 11, 20, 23, 59, tzinfo=UTC), datetime(2026, 11, 21, 0, 0, tzinfo=UTC)

    assert next_look(before, zone) == at
    assert next_look(at, zone) == at + timedelta(days=1)


def test_masked_name_tells_little():
    assert [masked_name(name) for name in ("张伟", "Lin Tao", "")] == ["张**", "L**", ""]
