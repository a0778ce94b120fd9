"""Consent, clear view, copies and erasures through the API."""

from contacts.enums import ChannelKind
from contacts.models import Consent, Contact, DoNotContact, Identity, Reveal, RevealLimit
from contacts.services import bar_channel
from exchange.enums import ApiScope
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.jobs import jobs_due
from scrm.flows.starter import lay_out_tenant
from tests.api.conftest import Caller, make_caller
from tests.factories import give_email, make_contact


def test_consent_is_taken_back_and_given_with_its_proof(system):
    lay_out_tenant()
    contact = make_contact("Lin")

    gone = system.post(f"contacts/{contact.pk}/consents", {"given": False, "channel": "email"}).json()
    proof = {"page": "checkout"}
    said = {"given": True, "channel": "email", "text_version": "marketing-1", "proof": proof}
    back = system.post(f"contacts/{contact.pk}/consents", said).json()

    assert [mark["channel"] for mark in gone["do_not_contact"]] == ["email"]
    assert back["do_not_contact"] == []
    assert [(each["given"], each["way"]) for each in back["consents"]] == [(True, "api"), (False, "api")]
    assert Consent.objects.order_by("-pk")[0].proof == proof


def test_other_purposes_bar_nothing(system):
    contact = make_contact("Lin")

    system.post(f"contacts/{contact.pk}/consents", {"given": False, "purpose": "sharing"})

    assert Consent.objects.get().purpose == "sharing"
    assert not DoNotContact.objects.exists()


def test_what_is_no_consent_is_refused_and_changes_nothing(system):
    contact = make_contact("Lin")

    for wrong in ({}, {"given": True, "channel": "pigeon"}, {"given": True, "owner": "x"}, {"given": "x"}):
        assert system.post(f"contacts/{contact.pk}/consents", wrong).status_code in (400, 422)
    assert not Consent.objects.exists()


def test_identity_is_shown_in_clear_and_counted(acme):
    RevealLimit.objects.create(role="system", per_hour=1, per_day=1)
    shop = make_caller(acme, ApiScope.PERSONAL_READ)
    lin, wu = give_email(make_contact("Lin"), "lin@example.com"), give_email(make_contact("Wu"), "wu@example.com")

    answer = shop.post(f"contacts/{lin.contact_id}/identities/{lin.pk}/reveal", {})
    spent = shop.post(f"contacts/{wu.contact_id}/identities/{wu.pk}/reveal", {})

    assert answer.json() == {"kind": "email", "value": "lin@example.com"}
    assert answer["Cache-Control"] == "no-store"
    assert Reveal.objects.get().key is not None
    assert (spent.status_code, spent.json()["errors"][0]["code"]) == (429, "reveals_spent")
    assert int(spent["Retry-After"]) > 3000
    assert "wu@example.com" not in spent.content.decode()


def test_reveal_wants_its_own_scope_and_stays_within_reach(acme, ben, cai):
    lin = give_email(make_contact("Lin"), "lin@example.com")
    address = f"contacts/{lin.contact_id}/identities/{lin.pk}/reveal"
    others = [each for each in ApiScope if each != ApiScope.PERSONAL_READ]

    assert make_caller(acme, *others).post(address, {}).status_code == 403
    assert Caller(acme, user=ben).post(address, {}).status_code == 404
    assert cai.post(address, {}).status_code == 404
    assert not Reveal.objects.exists()


def test_copy_is_made(acme, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    contact = make_contact("Lin")
    shop = make_caller(acme, ApiScope.PERSONS_WRITE)

    asked = shop.post(f"contacts/{contact.pk}/copy", {})
    jobs_due(Budget(5))
    [request] = shop.get(f"contacts/{contact.pk}/requests").json()["requests"]

    assert asked.status_code == 202
    assert (request["kind"], request["state"]) == ("copy", "done")
    assert request["copy_until"] is not None


def test_person_is_erased_once_it_is_confirmed(acme):
    lay_out_tenant()
    lin = give_email(make_contact("Lin"), "lin@example.com")
    bar_channel(contact_id=lin.contact_id, channel=ChannelKind.SMS, reason="x", now=clock.now())
    shop = make_caller(acme, ApiScope.PERSONS_WRITE, ApiScope.LEADS_READ)
    address = f"contacts/{lin.contact_id}/erasure"

    tables = {each["table"]: each["rows"] for each in shop.get(address).json()["tables"]}
    refused = shop.post(address, {"confirm": False})
    assert Contact.objects.get().name == "Lin"
    asked = shop.post(address, {"confirm": True})
    jobs_due(Budget(5))

    assert (tables["contacts_identity"], tables["contacts_donotcontact"]) == (1, 1)
    assert refused.status_code in (400, 422)
    assert asked.status_code == 202
    assert not Identity.objects.exists()
    assert shop.get(f"contacts/{lin.contact_id}").status_code == 404


def test_representative_neither_copies_nor_erases(acme, ben):
    contact = make_contact("Lin", owner=ben)
    rep = Caller(acme, user=ben)

    assert rep.post(f"contacts/{contact.pk}/copy", {}).status_code == 403
    assert rep.post(f"contacts/{contact.pk}/erasure", {"confirm": True}).status_code == 403
    assert Contact.objects.get().erased_at is None
