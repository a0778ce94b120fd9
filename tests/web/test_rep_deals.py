"""Possible deals on the phone: kept, moved with one thumb, and nobody else's business."""

from datetime import date

import pytest

from leads.models import Opportunity, OpportunityStage
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_contact, make_user
from tests.web.ops.conftest import Desk


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    return Desk(acme, make_user("ben", "rep"))


def make(owner, name="SUV", **said):
    stage = OpportunityStage.objects.get(name="Won") if said.pop("won", False) else OpportunityStage.objects.first()
    contact = make_contact("Lin", owner=owner)
    return Opportunity.objects.create(
        contact=contact, name=name, stage=stage, owner=owner, created_at=clock.now(), **said
    )


def test_deal_is_kept_moved_and_lost_with_its_reason(ben):
    lin = make_contact("Lin", owner=ben.user)

    answer = ben.post(
        f"/rep/customers/{lin.pk}/deals/new", {"name": "SUV", "amount": "250000", "expected_on": "2020-01-01"}
    )
    deal = Opportunity.objects.get()
    assert (answer.url, deal.owner, deal.currency) == (f"/rep/deals/{deal.pk}/", ben.user, "CNY")
    assert "late" in ben.get(f"/rep/deals/{deal.pk}/").content.decode()
    assert "SUV" in ben.get(f"/rep/customers/{lin.pk}/around").content.decode()
    ben.post(f"/rep/deals/{deal.pk}/edit", {"name": "SUV, red", "amount": "240000"})
    lost = OpportunityStage.objects.get(name="Lost")
    ben.post(f"/rep/deals/{deal.pk}/move", {"stage": str(lost.pk)})
    deal.refresh_from_db()
    assert (deal.name, deal.expected_on, deal.settled_at) == ("SUV, red", None, None)
    ben.post(f"/rep/deals/{deal.pk}/move", {"stage": str(lost.pk), "reason": "Too dear"})

    deal.refresh_from_db()
    assert (deal.stage, deal.reason) == (lost, "Too dear")
    assert "Too dear" in ben.get(f"/rep/deals/{deal.pk}/").content.decode()


def test_list_shows_a_stage_with_what_it_comes_to(ben):
    make(ben.user, amount=1000, expected_on=date(2030, 1, 1))
    make(ben.user, "Van", won=True, settled_at=clock.now())
    stage = OpportunityStage.objects.get(name="Won")

    opened = ben.get("/rep/deals/").content.decode()
    won = ben.get("/rep/deals/", stage=str(stage.pk)).content.decode()

    assert "SUV" in opened
    assert "Van" not in opened
    assert "1,000" in opened
    assert "Van" in won
    assert "SUV" not in won


def test_wrong_amount_is_said_and_nothing_kept(ben):
    lin = make_contact("Lin", owner=ben.user)

    assert ben.post(f"/rep/customers/{lin.pk}/deals/new", {"name": "", "amount": "much"}).status_code == 422
    assert not Opportunity.objects.exists()


def test_deal_of_a_colleague_is_not_there(ben):
    eva = make_user("eva", "rep")
    deal = make(eva)
    stage = OpportunityStage.objects.get(name="Won")

    assert "SUV" not in ben.get("/rep/deals/").content.decode()
    assert ben.get(f"/rep/deals/{deal.pk}/").status_code == 404
    assert ben.get(f"/rep/customers/{deal.contact_id}/deals/new").status_code == 404
    assert ben.post(f"/rep/deals/{deal.pk}/move", {"stage": str(stage.pk)}).status_code == 404
    deal.refresh_from_db()
    assert deal.stage != stage


def test_list_costs_the_same_for_one_and_for_three(ben, django_assert_max_num_queries):
    make(ben.user)
    with django_assert_max_num_queries(13):
        ben.get("/rep/deals/")
    make(ben.user)
    make(ben.user)
    with django_assert_max_num_queries(13):
        ben.get("/rep/deals/")
