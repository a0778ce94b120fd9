"""What fields begin with: in contacts, leads and companies that are made without them, by whatever way."""

import pytest
from django.core.exceptions import ValidationError

from accounts.enums import Role
from contacts.models import Company, Contact, CustomField
from contacts.services import archive_field, company_of_name, save_company, save_field
from leads.enums import LeadOrigin
from leads.models import Lead, LeadArrival
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from scrm.web.lead_entry import LeadEntryForm
from tests.flows.arrivals import make_arrival, phone


def make(label: str, kind: str = "text", subject: str = "contact", **said) -> CustomField:
    return save_field(field=None, kind=kind, label=label, subject=subject, by=None, now=clock.now(), **said)


@pytest.fixture
def fields(acme) -> None:
    lay_out_tenant()
    make("Level", "choice", choices=["New", "Gold"], default="New")
    make("Motto")
    make("Want", "choices", "lead", choices=["Sofa", "Table"], default="Table, Sofa")
    make("Country", subject="company", default="CN")
    archive_field(field=make("Gone", default="x"), archived=True, by=None, now=clock.now())


def arrive(number: int = 1, **said) -> None:
    lead_arrived([make_arrival(number, **said)], now=clock.now())


def test_what_is_made_without_a_field_gets_its_default(fields):
    arrive(company="Acme")

    lead = Lead.objects.get()
    assert lead.contact.fields == {"level": "c1"}
    assert lead.fields == {"want": ["c1", "c2"]}
    assert Company.objects.get().fields == {"country": "CN"}
    # Nobody said so.
    assert LeadArrival.objects.get().fields_set is None


def test_what_is_said_comes_before_the_default(fields):
    arrive(fields={"level": "c2"}, lead_fields={"want": ["c2"]})

    lead = Lead.objects.get()
    assert (lead.contact.fields, lead.fields) == ({"level": "c2"}, {"want": ["c2"]})
    assert LeadArrival.objects.get().fields_set == {"level": [None, "c2"]}


def test_default_is_not_known_and_gives_way_to_what_is_said_later(fields):
    arrive(key="a", identities=(phone("13812345678"),), came_by=LeadOrigin.FORM)
    arrive(key="b", identities=(phone("13812345678"),), came_by=LeadOrigin.FORM, fields={"level": "c2"})
    arrive(key="c", identities=(phone("13812345678"),), came_by=LeadOrigin.FORM, fields={"level": "c1"})

    assert Contact.objects.get().fields == {"level": "c2"}


def test_known_contact_gets_no_default_of_a_field_that_came_later(fields):
    arrive(key="a", identities=(phone("13812345678"),))
    make("Rank", default="1")

    arrive(key="b", identities=(phone("13812345678"),), city="Wuhan")

    assert Contact.objects.get().fields == {"level": "c1"}


def test_offered_default_that_somebody_takes_out_stays_out(fields):
    form = LeadEntryForm({"once": "a", "name": "Lin", "phone": "13812345678"}, role=Role.OPS)

    assert form["field-want"].initial == ["Sofa", "Table"]
    assert form.is_valid()
    lead_arrived([form.arrival()], now=clock.now())
    assert Lead.objects.get().fields == {}


def test_company_by_hand_or_by_name_begins_with_the_default(fields):
    said = {"parent": None, "owner": None, "by": None, "now": clock.now()}
    save_company(company=None, name="A", **said)
    save_company(company=None, name="B", fields={"country": None}, **said)
    company_of_name(name="C", now=clock.now())

    assert {row.name: row.fields.get("country") for row in Company.objects.all()} == {"A": "CN", "B": None, "C": "CN"}


def test_default_must_be_what_the_field_can_hold(acme):
    with pytest.raises(ValidationError) as refused:
        make("Day", "date", default="soon")

    assert set(refused.value.message_dict) == {"default"}
    assert not CustomField.objects.exists()
