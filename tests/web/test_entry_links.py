"""Entry links in public: the visit counts, the visitor is led on, and the lead tells by which link it came."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django_tenants.utils import tenant_context

from accounts.enums import Role
from accounts.models import Department
from leads.models import EntryLink, Lead, LinkHost, LinkHour, Source, Touch
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from scrm.web.public.entry_token import entry_token, read_entry_token
from tests.factories import make_user
from tests.web.public_pages import make_form, reader, send


@pytest.fixture
def form(acme):
    lay_out_tenant()
    return make_form()


def make_link(form=None, **fields) -> EntryLink:
    fields = {"name": "Poster", "form": form, "created_at": clock.now(), **fields}
    return EntryLink.objects.create(**fields)


def follow(link, client=None, query=""):
    """Open the link and give the query of the page that it leads to."""
    answer = (client or reader()).get(f"/l/{link.code}{query}")
    assert answer.status_code == 302
    return answer["Location"]


def counted() -> tuple[int, int, int]:
    hour = LinkHour.objects.get()
    return hour.visits, hour.visitors, hour.machines


def test_link_leads_to_its_form_with_its_parameters(form):
    link = make_link(form, utm={"utm_source": "poster", "utm_medium": "print"})

    address = urlsplit(follow(link, query="?utm_source=other&utm_term=t&next=https://evil.test&url=//evil.test"))

    said = parse_qs(address.query)
    assert (address.scheme, address.netloc, address.path) == ("", "", f"/f/{form.slug}")
    assert said.pop("via")
    assert said == {"utm_source": ["poster"], "utm_medium": ["print"], "utm_term": ["t"]}


def test_link_elsewhere_follows_what_is_stored_and_allowed(form):
    LinkHost.objects.create(host="shop.example.com", created_at=clock.now())
    link = make_link(url="https://shop.example.com/a", utm={"utm_source": "poster"})

    assert follow(link, query="?url=https://evil.test") == "https://shop.example.com/a?utm_source=poster"

    LinkHost.objects.all().delete()

    assert reader().get(f"/l/{link.code}").status_code == 404


def test_paused_ended_foreign_and_made_up_links_are_not_there(form, globex, acme):
    now = clock.now()
    with tenant_context(acme):
        codes = [
            make_link(form, active=False).code,
            make_link(form, expires_at=now - timedelta(seconds=1)).code,
            "0" * 16,
            "x" * 17,
            "..%2f",
            "l\u00f6we",
        ]
        mine = make_link(form)

    for code in codes:
        assert reader().get(f"/l/{code}").status_code == 404
    assert reader("globex").get(f"/l/{mine.code}").status_code == 404
    with tenant_context(acme):
        assert not LinkHour.objects.exists()


def test_visits_and_visitors_are_counted_without_a_cookie(form):
    link = make_link(form)

    for _ in range(2):
        assert not reader().get(f"/l/{link.code}").cookies
    reader(**{"user-agent": "Mozilla/5.0 (Android 15)"}).get(f"/l/{link.code}")

    assert counted() == (3, 2, 0)


def test_machines_are_marked_and_not_counted(form):
    link = make_link(form)

    reader(**{"user-agent": "SomeBot/1.0 crawler"}).get(f"/l/{link.code}")
    reader().head(f"/l/{link.code}")
    reader(**{"sec-purpose": "prefetch"}).get(f"/l/{link.code}")

    assert counted() == (0, 0, 3)


def test_lead_keeps_link_source_and_parameters(form):
    source = Source.objects.create(name="Fair", created_at=clock.now())
    link = make_link(form, source=source, utm={"utm_source": "poster"})

    send(form, query=f"?{urlsplit(follow(link)).query}")

    lead, touch = Lead.objects.get(), Touch.objects.get()
    assert lead.source == source
    assert lead.utm == {"utm_source": "poster"}
    assert (touch.lead, touch.contact_id, touch.link, touch.brought) == (lead, lead.contact_id, link, True)
    assert touch.utm == lead.utm


def test_second_link_on_the_same_day_is_a_touch_that_did_not_bring_the_lead(form):
    first, second = make_link(form), make_link(form)

    for link in (first, second):
        send(form, query=f"?{urlsplit(follow(link)).query}")

    assert Lead.objects.count() == 1
    assert list(Touch.objects.order_by("at").values_list("link", "brought")) == [(first.pk, True), (second.pk, False)]


def test_lead_without_link_or_parameters_has_no_touch(form):
    send(form)

    assert Lead.objects.exists()
    assert not Touch.objects.exists()


@pytest.mark.parametrize("forged", ["x", "x:y", "0", "a" * 2000])
def test_forged_note_says_nothing_and_stops_nobody(form, forged):
    make_link(form)

    send(form, query=f"?via={forged}")

    assert Lead.objects.exists()
    assert not Touch.objects.exists()


def test_note_holds_for_its_tenant_and_for_a_month(acme, globex):
    now, link_id = clock.now(), uuid4()
    with tenant_context(acme):
        token = entry_token(link_id, now)
        assert read_entry_token(token, now).link_id == link_id
        assert read_entry_token(token, now + timedelta(days=31)) is None
        assert read_entry_token(token, now - timedelta(seconds=1)) is None
    with tenant_context(globex):
        assert read_entry_token(token, now) is None


def test_lead_through_a_representative_s_link_is_theirs(form):
    ben, _other = make_user("ben"), make_user("bea", takes_leads=True)
    link = make_link(form, rep=ben)

    send(form, query=f"?{urlsplit(follow(link)).query}")

    assert Lead.objects.get().owner == ben


def test_somebody_s_customer_stays_theirs_whoever_s_link_it_was(form):
    ada, ben = make_user("ada"), make_user("ben")
    send(form, query=f"?{urlsplit(follow(make_link(form, rep=ada))).query}")

    send(make_form(), query=f"?{urlsplit(follow(make_link(form, rep=ben))).query}")

    assert set(Lead.objects.values_list("owner__username", flat=True)) == {"ada"}


def test_lead_through_a_dealer_s_link_goes_to_its_people_in_turn_or_its_manager(form):
    dealer = Department.objects.create(name="Dealer", is_dealer=True)
    make_user("ada", takes_leads=True)
    head = make_user("head", role=Role.MANAGER, department=dealer)
    link = make_link(form, department=dealer)

    send(form, query=f"?{urlsplit(follow(link)).query}")
    assert Lead.objects.get().owner == head

    bea = make_user("bea", takes_leads=True, department=dealer)
    send(form, phone="13900139000", query=f"?{urlsplit(follow(link)).query}")
    assert Lead.objects.order_by("-id").first().owner == bea
