"""Customers that nobody does anything with: warned of, taken back, and never twice."""

from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

from alerts.enums import AlertKind
from alerts.models import Alert
from campaigns.enums import TaskState
from campaigns.models import RepTask
from contacts.enums import OwnerWhy
from contacts.models import Contact, OwnerChange
from leads.models import (
    Attachment,
    Interaction,
    Lead,
    Opportunity,
    OpportunityMove,
    OpportunityStage,
    PoolPolicy,
    PoolRule,
    PoolWarning,
    RatingChange,
    Source,
)
from leads.services import save_pool_rule, switch_pool_rule
from lifecycle.models import Stage, StageTransition
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scrm.core import clock
from scrm.core.tenancy import on_platform
from scrm.flows.pool_queries import Patience, idle_contacts, unworked_count
from scrm.flows.recycling import pool_due
from scrm.flows.starter import lay_out_tenant
from tagging.models import Tag, TagCategory, TagChange, TagGroup
from tests.factories import make_user
from tests.flows.pool import holders, policy, pooled


@pytest.fixture
def ben(acme):
    return make_user("ben")


@pytest.fixture
def at(monkeypatch):
    """Sets the clock to so many days after now; days may be broken."""
    began = clock.now()

    def move(days: float) -> None:
        moment = began + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move


def rule(days: int = 10, source: Source | None = None) -> PoolRule:
    return save_pool_rule(rule=None, source=source, days=days, by=None, now=clock.now())


def drain() -> None:
    while pool_due(Budget(10)):
        pass


def alerts(user) -> list[tuple[int, bool]]:
    """(how many, whether they go soon) of each alert of the pool, the first one first."""
    rows = Alert.objects.filter(recipient=user, kind=AlertKind.POOL).order_by("created_at", "pk")
    return [(each.count, each.params["soon"]) for each in rows]


def _forget_wake_up(tenant) -> None:
    with on_platform():
        WakeUp.objects.filter(tenant=tenant).delete()


def owned() -> set[str]:
    return set(Contact.objects.filter(owner__isnull=False).values_list("name", flat=True))


def test_owner_is_warned_once_a_day_before_and_then_they_go(ben, at):
    rule(10)
    leads = [pooled(f"P{n}", owner=ben) for n in range(3)]

    at(8)
    drain()
    assert alerts(ben) == []
    at(9.9)
    drain()
    drain()
    assert alerts(ben) == [(3, True)]
    assert PoolWarning.objects.count() == 3
    assert owned() == {"P0", "P1", "P2"}
    at(11.1)
    drain()

    assert owned() == set()
    assert alerts(ben) == [(3, True), (3, False)]
    assert not PoolWarning.objects.exists()
    assert holders(leads[0].contact) == [("Ben", "", "untouched")]
    assert set(Lead.objects.values_list("owner", flat=True)) == {None}


def test_whoever_does_something_after_the_warning_keeps_them(ben, at):
    rule(10)
    kept, lost = pooled("Kept", owner=ben), pooled("Lost", owner=ben)
    at(9.9)
    drain()
    Interaction.objects.create(contact=kept.contact, kind="note", text="x", by=ben, at=clock.now())

    at(11.1)
    drain()

    assert owned() == {"Kept"}
    assert holders(lost.contact) == [("Ben", "", "untouched")]
    assert not PoolWarning.objects.exists()


def test_whoever_got_them_since_the_warning_keeps_them(ben, at):
    rule(10)
    lead, eva = pooled(owner=ben), make_user("eva")
    at(9.9)
    drain()
    Contact.objects.update(owner=eva)
    Lead.objects.update(owner=eva)

    at(11.1)
    drain()

    assert Contact.objects.get().owner == eva
    assert holders(lead.contact) == []


def test_effective_talk_protects_for_its_days(ben, at):
    policy(effective_days=30)
    rule(5)
    lead = pooled(owner=ben)
    Interaction.objects.create(contact=lead.contact, kind="call", effective=True, by=ben, at=clock.now())

    at(20)
    drain()
    at(21.1)
    drain()
    assert owned() == {"Lin"}
    at(29.9)
    drain()
    at(31)
    drain()

    assert owned() == set()


def test_rule_of_a_source_holds_for_its_parts_and_another_for_the_rest(ben, at):
    fairs = Source.objects.create(name="Fairs", created_at=clock.now())
    expo = Source.objects.create(name="Expo", parent=fairs, created_at=clock.now())
    rule(5, fairs)
    pooled("Fair", owner=ben, source=expo)
    pooled("Web", owner=ben)

    at(5)
    drain()
    at(6.1)
    drain()
    assert owned() == {"Web"}

    rule(20)
    at(20)
    drain()
    at(21.1)
    drain()
    assert owned() == set()


def test_customers_without_an_open_lead_stay(ben, at):
    rule(5)
    pooled("Won", owner=ben, status="won", won_at=clock.now())

    at(30)
    drain()
    at(31.1)
    drain()

    assert owned() == {"Won"}


def test_after_an_outage_owners_are_warned_anew(ben, at):
    rule(10)
    pooled(owner=ben)
    at(9.9)
    drain()

    at(15)
    drain()
    assert owned() == {"Lin"}
    assert alerts(ben) == [(1, True), (1, True)]
    at(16.1)
    drain()

    assert owned() == set()


