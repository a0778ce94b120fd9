"""A new master key takes the old one's place: nothing is lost, and everybody is still found."""

import base64
import os
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from accounts.secrets import open_factor, seal_factor
from contacts.models import Identity
from contacts.sealing import blind_of, open_identity
from exchange.models import InboxMessage
from exchange.services import open_message, receive_message
from leads.arrival_payloads import open_payload, payload_of
from leads.enums import AssignedBy
from leads.models import Lead, LeadArrival
from leads.services import NewArrival, keep_arrivals
from scheduler.services import due_work
from scrm.core import clock, crypto
from scrm.flows.resealing import secrets_resealed
from tenants.selectors import tenant_keys
from tests.factories import give_email, make_contact, make_user
from tests.flows.arrivals import make_arrival


def make_sent():
    return replace(make_arrival(), payload=payload_of("sent"))


def fresh_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def sealed(acme):
    for number in range(7):
        give_email(make_contact(f"Lin {number}"), f"lin{number}@example.com")
    lead = Lead.objects.create(
        contact=make_contact("Wu"), came_by="api", dedupe_key="1", captured_at=clock.now(), updated_at=clock.now()
    )
    came = NewArrival(lead.pk, make_sent(), "created", "new", AssignedBy.TURN, None)
    with due_work():
        keep_arrivals(arrivals=[came], starts_sops=True, now=clock.now())
    receive_message(channel="orders", dedupe_key="1", payload=b"hello", now=clock.now())
    Authenticator.objects.create(user=make_user("ada"), type="totp", data={"secret": seal_factor("JBSWY3DP")})


@pytest.fixture
def rotated(sealed, settings):
    """Another master key; the old one still opens, and is what blind indexes come from."""
    settings.SCRM_RETIRED_MASTER_KEYS = [settings.SCRM_MASTER_KEY]
    settings.SCRM_INDEX_KEY = settings.SCRM_MASTER_KEY
    settings.SCRM_MASTER_KEY = fresh_key()


def assert_all_readable() -> None:
    keys = tenant_keys()
    values = {open_identity(row.sealed, pk=row.pk, keys=keys) for row in Identity.objects.all()}
    assert values == {f"lin{number}@example.com" for number in range(7)}
    assert open_message(InboxMessage.objects.get()) == b"hello"
    assert open_payload(LeadArrival.objects.get()) == '"sent"'
    assert open_factor(Authenticator.objects.get().data["secret"]) == "JBSWY3DP"


def test_everything_is_sealed_anew_and_readable_without_the_old_key(acme, rotated, settings):
    assert_all_readable()

    done = secrets_resealed(acme, batch=3)

    assert (done.changed, done.unreadable) == (10, 0)
    settings.SCRM_RETIRED_MASTER_KEYS = []
    assert_all_readable()
    assert Identity.objects.filter(kind="email", blind=blind_of("email", "lin3@example.com", tenant_keys())).exists()
    assert secrets_resealed(acme).changed == 0


def test_what_is_written_meanwhile_is_sealed_with_the_new_key(acme, rotated):
    row = give_email(make_contact("Wu"), "wu@example.com")

    assert crypto.is_current(row.sealed, keys=tenant_keys())


def test_value_moved_to_another_row_is_left_alone_and_told(acme, rotated):
    one, two = Identity.objects.order_by("pk")[:2]
    Identity.objects.filter(pk=one.pk).update(sealed=two.sealed)

    with pytest.raises(CommandError, match="1 can't be opened"):
        call_command("reseal", tenant="acme", verbosity=0)

    assert bytes(Identity.objects.get(pk=one.pk).sealed) == bytes(two.sealed)


def test_without_the_old_key_nothing_is_changed(acme, sealed, settings):
    settings.SCRM_MASTER_KEY = fresh_key()

    done = secrets_resealed(acme)

    assert (done.changed, done.unreadable) == (0, 10)
