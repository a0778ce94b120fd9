"""One's own alerts on pages: what is told, to whom, and that reading them is noted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django_tenants.utils import tenant_context

from accounts.models import Session
from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.selectors import alert_count_unread
from leads.models import Lead
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.progress import lead_reassigned
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival
from tests.web.rep_people import client_of


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    return make_user("ben", takes_leads=True)


@pytest.fixture
def lead(ben):
    [outcome] = lead_arrived([make_arrival(1)], now=clock.now())
    return Lead.objects.get(pk=outcome.lead_id)


def new(user, **asked):
    return client_of(user).get(reverse("alerts:new"), asked)


def test_new_alert_is_told_in_words(ben, lead):
    alert = Alert.objects.get()

    told = new(ben, ids=str(alert.pk)).json()

    assert told["unread"] == 1
    assert told["alerts"] == [
        {
            "id": str(alert.pk),
            "title": "New lead: Person 1",
            "text": "Expo",
            "url": reverse("alerts:open", args=[alert.pk]),
            "tone": "blue",
        }
    ]


def test_words_are_the_reader_s(ben, lead):
    client = client_of(ben)

    told = client.get(reverse("alerts:new"), {"ids": str(Alert.objects.get().pk)}, headers={"accept-language": "zh-CN"})

    assert told.json()["alerts"][0]["title"] == "新线索：Person 1"


def test_alert_of_a_colleague_is_not_told(ben, lead):
    ada = make_user("ada", role="manager")

    assert new(ada, ids=str(Alert.objects.get().pk)).json() == {"unread": 0, "alerts": []}


def test_name_is_not_told_once_the_lead_is_somebody_else_s(ben, lead):
    bea = make_user("bea")
    lead_reassigned([lead.pk], bea.pk, by=None, now=clock.now())

    told = new(ben, ids=str(Alert.objects.get(recipient=ben).pk)).json()["alerts"][0]

    assert (told["title"], told["text"]) == ("New lead", "Somebody else sees to it by now.")


def test_whoever_looks_by_themselves_is_told_of_what_came_since(ben, lead):
    first = Alert.objects.get()
    Alert.objects.filter(pk=first.pk).update(created_at=clock.now() - timedelta(hours=1))
    lead_arrived([make_arrival(2)], now=clock.now())

    told = new(ben, last=str(first.pk)).json()

    assert [each["title"] for each in told["alerts"]] == ["New lead: Person 2"]
    assert new(ben, last="rubbish", ids="").json() == {"unread": 2, "alerts": []}


def test_looking_asks_little(ben, lead, django_assert_max_num_queries):
    for number in range(2, 5):
        lead_arrived([make_arrival(number)], now=clock.now())
    client, first = client_of(ben), Alert.objects.earliest("created_at")
    client.get(reverse("alerts:new"))

    with django_assert_max_num_queries(9):
        assert len(client.get(reverse("alerts:new"), {"last": str(first.pk)}).json()["alerts"]) == 3


@pytest.mark.parametrize("name", ["alerts:stream", "alerts:new"])
def test_nobody_is_told_nothing(acme, name):
    assert client_of().get(reverse(name)).status_code == 401


def test_stream_is_opened_for_the_session_of_whoever_asks(ben):
    answer = client_of(ben).get(reverse("alerts:stream"))

    said = answer.json()
    assert answer["scrm-stream"] == "1"
    assert (said["channel"], said["schema"], said["user"]) == (f"acme:alerts:{ben.pk}", "acme", str(ben.pk))
    assert said["session"] == Session.objects.get(user=ben).session_key


def test_stream_of_another_business_is_not_opened(ben, acme, globex):
    with tenant_context(acme):
        client = client_of(ben)

    assert client.get(reverse("alerts:stream"), headers={"host": "globex.localhost"}).status_code == 401


@pytest.mark.parametrize("name", ["alerts:stream", "alerts:new"])
def test_what_a_page_asks_by_itself_does_not_keep_a_session(ben, name):
    client = client_of(ben)
    client.get("/rep/")
    Session.objects.update(seen_at=clock.now() - timedelta(hours=1))
    before = Session.objects.values().get()

    client.get(reverse(name))

    assert Session.objects.values().get() == before
    client.get("/rep/")
    assert Session.objects.get().seen_at > before["seen_at"]


def test_opening_an_alert_reads_it_and_leads_on(ben, lead):
    alert = Alert.objects.get()
    ada = make_user("ops", role="ops")

    assert client_of(ada).get(reverse("alerts:open", args=[alert.pk])).status_code == 404
    assert alert_count_unread(ben) == 1
    answer = client_of(ben).get(reverse("alerts:open", args=[alert.pk]))
    assert answer.url == reverse("rep:customer", args=[lead.contact_id])
    assert alert_count_unread(ben) == 0


def test_on_the_desk_an_alert_leads_to_the_lead(acme, lead):
    ops, now = make_user("ops", role="ops"), clock.now()
    alert = Alert.objects.create(recipient=ops, kind=AlertKind.ESCALATION, subject_id=lead.pk, created_at=now)
    many = Alert.objects.create(recipient=ops, kind=AlertKind.POOL, count=3, created_at=now)
    client = client_of(ops)

    assert client.get(reverse("alerts:open", args=[alert.pk])).url == reverse("ops:lead_detail", args=[lead.pk])
    assert client.get(reverse("alerts:open", args=[many.pk])).url == reverse("ops:pool_list")
    phone = client.get(
        reverse("alerts:open", args=[alert.pk]), headers={"referer": "http://acme.localhost/rep/alerts/"}
    )
    assert phone.url == reverse("rep:customer", args=[lead.contact_id])


def test_all_are_read_and_one_goes_back_where_one_was(ben, lead):
    client = client_of(ben)

    assert client.post(reverse("alerts:read"), {"next": "/rep/alerts/"}).url == "/rep/alerts/"
    assert alert_count_unread(ben) == 0
    for elsewhere in ("https://evil.test/", "//evil.test", "javascript:alert(1)"):
        assert client.post(reverse("alerts:read"), {"next": elsewhere}).url == "/"


@pytest.mark.parametrize(("role", "path"), [("rep", "/rep/alerts/"), ("ops", "/alerts/")])
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_length(acme, django_assert_max_num_queries, role, path, rows):
    lay_out_tenant()
    user = make_user("eve", role=role, takes_leads=True)
    for number in range(rows):
        lead_arrived([make_arrival(number)], now=clock.now())
    client = client_of(user)
    client.get(path)

    with django_assert_max_num_queries(9):
        text = client.get(path).content.decode()

    assert text.count("New lead: Person") == rows


def test_list_says_when_there_is_nothing(ben):
    client = client_of(ben)

    assert "No alerts yet" in client.get("/rep/alerts/").content.decode()
    assert "Nothing new" in client.get("/rep/alerts/?view=unread").content.decode()


def test_alert_of_nobody_is_a_404(ben):
    assert client_of(ben).get(reverse("alerts:open", args=[uuid4()])).status_code == 404