def test_without_rules_nobody_looks_and_with_the_first_they_begin(ben, acme, at):
    pooled(owner=ben)
    made = rule(5)
    _forget_wake_up(acme)

    switch_pool_rule(rule=made, active=False, by=None, now=clock.now())
    assert PoolPolicy.objects.get().next_look_at is None
    at(30)
    drain()
    assert not PoolWarning.objects.exists()
    switch_pool_rule(rule=made, active=True, by=None, now=clock.now())

    look = PoolPolicy.objects.get().next_look_at
    assert clock.now() < look <= clock.now() + timedelta(days=1)
    assert WakeUp.objects.get(tenant=acme).due_at <= look


def test_wake_up_is_no_later_than_what_goes(ben, acme, at):
    rule(10)
    pooled(owner=ben)
    _forget_wake_up(acme)

    at(9.9)
    drain()

    assert WakeUp.objects.get(tenant=acme).due_at <= PoolWarning.objects.get().due_at


def test_look_of_many_goes_on_where_it_stopped(ben, at, monkeypatch):
    monkeypatch.setattr("scrm.flows.recycling._LOOKED_AT", 2)
    rule(5)
    for number in range(5):
        pooled(f"P{number}", owner=ben)

    at(6)
    assert pool_due(Budget(0)) is True
    assert PoolWarning.objects.count() == 2
    drain()

    assert PoolWarning.objects.count() == 5
    assert alerts(ben) == [(5, True)]
    assert PoolPolicy.objects.get().looked_to is None


def _stage(contact, by, at, source="hand"):
    lay_out_tenant()
    stage = Stage.objects.first()
    StageTransition.objects.create(
        contact=contact, lifecycle=stage.lifecycle, to_stage=stage, at=at, source=source, by=by
    )


def _tag(contact, by, at, source="hand"):
    group = TagGroup.objects.create(category=TagCategory.objects.create(name="C"), name="G")
    tag = Tag.objects.create(group=group, code="t", name="T")
    TagChange.objects.create(contact=contact, tag=tag, added=True, source=source, by=by, at=at)


def _deal(contact, by, at):
    stage = OpportunityStage.objects.create(name="Offer")
    deal = Opportunity.objects.create(contact=contact, name="D", created_at=at)
    OpportunityMove.objects.create(opportunity=deal, to_stage=stage, currency="CNY", by=by, at=at)


def _task(contact, by, at, state=TaskState.DONE):
    RepTask.objects.create(contact=contact, owner=by, title="x", due_at=at, state=state, finished_at=at)


TOUCHES = {
    "note": lambda c, by, at: Interaction.objects.create(contact=c, kind="note", by=by, at=at),
    "file": lambda c, by, at: Attachment.objects.create(contact=c, name="x", size=1, sealed=b"x", by=by, at=at),
    "rating": lambda c, by, at: RatingChange.objects.create(contact=c, after="A", by=by, at=at),
    "deal": _deal,
    "stage": _stage,
    "tag": _tag,
    "task": _task,
}
NONE = {
    "deleted talk": lambda c, by, at: Interaction.objects.create(contact=c, kind="call", by=by, at=at, deleted_at=at),
    "tag by rule": lambda c, by, at: _tag(c, by, at, "rule"),
    "stage by rule": lambda c, by, at: _stage(c, by, at, "rule"),
    "task called off": lambda c, by, at: _task(c, by, at, TaskState.CANCELLED),
}


@pytest.mark.parametrize("what", [*TOUCHES, *NONE])
def test_touch_is_what_a_person_did(ben, what):
    lead, now = pooled(owner=ben), clock.now()
    long_ago = now - timedelta(days=40)
    Lead.objects.update(assigned_at=long_ago)
    assert unworked_count(ben.pk, at_most=5) == 1

    (TOUCHES | NONE)[what](lead.contact, ben, now - timedelta(days=3))

    idle = idle_contacts([lead.contact_id], patience=Patience({}, 10, 30), now=now)
    assert (idle == {}) is (what in TOUCHES)
    assert unworked_count(ben.pk, at_most=5) == (0 if what in TOUCHES else 1)
    assert idle_contacts([lead.contact_id], patience=Patience({}, 3, 30), now=now) == {lead.contact_id: ben.pk}


def test_change_of_owner_begins_anew(ben):
    lead, now = pooled(owner=ben), clock.now()
    Lead.objects.update(assigned_at=now - timedelta(days=40))
    OwnerChange.objects.create(contact=lead.contact, after=ben, why=OwnerWhy.POOL, at=now - timedelta(days=2))

    assert idle_contacts([lead.contact_id], patience=Patience({}, 3, 30), now=now) == {}
    assert idle_contacts([lead.contact_id], patience=Patience({}, 2, 30), now=now) == {lead.contact_id: ben.pk}


def test_and_cai_s_customers_are_not_looked_at(ben, acme, globex, at):
    with tenant_context(globex):
        pooled(owner=make_user("cai"))
    with tenant_context(acme):
        rule(5)
        pooled("Acme's", owner=ben)

        at(30)
        drain()

        assert PoolWarning.objects.count() == 1
    with tenant_context(globex):
        assert owned() == {"Lin"}
        assert not PoolWarning.objects.exists()
