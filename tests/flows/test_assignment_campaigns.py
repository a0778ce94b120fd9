"""Rules that ask for the campaign by which a lead comes in: its link, form or source, or what its address says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.form_models import FormRoute
from campaigns.models import Campaign, CampaignLink
from leads.enums import AssignMethod, OrElse
from leads.models import AssignmentRule, EntryLink, Form, Lead, Source
from leads.services import save_assignment_rule
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.assignment import Asked
from scrm.flows.assignment_preview import last_leads_spread, who_would_get, who_would_get_lead
from scrm.flows.starter import lay_out_tenant
from tenants.selectors import tenant_zone
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


@pytest.fixture
def spring(acme):
    lay_out_tenant()
    return Campaign.objects.create(name="Spring Launch", created_at=clock.now())


@pytest.fixture
def ben(spring):
    make_user("eva", takes_leads=True)
    return make_user("ben")


def rule_for(campaign, *people) -> AssignmentRule:
    condition = {"fact": "campaign", "op": "has_any", "value": [str(campaign.pk)]}
    said = {"name": "x", "condition": condition, "method": AssignMethod.TURNS, "or_else": OrElse.NEXT}
    return save_assignment_rule(rule=None, people={each.pk: 1 for each in people}, by=None, now=clock.now(), **said)


def arrived(number=1, **said) -> Lead:
    fields = {name: said.pop(name) for name in ("link_id", "form_id", "utm") if name in said}
    made = make_arrival(number, **said)
    [outcome] = lead_arrived([replace(made, **fields)], now=clock.now())
    return Lead.objects.get(pk=outcome.lead_id)


def by_link(campaign):
    link = EntryLink.objects.create(name="x", url="https://example.com/", created_at=clock.now())
    CampaignLink.objects.create(link=link, campaign=campaign)
    return {"link_id": link.pk}


def by_form(campaign):
    web = Source.objects.create(name="Web", created_at=clock.now())
    form = Form.objects.create(title="x", slug="x", source=web, created_at=clock.now())
    FormRoute.objects.create(form=form, campaign=campaign)
    return {"form_id": form.pk}


def by_source(campaign):
    campaign.sources.add(Source.objects.create(name="Fair", created_at=clock.now()))
    return {"source": "Fair"}


def by_address(campaign):
    return {"utm": {"utm_campaign": " spring launch "}}


@pytest.mark.parametrize("way", [by_link, by_form, by_source, by_address])
def test_lead_of_a_campaign_goes_where_its_rule_says(spring, ben, way):
    rule = rule_for(spring, ben)

    lead, other = arrived(1, **way(spring)), arrived(2)

    assert (lead.owner, str(other.owner)) == (ben, "Eva")
    # A lead that is there is seen as it came.
    assert who_would_get_lead(lead, [rule], now=clock.now()).decision.owner_id == ben.pk
    assert last_leads_spread([rule], now=clock.now()).by_rule == {rule.pk: 1}


@pytest.mark.parametrize("over", [{"ends_on": -1}, {"starts_on": 1}], ids=["is over", "has not begun"])
def test_campaign_that_does_not_run_brings_nobody(spring, ben, over):
    rule_for(spring, ben)
    today = clock.now().astimezone(tenant_zone()).date()
    Campaign.objects.filter(pk=spring.pk).update(**{name: today + timedelta(days=days) for name, days in over.items()})

    assert str(arrived(1, **by_source(spring)).owner) == "Eva"


def test_typed_lead_is_asked_for_its_campaign(spring, ben):
    rule = rule_for(spring, ben)

    shown = who_would_get(Asked(utm={"utm_campaign": "Spring Launch"}), [rule], now=clock.now())

    assert shown.decision.owner_id == ben.pk


def test_campaigns_are_asked_for_once_for_a_batch_and_not_without_such_a_rule(spring, ben):
    rule = rule_for(spring, ben)
    arrived(1)

    one = asked_for(2)
    assert asked_for(3, 4, 5) == one
    AssignmentRule.objects.filter(pk=rule.pk).update(condition={})
    assert asked_for(6) == one - 1


def asked_for(*numbers: int) -> int:
    """How many statements it takes that these come in."""
    made = [make_arrival(number) for number in numbers]
    with CaptureQueriesContext(connection) as seen:
        lead_arrived(made, now=clock.now())
    return len(seen)
