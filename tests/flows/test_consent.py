"""How somebody takes back the leave to be reached."""

import pytest
from django_tenants.utils import tenant_context

from contacts.enums import ChannelKind
from contacts.models import Consent, DoNotContact
from events.models import Event
from scrm.core import clock
from scrm.flows.consent import contact_agreed, contact_withdrew
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_contact


@pytest.fixture
def lin(acme):
    lay_out_tenant()
    return make_contact("Lin")


def test_a_withdrawal_bars_the_channel_and_is_remembered(lin):
    assert contact_withdrew(lin.pk, ChannelKind.EMAIL, reason="link", now=clock.now())

    assert DoNotContact.objects.get().channel == "email"
    assert Consent.objects.get().given is False
    assert Event.objects.get().properties == {"channel": "email", "reason": "link"}


def test_a_second_withdrawal_changes_nothing(lin):
    contact_withdrew(lin.pk, ChannelKind.EMAIL, reason="link", now=clock.now())

    assert not contact_withdrew(lin.pk, ChannelKind.EMAIL, reason="link", now=clock.now())
    assert Consent.objects.count() == Event.objects.count() == 1


def test_an_agreement_lifts_the_bar(lin):
    contact_withdrew(lin.pk, ChannelKind.EMAIL, reason="link", now=clock.now())

    assert contact_agreed(lin.pk, ChannelKind.EMAIL, text_version="2026-11", now=clock.now())
    assert not DoNotContact.objects.exists()
    assert list(Consent.objects.order_by("id").values_list("given", flat=True)) == [False, True]


def test_a_contact_of_another_tenant_is_not_barred(acme, lin, globex):
    assert not contact_withdrew(lin.pk, ChannelKind.EMAIL, reason="link", now=clock.now())

    with tenant_context(acme):
        assert not DoNotContact.objects.exists()
