"""Fields of a business where people work: on the phone as their role sees them, and asked for at a stage."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from contacts.models import Contact
from contacts.services import save_field, set_fields
from lifecycle.enums import MoveSource
from lifecycle.models import Position, Stage
from lifecycle.selectors import fields_asked
from lifecycle.selectors_versions import draft_plan
from scrm.core import clock
from scrm.flows.progress import stage_moved
from tenants.selectors import tenant_zone
from tests.factories import make_user
from tests.web.rep_people import client_of, make_customer


def make(label: str, kind: str = "text", **said):
    return save_field(field=None, kind=kind, label=label, by=None, now=clock.now(), **said)


@pytest.fixture
def ben(tenant):
    return make_user("ben")


@pytest.fixture
def lin(ben) -> Contact:
    contact = make_customer(ben, "Lin")
    make("Model", "choice", choices=["X1", "X2"], group="Car")
    make("Call at", "moment")
    make("Rank", layout={Role.REP: "reads"})
    make("Margin", layout={Role.REP: "hidden"})
    values = {"model": "X1", "call_at": "2026-03-31 09:30", "rank": "gold", "margin": "9 %"}
    options = {"role": Role.OPS, "by": None, "now": clock.now(), "zone": tenant_zone()}
    set_fields(contact_id=contact.pk, values=values, **options)
    return contact


def at(contact: Contact, name: str = "customer") -> str:
    return reverse(f"rep:{name}", args=[contact.pk])


def held(contact: Contact) -> dict:
    return Contact.objects.get(pk=contact.pk).fields


def test_phone_shows_what_the_role_sees_and_changes_what_it_may(ben, lin):
    phone = client_of(ben)
    page = phone.get(at(lin)).content.decode()
    answer = phone.post(at(lin, "customer_fields"), {"field-model": "X2", "field-rank": "tin", "field-margin": "0"})

    assert "gold" in page
    assert "9 %" not in page
    assert 'value="2026-03-31T09:30"' in page
    assert 'name="field-model"' in page
    assert 'name="field-rank"' not in page
    assert answer["Location"] == at(lin)
    assert held(lin) == {"model": "c2", "rank": "gold", "margin": "9 %"}


def test_phone_says_which_field_is_wrong_and_keeps_the_rest(ben, lin):
    phone = client_of(ben)

    page = phone.post(at(lin, "customer_fields"), {"field-model": "X2", "field-call_at": "soon"}, follow=True)

    assert "Call at: A date with time" in page.content.decode()
    assert held(lin)["model"] == "c1"


def test_and_cai_writes_nothing_to_a_customer_of_acme(lin, cais_desk):
    assert cais_desk.post(at(lin, "customer_fields"), {"field-model": "X2"}).status_code == 404
    assert held(lin)["model"] == "c1"


@pytest.fixture
def stages(lin) -> list[Stage]:
    lifecycle = Stage.objects.first().lifecycle
    first, second, *_more = lifecycle.stages.filter(kind="open").order_by("position")
    for stage, asks in ((first, ["budget"]), (second, ["deposit", "margin"])):
        Stage.objects.filter(pk=stage.pk).update(asks=asks)
    make("Budget", "money")
    make("Deposit", "money")
    return [first, second]


def stands(contact: Contact) -> list[str]:
    return [str(position.stage_id) for position in Position.objects.filter(contact=contact)]


def test_stage_asks_for_its_fields_and_those_of_the_stages_before(ben, lin, stages, desk):
    first, second = stages
    assert fields_asked(second.pk) == {"budget", "deposit", "margin"}

    phone = client_of(ben)
    said = phone.post(at(lin, "customer_stage"), {"stage": str(second.pk)}, follow=True).content.decode()
    desk.post(f"/contacts/{lin.pk}/move/", {"stage": str(second.pk)})

    # Ben can't fill in the margin, so he is not asked for it.
    assert "Fill in first, for this stage: Budget, Deposit." in said
    assert "Fill in first, for this stage: Margin, Budget, Deposit." not in said
    assert stands(lin) == []


def test_who_has_filled_in_what_is_asked_goes_on(ben, lin, stages):
    first, second = stages
    phone = client_of(ben)
    phone.post(at(lin, "customer_fields"), {"field-model": "X1", "field-budget": "1", "field-deposit": "2"})

    phone.post(at(lin, "customer_stage"), {"stage": str(second.pk)})

    assert stands(lin) == [str(second.pk)]


def test_losing_somebody_and_what_moves_by_itself_ask_for_nothing(ben, lin, stages):
    lost = Stage.objects.filter(kind="lost").first()
    lost.lifecycle.loss_reasons.all().delete()
    second = stages[1]

    assert fields_asked(lost.pk) == set()
    assert stage_moved([lin.pk], second.pk, by=None, source=MoveSource.RULE, now=clock.now()) == 1
    assert stage_moved([lin.pk], lost.pk, by=ben, source=MoveSource.HAND, now=clock.now()) == 1


def test_board_tells_what_is_missing_and_leaves_the_card(desk, lin, stages):
    first, second = stages
    stage_moved([lin.pk], first.pk, by=None, source=MoveSource.RULE, now=clock.now())
    said = {"contact": str(lin.pk), "stage": str(second.pk)}

    answer = desk.post(f"/lifecycle/{first.lifecycle_id}/move/", said, htmx=True)

    assert "Fill in first" in answer.content.decode()
    assert stands(lin) == [str(first.pk)]


def test_stage_is_told_on_its_page_what_it_asks_for(desk, stages):
    first = stages[0]
    url = f"/lifecycle/{first.lifecycle_id}/draft/stages/{first.pk}/"
    page = desk.get(url).content.decode()

    assert "Needed from here on" in page
    desk.post(url, {"name": "First", "kind": "open", "asks": ["deposit"]})
    assert draft_plan(first.lifecycle).stage(str(first.pk)).asks == ("deposit",)
