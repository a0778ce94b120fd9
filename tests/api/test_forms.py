"""/forms: what forms ask and what they brought, as far as the caller sees."""

import pytest

from scrm.flows.starter import lay_out_tenant
from tests.api.conftest import Caller
from tests.web.public_pages import make_form, reader, send


@pytest.fixture
def form(acme):
    lay_out_tenant()
    form = make_form({"kind": "choice", "label": "Which?", "choices": [{"label": "V3"}, {"label": "V5"}]})
    reader().get(f"/f/{form.slug}?utm_source=ads")
    send(form, query="?utm_source=ads", question_4="V5")
    return form


def test_forms_are_listed_and_cai_has_none(system, cai, form):
    make_form(title="Draft", published=False)

    listed = system.get("forms", published="true").json()["results"]

    assert [(row["name"], row["version"]) for row in listed] == [("Ask us", 1)]
    assert listed[0]["url"].endswith(f"/f/{form.slug}")
    assert cai.get("forms").json()["results"] == []
    assert cai.get(f"forms/{form.pk}").status_code == 404
    assert cai.get(f"forms/{form.pk}/results").status_code == 404


def test_form_says_what_it_asks(system, form):
    questions = system.get(f"forms/{form.pk}").json()["questions"]

    assert [each["key"] for each in questions] == ["name", "phone", "email", "Which?"]
    assert questions[3]["choices"] == ["V3", "V5"]


def test_results_say_what_it_brought(system, form):
    body = system.get(f"forms/{form.pk}/results").json()

    assert body["total"] == {"views": 1, "visitors": 1, "begun": 1, "leads": 1}
    assert [(way["utm_source"], way["leads"]) for way in body["ways"]] == [("ads", 1)]
    assert body["questions"][0]["answers"] == [{"answer": "V3", "count": 0}, {"answer": "V5", "count": 1}]
    later = "2099-01-01"
    assert system.get(f"forms/{form.pk}/results", since=later).json()["total"]["leads"] == 0
    assert system.get(f"forms/{form.pk}/results", since="x").status_code == 400


def test_ada_reads_no_views_beside_a_part_of_the_leads(acme, ada, form):
    body = Caller(acme, user=ada).get(f"forms/{form.pk}/results").json()

    assert body["total"] == {"views": None, "visitors": None, "begun": None, "leads": 0}


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_length(system, acme, django_assert_num_queries, rows):
    for _ in range(rows):
        make_form()
    system.get("forms")

    with django_assert_num_queries(7):
        system.get("forms")
