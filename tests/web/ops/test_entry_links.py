"""Entry links and referral on the dashboard and the phone: who may do what, and what the pages show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from accounts.enums import Role, Scope
from accounts.models import Department, User
from leads.enums import LinkKind
from leads.models import EntryLink, LinkHost, Reward, Source
from leads.services import ensure_referral_link, reward_leads, save_link
from scrm.core import clock
from scrm.core.qr import qr_png, qr_svg
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_contact, make_user
from tests.flows.test_referral import bring, make_program
from tests.web.public_pages import make_form, reader


@pytest.fixture
def ready(acme):
    lay_out_tenant()
    return acme


def logged_in(user) -> Client:
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(user)
    return client


def test_link_is_made_opened_and_its_results_are_shown(ready):
    ops, form = make_user("ops", role=Role.OPS), make_form()
    said = {"name": "Poster", "kind": "place", "place": "Hall 3", "form": form.pk, "utm_source": "poster"}

    made = logged_in(ops).post("/links/new/", said)

    link = EntryLink.objects.get()
    assert made["Location"] == f"/links/{link.pk}/"
    assert (link.place, link.utm) == ("Hall 3", {"utm_source": "poster"})
    reader().get(f"/l/{link.code}")
    page = logged_in(ops).get(made["Location"])
    assert f"http://acme.localhost/l/{link.code}" in page.text.replace(":8000", "")
    assert logged_in(ops).get(f"{made['Location']}chart/").json()["series"][0]["data"][-1] == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "place", "place": "x"}, "form"),
        ({"kind": "rep"}, "rep"),
        ({"kind": "place", "place": "x", "url": "https://evil.test/"}, "url"),
    ],
)
def test_link_that_can_t_be_is_refused_at_its_field(ready, said, field):
    ops = make_user("ops", role=Role.OPS)
    target = {} if field in ("form", "url") else {"form": make_form().pk}

    answer = logged_in(ops).post("/links/new/", {"name": "x", **target, **said})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not EntryLink.objects.exists()


def test_many_places_get_a_link_each_once(ready):
    ops, form = make_user("ops", role=Role.OPS), make_form()

    logged_in(ops).post("/links/many/", {"places": "Hall 1\n 海报 二 \n\nHall 1\r\n", "form": form.pk})

    assert sorted(EntryLink.objects.values_list("place", "utm")) == [
        ("Hall 1", {"utm_content": "Hall 1"}),
        ("海报 二", {"utm_content": "海报 二"}),
    ]


def test_only_administrators_say_which_sites_are_allowed(ready):
    ops, admin = make_user("ops", role=Role.OPS), make_user("adm", role=Role.ADMIN)

    assert logged_in(ops).post("/links/sites/", {"host": "a.example.com"}).status_code == 403
    assert not LinkHost.objects.exists()
    logged_in(admin).post("/links/sites/", {"host": "https://A.example.com/"})
    assert LinkHost.objects.get().host == "a.example.com"


def test_qr_codes_hold_the_address_at_every_size(ready):
    address = "https://acme.example.com/l/0123456789abcdef"

    assert qr_svg(address).startswith(b"<svg")
    assert b"viewBox" in qr_svg(address)
    sizes = [int.from_bytes(qr_png(address, size=size)[16:20], "big") for size in (4, 16)]
    assert sizes[1] == 4 * sizes[0]


def test_list_costs_the_same_for_one_and_for_three(ready):
    client, form = logged_in(make_user("ops", role=Role.OPS)), make_form()
    counts = []
    for more in (1, 2):
        for _ in range(more):
            save_link(values={"name": "x", "kind": "place", "place": "x", "form": form}, by=None, now=clock.now())
        with CaptureQueriesContext(connection) as asked:
            client.get("/links/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_customer_s_own_link_is_seen_by_those_who_see_the_customer(ready):
    north = Department.objects.create(name="North")
    ada = make_user("ada", role=Role.MANAGER, department=north)
    link = ensure_referral_link(program=make_program(), contact=make_contact("Secret Lin"), now=clock.now()).link

    assert "Secret Lin" not in logged_in(ada).get("/links/").text
    assert logged_in(ada).get(f"/links/{link.pk}/").status_code == 404
    assert "Secret Lin" in logged_in(make_user("ops", role=Role.OPS)).get("/links/").text


def test_representative_makes_and_shows_an_own_code(ready):
    ben, form = make_user("ben"), make_form()
    client = logged_in(ben)

    assert client.get("/rep/code/").status_code == 200
    assert client.get("/rep/code/qr.svg").status_code == 404
    client.post("/rep/code/", {"form": form.pk})
    client.post("/rep/code/", {"form": form.pk})

    link = EntryLink.objects.get()
    assert (link.rep, link.personal, link.kind) == (ben, True, LinkKind.REP)
    assert link.code in client.get("/rep/code/").text
    assert client.get("/rep/code/qr.svg")["Content-Type"] == "image/svg+xml"


def test_rewards_are_decided_in_bulk_within_reach(ready):
    north = Department.objects.create(name="North")
    ben = make_user("ben", department=north)
    narrow = make_user("narrow", role=Role.OPS, department=north)
    User.objects.filter(pk=narrow.pk).update(scope=Scope.DEPARTMENT)
    by = ensure_referral_link(program=make_program(), contact=make_contact("Ada", owner=ben), now=clock.now())
    other = ensure_referral_link(program=make_program(), contact=make_contact("Cai"), now=clock.now())
    leads = [bring(by, 1), bring(other, 2)]
    reward_leads(lead_ids=[lead.pk for lead in leads], now=clock.now())
    ids = list(Reward.objects.values_list("pk", flat=True))

    logged_in(narrow).post("/referral/rewards/decide/", {"action": "approved", "ids": ids})

    states = dict(Reward.objects.values_list("referral__lead", "state"))
    assert states == {leads[0].pk: "approved", leads[1].pk: "pending"}


def test_export_is_safe_to_open(ready):
    ops = make_user("ops", role=Role.OPS)
    source = Source.objects.create(name="=cmd()", created_at=clock.now())
    EntryLink.objects.create(name="x", form=make_form(), source=source, created_at=clock.now())

    text = logged_in(ops).get("/links/partners/export/?by=source").content.decode("utf-8-sig")

    assert '"=cmd()"' not in text
    assert "cmd()" in text


def test_other_business_sees_no_link(ready, globex):
    with tenant_context(ready):
        link = EntryLink.objects.create(name="x", form=make_form(), created_at=clock.now())
    with tenant_context(globex):
        client = Client(headers={"host": "globex.localhost"})
        client.force_login(make_user("cai", role=Role.OPS))

        assert client.get(f"/links/{link.pk}/").status_code == 404
