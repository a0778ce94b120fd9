"""Fields of leads and of companies: by every way in, on their pages, in their lists, and through the API."""

import pytest

from accounts.enums import Role
from accounts.models import AuditEntry
from contacts.models import Company, Contact, CustomField
from contacts.selectors import field_list
from contacts.services import merge_companies, save_company, save_field, undo_company_merge
from leads.models import Lead
from leads.services.fields import set_lead_fields
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.hooks_in import messages_due
from tenants.selectors import tenant_zone
from tests.api.conftest import Caller, make_caller
from tests.flows.arrivals import make_arrival, phone
from tests.flows.importing import bring
from tests.flows.test_hooks_in import make_endpoint, push
from tests.web.public_pages import make_form, send
from tests.web.rep_people import client_of

OF_LEAD = [("want", "Want", "choices", ["Sofa", "Table"]), ("by_when", "By when", "date", [])]
KEPT = {"want": ["c1", "c2"], "by_when": "2026-03-31"}


def make(label: str, kind: str = "text", subject: str = "lead", **said) -> CustomField:
    return save_field(field=None, kind=kind, label=label, subject=subject, by=None, now=clock.now(), **said)


@pytest.fixture
def fields(tenant) -> None:
    make("Budget", "money", "contact")
    for code, label, kind, choices in OF_LEAD:
        make(label, kind, code=code, choices=choices)
    make("Hush", layout={Role.OPS: "hidden", Role.REP: "hidden"})
    make("Tax number", "text", "company")
    make("Level", "choice", "company", choices=["Gold", "Silver"])


@pytest.fixture
def system(fields, acme) -> Caller:
    return make_caller(acme)


def arrive(name: str, number: str, owner=None, **said) -> Lead:
    arrived = make_arrival(key=number, name=name, identities=(phone(number),), lead_fields=said)
    lead_arrived([arrived], now=clock.now())
    lead = Lead.objects.get(contact__name=name)
    Lead.objects.filter(pk=lead.pk).update(owner=owner, assigned_at=clock.now() if owner else None)
    Contact.objects.filter(pk=lead.contact_id).update(owner=owner)
    return lead


def test_code_that_something_else_has_gets_a_word_before_it(fields):
    field = make("Budget", "money", "lead")

    assert field.code == "lead_budget"
    assert [each.code for each in field_list()] == ["budget"]


def test_file_fills_fields_of_leads_beside_those_of_their_people(fields):
    text = "name,phone,Budget,Want,By when\nLin,13812345678,12,Sofa、Table,2026/3/31\n"

    bring(text)
    bring(text.replace("Table,2026/3/31", "Table,2026/4/1"))

    lead = Lead.objects.get()
    assert lead.fields == {**KEPT, "by_when": "2026-04-01"}
    assert lead.contact.fields == {"budget": "12"}
    assert lead.attributes == {}


def test_form_webhook_and_api_fill_fields_of_leads(fields, system):
    form = make_form(*({"kind": "own", "field": code, "label": label} for code, label, _kind, _choices in OF_LEAD))
    mapping = {"items": "", "fields": {"phone": "phone", "w": "field:want", "d": "field:by_when"}}

    send(form, question_4=["Table", "Sofa"], question_5="2026-03-31")
    push(make_endpoint(mapping=mapping), {"phone": "13800138001", "w": "Sofa,Table", "d": "2026/3/31"})
    while messages_due(Budget(0)):
        pass
    said = {"want": ["Sofa", "Table"], "by_when": "2026-03-31"}
    answer = system.post("leads", {"phone": "13800138002", "fields": said})

    assert answer.status_code == 201
    assert [lead.fields for lead in Lead.objects.all()] == [KEPT] * 3
    assert [contact.fields for contact in Contact.objects.all()] == [{}] * 3


def test_lead_by_hand_is_asked_for_its_fields(desk, fields):
    said = {"once": "a", "name": "Lin", "phone": "13800138000", "field-want": ["Sofa", "Table"]}

    page = desk.get("/leads/new/").content.decode()
    refused = desk.post("/leads/new/", {**said, "field-by_when": "soon"})
    desk.post("/leads/new/", {**said, "field-by_when": "2026-03-31"})

    assert 'name="field-want"' in page
    assert 'name="field-hush"' not in page
    assert refused.status_code == 422
    assert Lead.objects.get().fields == KEPT


