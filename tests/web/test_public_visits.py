"""Who looks at a hosted form and who begins to answer is counted: people only, once, by where they came from."""

from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

from leads import form_queries
from leads.models import Form, FormTally
from scrm.core import clock
from scrm.web.public.tokens import open_token
from tests.web.public_pages import make_form, reader, send


@pytest.fixture
def form(acme):
    return make_form()


def begin(form, address: str = "192.0.2.1", **said):
    client = reader()
    client.defaults["REMOTE_ADDR"] = address
    token = open_token(form.pk, clock.now() - timedelta(seconds=1))
    return client.post(f"/f/{form.slug}/begun", {"page": token, **said})


def counts() -> list[tuple]:
    return list(FormTally.objects.order_by("pk").values_list("utm_source", "views", "visitors", "begun"))


def test_reader_who_comes_back_another_way_at_once_is_the_same_view(form):
    for query in ("?utm_source=ads", "?utm_source=ads", ""):
        reader().get(f"/f/{form.slug}{query}")

    assert counts() == [("ads", 1, 1, 0)]
    assert Form.objects.get().views == 1


def test_who_begins_is_counted_once_and_sending_counts_no_second_time(form):
    for _ in range(2):
        assert begin(form).status_code == 204
    client = reader()
    client.defaults["REMOTE_ADDR"] = "192.0.2.1"
    send(form, client, phone="12")

    assert counts() == [("", 0, 0, 1)]


@pytest.mark.parametrize("token", ["", "x", "\0", "a" * 5000])
def test_beginning_without_a_page_of_ours_counts_nothing(form, token):
    assert begin(form, page=token).status_code == 204
    assert counts() == []


def test_beginning_at_an_unknown_form_tells_nothing(form):
    assert reader().post("/f/nothing/begun", {}).status_code == 204
    assert reader().get(f"/f/{form.slug}/begun").status_code == 405


def test_made_up_parameters_do_not_fill_the_table(form, monkeypatch):
    monkeypatch.setattr(form_queries, "TALLIES_A_DAY", 2)
    for number in range(5):
        client = reader()
        client.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"
        client.get(f"/f/{form.slug}?utm_source=made-up-{number}&utm_campaign=x")

    assert counts() == [("made-up-0", 1, 1, 0), ("made-up-1", 1, 1, 0), ("…", 3, 3, 0)]


def test_visit_of_cai_s_form_counts_there_alone(acme, globex):
    with tenant_context(globex):
        cais = make_form()
    with tenant_context(acme):
        ours = make_form()
        reader("acme").get(f"/f/{ours.slug}")
        assert reader("acme").get(f"/f/{cais.slug}").status_code == 404
        assert Form.objects.get().views == 1
    with tenant_context(globex):
        assert (Form.objects.get().views, FormTally.objects.count()) == (0, 0)
