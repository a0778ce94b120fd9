"""Search, companies and fields through the API: within reach, strict, and without a number in clear."""

from accounts.enums import Role
from contacts.models import Company, Contact
from contacts.services import save_field
from scrm.core import clock
from tests.api.conftest import Caller
from tests.factories import give_email, make_contact


def test_search_finds_within_reach_and_shows_masked(acme, ben, system, cai):
    wang = make_contact("王小明", owner=ben)
    make_contact("王小红")
    give_email(wang, "lin.daiyu@example.com")

    found = Caller(acme, user=ben).post("search", {"q": "wx"}).json()
    by_mail = system.post("search", {"q": "lin.daiyu@example.com"})

    assert [each["name"] for each in found["contacts"]] == ["王小明"]
    assert [each["by"] for each in by_mail.json()["contacts"]] == ["email"]
    assert "lin.daiyu" not in by_mail.content.decode()
    assert cai.post("search", {"q": "wx"}).json()["contacts"] == []


def test_search_refuses_what_it_does_not_know(system):
    assert system.post("search", {"q": "x", "limit": 0}).status_code in (400, 422)
    assert system.post("search", {"text": "x"}).status_code in (400, 422)
    assert system.get("search?q=x").status_code in (403, 405)


def test_company_is_made_read_and_changed(system):
    made = system.post("companies", {"name": "Acme", "domains": ["acme.cn"], "size": "to_10"})

    assert made.status_code == 201
    company = made.json()
    assert system.post("companies", {"name": "ACME"}).status_code in (400, 422)
    changed = system.patch(f"companies/{company['id']}", {"name": "Acme 2"})
    assert (changed.json()["name"], changed.json()["domains"]) == ("Acme 2", ["acme.cn"])
    assert system.get("companies").json()["results"][0]["people"] == 0
    assert Company.objects.get().name == "Acme 2"


def test_company_counts_people_in_reach_only(acme, ben, system):
    company = Company.objects.create(name="Acme", created_at=clock.now())
    make_contact("Lin", company=company, owner=ben)
    make_contact("Wu", company=company)

    assert Caller(acme, user=ben).get(f"companies/{company.pk}").json()["people"] == 1
    assert system.get(f"companies/{company.pk}").json()["people"] == 2


def test_fields_are_typed_and_each_problem_is_named(system):
    save_field(field=None, kind="money", label="Budget", by=None, now=clock.now())
    lin = make_contact("Lin")

    assert [each["code"] for each in system.get("fields").json()["results"]] == ["budget"]
    assert system.patch(f"contacts/{lin.pk}/fields", {"custom": {"budget": 12.5}}).json()["custom"] == {
        "budget": "12.5"
    }
    refused = system.patch(f"contacts/{lin.pk}/fields", {"custom": {"budget": "much", "colour": 1}})

    assert refused.status_code in (400, 422)
    assert {each["field"] for each in refused.json()["errors"]} == {"custom.budget", "custom.colour"}
    assert Contact.objects.get().fields == {"budget": "12.5"}
    assert system.get(f"contacts/{lin.pk}").json()["custom"] == {"budget": "12.5"}


def test_hidden_field_is_not_there_for_its_role(acme, ben):
    save_field(field=None, kind="text", label="Secret", layout={Role.REP: "hidden"}, by=None, now=clock.now())
    lin = make_contact("Lin", owner=ben)
    caller = Caller(acme, user=ben)

    assert caller.get(f"contacts/{lin.pk}").json()["custom"] == {}
    assert caller.patch(f"contacts/{lin.pk}/fields", {"custom": {"secret": "x"}}).status_code in (400, 422)