def test_page_of_a_lead_shows_and_changes_its_fields(desk, fields):
    lead = arrive("Lin", "13812345678", want=["c1"], hush="psst")

    page = desk.get(f"/leads/{lead.pk}/").content.decode()
    desk.post(f"/leads/{lead.pk}/fields/", {"field-want": ["Sofa", "Table"], "field-by_when": "2026-03-31"})
    wrong = {"field-want": ["Sofa"], "field-by_when": "soon", "field-hush": "x"}
    desk.post(f"/leads/{lead.pk}/fields/", wrong)

    assert "<dd>Sofa</dd>" in page
    assert "psst" not in page
    assert Lead.objects.get().fields == {**KEPT, "hush": "psst"}
    entries = AuditEntry.objects.filter(action="lead.fields_set")
    assert [entry.details for entry in entries] == [{"fields": ["by_when", "want"]}]


def test_and_cai_and_who_may_not_see_a_lead_write_nothing(fields, ben, cais_desk):
    lead = arrive("Lin", "13812345678", want=["c1"])

    for answer in (
        cais_desk.post(f"/leads/{lead.pk}/fields/", {"field-want": ["Table"]}),
        client_of(ben).post(f"/rep/leads/{lead.pk}/fields", {"field-want": ["Table"]}),
    ):
        assert answer.status_code == 404
    assert Lead.objects.get().fields == {"want": ["c1"]}


def test_phone_shows_and_changes_fields_of_the_newest_lead(fields, ben):
    lead = arrive("Lin", "13812345678", ben, want=["c1"], hush="psst")
    phone_of_ben = client_of(ben)

    page = phone_of_ben.get(f"/rep/customers/{lead.contact_id}/").content.decode()
    phone_of_ben.post(f"/rep/leads/{lead.pk}/fields", {"field-want": ["Table"], "field-by_when": ""})

    assert "<dd>Sofa</dd>" in page
    assert "psst" not in page
    assert Lead.objects.get().fields == {"want": ["c2"], "hush": "psst"}


@pytest.fixture
def leads(fields) -> list[Lead]:
    said = [{"want": ["c1"], "by_when": "2026-03-31", "hush": "a"}, {"want": ["c1", "c2"], "by_when": "2026-01-01"}, {}]
    return [
        arrive(name, f"1381234567{place}", **each) for place, (name, each) in enumerate(zip("ABC", said, strict=True))
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        *(({"where": "want.has_any.c2"}, "B"), ({"where": "want.is_not_set."}, "C")),
        *(({"where": "by_when.after.2026-02-01"}, "A"), ({"sort": "field.by_when"}, "BAC")),
        *(({"where": "hush.is.a"}, "CBA"), ({"where": "budget.gte.1"}, "CBA"), ({"sort": "-field.by_when"}, "ABC")),
    ],
)
def test_list_of_leads_narrows_and_sorts(desk, leads, query, names):
    page = desk.get("/leads/", **query)

    assert "".join(lead.contact.name for lead, _cells in page.context["rows"]) == names


def test_list_of_leads_has_columns_and_the_dialog_leads_to_an_address(desk, leads):
    page = desk.get("/leads/", column=["want", "hush"], sort="name")
    led = desk.get("/leads/", narrow="1", **{"is.want": ["c2"], "column": "want"})

    assert [[text for _field, text in cells] for _lead, cells in page.context["rows"]] == [
        ["Sofa"],
        ["Sofa, Table"],
        [""],
    ]
    assert led["Location"] == "?where=want.has_any.c2&column=want"


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_leads_by_fields_costs_the_same_however_many(desk, fields, count, django_assert_num_queries):
    for number in range(count):
        arrive(f"L{number}", f"1381234567{number}", want=["c1"])
    query = {"where": "want.has_any.c1", "column": "want", "sort": "field.by_when"}
    desk.get("/leads/", **query)

    with django_assert_num_queries(13):
        assert len(desk.get("/leads/", **query).context["rows"]) == count


def test_company_is_made_changed_and_listed_by_its_fields(desk, fields):
    said = {"name": "Acme", "field-tax_number": "9131"}
    desk.post("/companies/new/", {**said, "field-level": "Gold"})
    company = Company.objects.get()
    desk.post(f"/companies/{company.pk}/edit/", {**said, "field-level": "Silver"})
    save_company(company=None, name="Other", parent=None, owner=None, by=None, now=clock.now())

    page = desk.get(f"/companies/{company.pk}/").content.decode()
    found = desk.get("/companies/", where="level.in.c2", column="tax_number")

    assert Company.objects.get(name="Acme").fields == {"tax_number": "9131", "level": "c2"}
    assert "<dd>9131</dd>" in page
    assert 'value="9131"' in page
    assert [(row.name, [text for _field, text in cells]) for row, cells in found.context["rows"]] == [
        ("Acme", ["9131"])
    ]
    assert [row.name for row, _cells in desk.get("/companies/", sort="field.level").context["rows"]] == [
        "Acme",
        "Other",
    ]


