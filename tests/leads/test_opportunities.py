"""Possible deals: their pipeline, their history, and what they are likely to bring."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leads.enums import DealKind
from leads.forecast import Expected, forecast
from leads.models import Opportunity, OpportunityMove, OpportunityStage
from leads.selectors import opportunity_board, opportunity_forecast, opportunity_list
from leads.services.opportunities import (
    Deal,
    change_opportunity,
    create_opportunity,
    move_opportunity,
    save_opportunity_stage,
)
from scrm.core import clock
from scrm.flows.handover import contacts_handed_over
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_contact, make_user

TODAY = date(2026, 11, 21)


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    return make_user("ben")


@pytest.fixture
def lin(ben):
    return make_contact("Lin", owner=ben)


def stage(name):
    return OpportunityStage.objects.get(name=name)


def make(contact, owner, name="SUV", **said):
    deal = Deal(name=name, owner_id=owner.pk if owner else None, **said)
    return create_opportunity(contact_id=contact.pk, deal=deal, by=owner, now=clock.now())


def test_deal_begins_at_the_first_stage_and_every_move_is_kept_with_its_amount(ben, lin):
    deal = make(lin, ben, amount=Decimal(1000))

    assert move_opportunity(opportunity=deal, stage=stage("Proposal"), by=ben, now=clock.now())
    assert not move_opportunity(opportunity=deal, stage=stage("Proposal"), by=ben, now=clock.now())
    change_opportunity(
        opportunity=deal, deal=Deal("SUV", amount=Decimal(900), owner_id=ben.pk), by=ben, now=clock.now()
    )
    move_opportunity(opportunity=deal, stage=stage("Won"), reason="Test drive", by=ben, now=clock.now())

    moves = OpportunityMove.objects.order_by("pk").values_list("from_stage__name", "to_stage__name", "amount")
    assert list(moves) == [
        (None, "Qualified", 1000),
        ("Qualified", "Proposal", 1000),
        ("Proposal", "Won", 900),
    ]
    deal.refresh_from_db()
    assert (deal.settled_at is not None, deal.reason) == (True, "Test drive")


def test_lost_deal_needs_its_reason_and_comes_back_open(ben, lin):
    deal = make(lin, ben)

    with pytest.raises(ValidationError):
        move_opportunity(opportunity=deal, stage=stage("Lost"), reason="  ", by=ben, now=clock.now())
    assert OpportunityMove.objects.count() == 1
    move_opportunity(opportunity=deal, stage=stage("Lost"), reason="Price", by=ben, now=clock.now())
    move_opportunity(opportunity=deal, stage=stage("Proposal"), by=ben, now=clock.now())

    deal.refresh_from_db()
    assert (deal.settled_at, deal.reason) == (None, "")


@pytest.mark.parametrize("said", [{"amount": Decimal(-1)}, {"currency": "euro"}, {"currency": "1€"}, {"name": ""}])
def test_what_can_t_be_is_refused(ben, lin, said):
    with pytest.raises(ValidationError):
        make(lin, ben, **said)

    assert not Opportunity.objects.exists()


def test_stage_in_use_keeps_its_meaning(ben, lin):
    make(lin, ben)
    first = stage("Qualified")

    said = {"name": "First", "probability": 30, "archived": False, "by": ben, "now": clock.now()}
    with pytest.raises(ValidationError):
        save_opportunity_stage(stage=first, kind=DealKind.WON, **said)
    save_opportunity_stage(stage=first, kind=DealKind.OPEN, **said)

    assert OpportunityStage.objects.get(pk=first.pk).probability == 30


def test_ben_and_ada_see_theirs_and_the_forecast_is_weighted(ben, lin):
    dan = make_user("dan")
    deal = make(lin, ben, amount=Decimal(1000), expected_on=TODAY)
    make(make_contact("Mei", owner=dan), dan, amount=Decimal(500), expected_on=TODAY)
    move_opportunity(opportunity=deal, stage=stage("Proposal"), by=ben, now=clock.now())

    [month] = opportunity_forecast(ben, currency="CNY", today=TODAY)

    assert (month.on, month.amount, month.weighted, month.deals) == (date(2026, 11, 1), 1000, 500, 1)
    assert list(opportunity_list(ben)) == [deal]
    [column] = [each for each in opportunity_board(ben) if each.size]
    assert (column.stage.name, column.deals, column.size) == ("Proposal", [deal], 1)


def test_board_adds_amounts_up_by_currency(ben, lin):
    for amount, currency in ((Decimal(1000), "CNY"), (Decimal("0.50"), "CNY"), (Decimal(70), "EUR"), (None, "USD")):
        make(lin, ben, amount=amount, currency=currency)

    column = opportunity_board(ben)[0]

    assert (column.size, column.sums) == (4, [("CNY", Decimal("1000.50")), ("EUR", Decimal(70))])


def test_open_deals_follow_their_contact(ben, lin):
    dan = make_user("dan")
    open_deal, lost = make(lin, ben), make(lin, ben, name="Old")
    move_opportunity(opportunity=lost, stage=stage("Lost"), reason="Price", by=ben, now=clock.now())

    contacts_handed_over([lin.pk], dan.pk, by=None, now=clock.now())

    assert Opportunity.objects.get(pk=open_deal.pk).owner == dan
    assert Opportunity.objects.get(pk=lost.pk).owner == ben


deals = st.builds(
    Expected,
    on=st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    amount=st.decimals(0, 10**6, places=2),
    currency=st.sampled_from(["CNY", "EUR"]),
    probability=st.integers(0, 100),
)


@given(st.lists(deals, max_size=20))
def test_forecast_counts_each_deal_once_and_overdue_ones_now(given_deals):
    months = forecast(given_deals, currency="CNY", today=TODAY)

    ours = [deal for deal in given_deals if deal.currency == "CNY"]
    assert sum(month.deals for month in months) == len(ours)
    assert sum(month.amount for month in months) == sum(deal.amount for deal in ours)
    dated = [month.on for month in months if month.on]
    assert dated == sorted(set(dated))
    assert all(on >= TODAY.replace(day=1) for on in dated)
    assert [month.on for month in months].count(None) <= 1
    weighted = sum(deal.amount * deal.probability / 100 for deal in ours)
    assert abs(sum(month.weighted for month in months) - weighted) <= Decimal("0.005") * len(months)
