"""Campaigns: their own funnel, pace against goal and budget, and what is learnt from them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Scope
from accounts.models import AuditEntry
from campaigns.form_models import FormRoute
from campaigns.models import Campaign, CampaignLink, CampaignReview, NextAction
from campaigns.pace import pace_of
from leads.models import EntryLink, Form, FormTally, Lead, LinkHour, Source, SourceCost, Touch
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from tenants.selectors import tenant_zone
from tests.flows.arrivals import make_arrival


@pytest.fixture
def campaign(desk) -> Campaign:
    now = clock.now()
    today = now.astimezone(tenant_zone()).date()
    lead_arrived([make_arrival(1, source="Fair"), make_arrival(2, source="Fair")], now=now)
    desk.post(
        "/campaigns/new/",
        {
            "name": "Push",
            "starts_on": (today - timedelta(days=4)).isoformat(),
            "ends_on": (today + timedelta(days=5)).isoformat(),
            "budget": "100",
            "goal_metric": "leads",
            "goal_target": "10",
            "sources": [str(Source.objects.get().pk)],
        },
    )
    return Campaign.objects.get()


@given(st.integers(0, 60), st.integers(1, 40), st.integers(0, 1000), st.integers(1, 1000))
def test_pace_is_behind_exactly_when_less_is_done_than_time_is_over(gone, days, reached, target):
    first = date(2026, 1, 1)
    pace = pace_of(
        reached=Decimal(reached),
        target=Decimal(target),
        first=first,
        last=first + timedelta(days=days - 1),
        today=first + timedelta(days=gone - 1),
    )

    passed = min(gone, days)
    assert pace.on_pace == (reached * days >= passed * target)
    assert pace.days_left == max(days - gone, 0)
    assert (pace.projected is None) == (gone == 0)


def test_funnel_counts_sources_forms_and_links_each_lead_once(desk, campaign):
    now = clock.now()
    other = Source.objects.create(name="Other", created_at=now)
    lead_arrived([make_arrival(number, source="Other") for number in (3, 4, 5)], now=now)
    form = Form.objects.create(title="x", source=other, created_at=now)
    FormRoute.objects.create(form=form, campaign=campaign)
    FormTally.objects.create(form=form, on=now.date(), views=7)
    links = [
        EntryLink.objects.create(name="a", form=form, created_at=now),
        EntryLink.objects.create(name="b", url="https://x.example.com/", created_at=now),
    ]
    for link in links:
        CampaignLink.objects.create(link=link, campaign=campaign)
        LinkHour.objects.create(link=link, at=now, visits=5)
    by_form, by_link, _neither = Lead.objects.filter(source=other).order_by("pk")
    Lead.objects.filter(pk=by_form.pk).update(form=form, rating="A")
    Touch.objects.create(contact=by_link.contact, lead=by_link, link=links[1], brought=True, at=now)
    Touch.objects.create(contact=by_form.contact, lead=by_form, link=links[0], brought=True, at=now)
    SourceCost.objects.create(source=Source.objects.get(name="Fair"), on=now.date(), amount=60, currency="CNY")

    found = desk.get(f"/campaigns/{campaign.pk}/").context["found"]

    assert [step["value"] for step in found.steps] == [12, 4, 0, 1, 0]
    assert (found.goal.reached, found.goal.expected, found.goal.on_pace) == (4, Decimal("0.5"), False)
    assert (found.goal.projected, found.spending.reached, found.spending.on_pace) == (8, 60, True)


def test_a_review_keeps_the_figures_of_its_first_day(desk, campaign):
    desk.post(f"/campaigns/{campaign.pk}/review/", {"worked": "The demo", "repeat": "Evenings", "stop": ""})
    lead_arrived([make_arrival(9, source="Fair")], now=clock.now())

    desk.post(f"/campaigns/{campaign.pk}/review/", {"worked": "The demo", "repeat": "Evenings", "stop": "Flyers"})

    review = CampaignReview.objects.get()
    page = desk.get(f"/campaigns/{campaign.pk}/review/")
    assert (review.figures["leads"], page.context["now_figures"].figures.leads) == (2, 3)
    assert (review.stop, review.repeat) == ("Flyers", "Evenings")
    verbs = AuditEntry.objects.filter(action__startswith="campaign.review").order_by("at")
    assert [entry.action for entry in verbs] == ["campaign.reviewed", "campaign.review_changed"]


def test_whoever_sees_a_part_neither_keeps_figures_nor_sees_those_of_all(desk, adas_desk, olga, campaign):
    olga.scope = Scope.DEPARTMENT
    olga.save()
    desk.post(f"/campaigns/{campaign.pk}/review/", {"worked": "x"})
    adas_desk.post(f"/campaigns/{campaign.pk}/review/", {"worked": "x"})
    assert not CampaignReview.objects.exists()

    CampaignReview.objects.create(campaign=campaign, figures={"leads": 987_654}, worked="Demo", reviewed_at=clock.now())
    for path in (f"/campaigns/{campaign.pk}/review/", "/campaigns/learnings/"):
        page = adas_desk.get(path).content.decode()
        assert "Demo" in page
        assert "987" not in page


def test_learnings_are_found_by_their_words(desk, campaign):
    desk.post(f"/campaigns/{campaign.pk}/review/", {"worked": "", "repeat": "Short videos", "stop": ""})

    assert "Short videos" in desk.get("/campaigns/learnings/", q="VIDEO").content.decode()
    assert "Short videos" not in desk.get("/campaigns/learnings/", q="flyer").content.decode()


def test_next_actions_have_an_owner_and_are_done(desk, campaign, ben):
    assert desk.post(f"/campaigns/{campaign.pk}/actions/", {"text": "x"}).status_code == 404
    desk.post(f"/campaigns/{campaign.pk}/review/", {"worked": "x"})

    refused = desk.post(f"/campaigns/{campaign.pk}/actions/", {"text": ""})
    desk.post(f"/campaigns/{campaign.pk}/actions/", {"text": "Book it", "owner": str(ben.pk), "due_on": "2026-12-01"})

    action = NextAction.objects.get()
    assert refused.status_code == 422
    assert (action.owner, action.due_on, action.done_at) == (ben, date(2026, 12, 1), None)
    desk.post(f"/campaigns/{campaign.pk}/actions/{action.pk}/", {"done": "yes"})
    action.refresh_from_db()
    assert action.done_at is not None


def test_a_copy_has_the_plan_without_the_days(desk, campaign):
    answer = desk.post(f"/campaigns/{campaign.pk}/copy/")

    copy = Campaign.objects.exclude(pk=campaign.pk).get()
    assert answer["Location"] == f"/campaigns/{copy.pk}/edit/"
    assert (copy.name, copy.budget, copy.goal_target, copy.starts_on) == ("Push (copy)", 100, 10, None)
    assert list(copy.sources.all()) == list(campaign.sources.all())


@pytest.mark.parametrize("said", [{"goal_metric": "leads"}, {"goal_target": "5"}])
def test_half_a_goal_is_refused(desk, said):
    answer = desk.post("/campaigns/new/", {"name": "Half", **said})

    assert answer.status_code == 422
    assert not Campaign.objects.exists()
