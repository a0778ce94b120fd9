"""How an identity is kept."""

from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from contacts.addresses import addresses_for
from contacts.enums import ChannelKind
from contacts.models import Identity
from contacts.sealing import blind_of, hint_of, kind_of, open_identity, seal_identity
from contacts.services import bar_channel, lift_bar, reveal_identity
from scrm.core import clock, crypto
from scrm.core.ids import uuid7
from tests.architecture.tree import product
from tests.factories import give_email, make_contact, make_user

KEYS = crypto.derive_keys(uuid4(), bytes(32))


def sealed(value: str = "+8613800138000"):
    return seal_identity(kind="phone", value=value, blind=blind_of("phone", value, KEYS), keys=KEYS)


def test_a_sealed_identity_opens_in_its_own_row_only():
    row = sealed()

    assert open_identity(row.sealed, pk=row.id, keys=KEYS) == "+8613800138000"
    for pk, keys in [(uuid7(), KEYS), (row.id, crypto.derive_keys(uuid4(), bytes(32)))]:
        with pytest.raises(crypto.CryptoError):
            open_identity(row.sealed, pk=pk, keys=keys)


def test_nothing_of_the_value_is_left_in_the_row():
    row = sealed()

    assert b"138" not in row.sealed + row.blind
    assert "00138000" not in row.hint


def test_kinds_do_not_share_an_index():
    assert blind_of("phone", "1", KEYS) != blind_of("external", "1", KEYS)


def test_a_mapping_target_and_its_kind_are_one():
    assert kind_of("external_id") == kind_of("external") == "external"


@pytest.mark.parametrize(
    ("kind", "value", "hint"),
    [
        ("phone", "+8613800138000", "138****8000"),
        ("email", "lin@example.com", "l***@example.com"),
        ("external", "7927b2df-8bba", "7927…8bba"),
        ("wecom", "wm1", "w***"),
    ],
)
def test_a_hint_shows_enough_to_recognise(kind, value, hint):
    assert hint_of(kind, value) == hint


def test_addresses_are_read_in_clear_and_the_oldest_counts(acme):
    lin, mei = make_contact("Lin"), make_contact("Mei")
    give_email(lin, "lin@example.com")
    give_email(lin, "lin.two@example.com")

    assert addresses_for([lin.pk, mei.pk], "email") == {lin.pk: "lin@example.com"}


def test_revealing_an_identity_is_written_down_without_its_value(acme):
    ben = make_user()
    identity = give_email(make_contact(), "lin@example.com")

    assert reveal_identity(identity=identity, by=ben, now=clock.now()) == "lin@example.com"

    entry = AuditEntry.objects.get(action="identity.revealed")
    assert entry.actor == ben
    assert "example.com" not in str(entry.details)


def test_another_tenants_keys_find_nothing(acme, globex):
    give_email(make_contact(), "lin@example.com")

    from django_tenants.utils import tenant_context

    from tenants.selectors import tenant_keys

    with tenant_context(acme):
        ours = blind_of("email", "lin@example.com", tenant_keys())
    with tenant_context(globex):
        theirs = blind_of("email", "lin@example.com", tenant_keys())
        assert Identity.objects.filter(blind=theirs).count() == 1

    assert ours != theirs


def test_a_channel_is_barred_once_and_the_bar_can_be_lifted(acme):
    lin, now = make_contact(), clock.now()

    assert bar_channel(contact_id=lin.pk, channel=ChannelKind.EMAIL, reason="link", now=now)
    assert not bar_channel(contact_id=lin.pk, channel=ChannelKind.EMAIL, reason="link", now=now)
    assert lift_bar(contact_id=lin.pk, channel=ChannelKind.EMAIL)
    assert not lift_bar(contact_id=lin.pk, channel=ChannelKind.EMAIL)


def test_nothing_sealed_is_bound_to_a_schema_s_name():
    """A restored tenant may have another: whatever a room seals must open there."""
    bound = [
        (module.path, line)
        for module in product()
        for line in module.text.splitlines()
        if "aad" in line.lower() and "schema" in line
    ]

    assert bound == []
