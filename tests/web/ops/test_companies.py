"""Companies and fields at the desk: who may, what they show to Ada, Ben and Cai, and nothing beyond reach."""

import pytest

from accounts.enums import Role
from contacts.models import Company, CompanyMerge, Contact, CustomField
from contacts.services import save_company
from leads.models import Interaction, Opportunity, OpportunityStage
from scrm.core import clock
from tests.factories import make_contact, make_user
from tests.web.ops.conftest import Desk


@pytest.fixture
def acme_company(tenant):
    return save_company(company=None, name="Acme", parent=None, owner=None, by=None, now=clock.now())


@pytest.fixture
def olga_desk(tenant, olga):
    return Desk(tenant, olga)


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_statements_for_one_as_for_three(olga_desk, count, django_assert_max_num_queries):
    for number in range(count):
        company = Company.objects.create(name=f"Company {number}", created_at=clock.now())
        make_contact("Lin", company=company)

    with django_assert_max_num_queries(12):
        assert text(olga_desk.get("/companies/")).count("Company ") >= count


def test_list_is_narrowed_by_initials(olga_desk):
    for name in ("上海星辰科技有限公司", "Other"):
        Company.objects.create(name=name, created_at=clock.now())

    page = text(olga_desk.get("/companies/", q="xckj"))

    assert "上海星辰科技有限公司" in page
    assert ">Other<" not in page


def test_page_shows_each_reader_their_people(tenant, ada, ben, olga, acme_company):
    make_contact("Lin of Ben", company=acme_company, owner=ben)
    make_contact("Mei of nobody", company=acme_company)

    of_ada, of_olga = (text(Desk(tenant, who).get(f"/companies/{acme_company.pk}/")) for who in (ada, olga))

    assert "Lin of Ben" in of_ada
    assert "Mei of nobody" not in of_ada
    assert "Mei of nobody" in of_olga


def test_page_counts_talks_and_deals_of_whom_the_reader_sees(tenant, ada, ben, acme_company):
    now = clock.now()
    stage = OpportunityStage.objects.order_by("position")[0]
    for owner, amount in ((ben, 1000), (None, 50)):
        lin = make_contact("Lin", company=acme_company, owner=owner)
        Interaction.objects.create(contact=lin, kind="call", effective=True, at=now)
        Opportunity.objects.create(contact=lin, name="x", stage=stage, amount=amount, owner=owner, created_at=now)

    page = text(Desk(tenant, ada).get(f"/companies/{acme_company.pk}/"))

    assert "1 effective so far" in page
    assert "1,000" in page
    assert "1,050" not in page


def test_company_is_made_changed_and_refused(olga_desk):
    olga_desk.post("/companies/new/", {"name": "Newco", "domains": "newco.cn", "size": "to_10"})
    company = Company.objects.get()
    refused = olga_desk.post(f"/companies/{company.pk}/edit/", {"name": "Newco", "domains": "no domain!"})

    assert refused.status_code == 422
    assert (Company.objects.get().domains, Company.objects.get().size) == (["newco.cn"], "to_10")


def test_merge_and_its_way_back(olga_desk, acme_company):
    double = Company.objects.create(name="Acme Ltd", created_at=clock.now())
    make_contact("Lin", company=double)

    assert "May be the same company" in text(olga_desk.get(f"/companies/{acme_company.pk}/"))
    olga_desk.post(f"/companies/{double.pk}/merge/", {"into": "acme"})
    assert olga_desk.get(f"/companies/{double.pk}/")["Location"] == f"/companies/{acme_company.pk}/"
    merge = CompanyMerge.objects.get()
    olga_desk.post(f"/companies/{acme_company.pk}/merges/{merge.pk}/undo/")

    assert Contact.objects.get().company == double


def test_auditor_changes_nothing(tenant, acme_company):
    desk = Desk(tenant, make_user("audrey", Role.AUDITOR))

    for path in ("new/", f"{acme_company.pk}/edit/", f"{acme_company.pk}/merge/"):
        assert desk.post(f"/companies/{path}", {"name": "x", "into": "x"}).status_code == 403
    assert [company.name for company in Company.objects.all()] == ["Acme"]


def test_field_is_set_up_and_written_on_a_contact(olga_desk):
    olga_desk.post(
        "/settings/fields/", {"label": "Colour", "kind": "choice", "choices": "Red\nBlue", "role_rep": "hidden"}
    )
    field, lin = CustomField.objects.get(), make_contact("Lin")

    olga_desk.post(f"/contacts/{lin.pk}/fields/", {"field-colour": "c2"})

    assert field.layout == {"rep": "hidden"}
    assert Contact.objects.get().fields == {"colour": "c2"}
    assert "Blue" in text(olga_desk.get(f"/contacts/{lin.pk}/"))
    olga_desk.post(f"/settings/fields/{field.pk}/archive/", {"archived": "yes"})
    assert "Blue" not in text(olga_desk.get(f"/contacts/{lin.pk}/"))


def test_wrong_value_is_told_and_nothing_changes(olga_desk):
    olga_desk.post("/settings/fields/", {"label": "Budget", "kind": "money"})
    lin = make_contact("Lin")

    answer = olga_desk.post(f"/contacts/{lin.pk}/fields/", {"field-budget": "much"})

    assert "Budget: A number" in text(olga_desk.get(answer["Location"]))
    assert Contact.objects.get().fields == {}


def test_place_of_work_is_written(olga_desk):
    lin = make_contact("Lin")
    olga_desk.post(f"/contacts/{lin.pk}/company/", {"company": "Newco", "job_title": "CTO", "company_role": "decides"})

    assert "Decision maker" in text(olga_desk.get(f"/contacts/{lin.pk}/"))
    assert Contact.objects.get().company.name == "Newco"