def test_edit_of_a_company_leaves_fields_that_the_role_does_not_change(desk, fields):
    made = {"parent": None, "owner": None, "by": None, "now": clock.now()}
    company = save_company(company=None, name="Acme", fields={"level": "c1", "tax_number": "1"}, **made)
    field = CustomField.objects.get(code="level")
    choices = [label for _key, label in field.choices]
    save_field(
        field=field, kind="choice", label="Level", choices=choices, layout={Role.OPS: "reads"}, by=None, now=clock.now()
    )

    page = desk.get(f"/companies/{company.pk}/").content.decode()
    desk.post(f"/companies/{company.pk}/edit/", {"name": "Acme", "field-tax_number": "2", "field-level": "Silver"})

    assert 'name="field-level"' not in page
    assert Company.objects.get().fields == {"level": "c1", "tax_number": "2"}


def test_merge_of_companies_leaves_each_what_is_noted_about_it(fields):
    made = {"parent": None, "owner": None, "by": None, "now": clock.now()}
    first, second = (save_company(company=None, name=name, fields={"tax_number": name}, **made) for name in "AB")

    merge = merge_companies(company=first, into=second, by=None, now=clock.now())
    undo_company_merge(merge=merge, by=None, now=clock.now())

    assert {row.name: row.fields["tax_number"] for row in Company.objects.all()} == {"A": "A", "B": "B"}


def test_api_reads_and_writes_fields_of_leads(system):
    lead = arrive("Lin", "13812345678", want=["c1"])
    etag = system.get(f"leads/{lead.pk}")["ETag"]

    changed = system.patch(
        f"leads/{lead.pk}", {"custom": {"want": ["Table"], "by_when": "2026-03-31"}}, HTTP_IF_MATCH=etag
    )
    late = system.patch(f"leads/{lead.pk}", {"custom": {"want": None}}, HTTP_IF_MATCH=etag)
    refused = system.patch(f"leads/{lead.pk}", {"rating": "A", "custom": {"by_when": "soon", "budget": "1"}})

    assert changed.json()["custom"] == {"want": ["c2"], "by_when": "2026-03-31", "hush": None}
    assert late.status_code == 412
    assert sorted(each["field"] for each in refused.json()["errors"]) == ["custom.budget", "custom.by_when"]
    lead.refresh_from_db()
    assert (lead.rating, lead.fields) == ("", {"want": ["c2"], "by_when": "2026-03-31"})


def test_api_reads_and_writes_fields_of_companies(system):
    made = system.post("companies", {"name": "Acme", "custom": {"level": "Gold"}})
    changed = system.patch(f"companies/{made.json()['id']}", {"custom": {"tax_number": "9131"}})
    refused = system.post("companies", {"name": "Other", "custom": {"level": "Iron"}})

    assert made.json()["custom"] == {"tax_number": None, "level": "c1"}
    assert changed.json()["custom"] == {"tax_number": "9131", "level": "c1"}
    assert [each["field"] for each in refused.json()["errors"]] == ["custom.level"]
    assert Company.objects.get().name == "Acme"


def test_api_lists_fields_by_what_they_are_of(system):
    listed = system.get("fields", subject="company").json()["results"]

    assert {(each["code"], each["subject"]) for each in listed} == {("tax_number", "company"), ("level", "company")}
    assert len(system.get("fields").json()["results"]) == 6
    assert system.get("fields", subject="order").status_code in (400, 422)


def test_settings_show_the_fields_of_one_subject_at_a_time(desk, fields):
    page = desk.get("/settings/fields/", of="company")
    answer = desk.post("/settings/fields/?of=company", {"label": "Renewal", "kind": "date"})

    assert [field.code for field in page.context["fields"]] == ["tax_number", "level"]
    assert answer["Location"] == "/settings/fields/?of=company"
    assert CustomField.objects.get(code="renewal").subject == "company"


def test_field_of_a_lead_that_holds_the_same_is_not_written(fields):
    lead = arrive("Lin", "13812345678", want=["c1"])
    before = Lead.objects.get()
    said = {"role": Role.OPS, "by": None, "now": clock.now(), "zone": tenant_zone()}

    assert set_lead_fields(lead_id=lead.pk, values={"want": ["Sofa"]}, **said) == []
    assert Lead.objects.get().updated_at == before.updated_at
