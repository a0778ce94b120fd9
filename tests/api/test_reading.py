"""Sources, segments, SOPs, touchpoints and reports through the API, as far as the caller sees."""

import json

import pytest
from django_tenants.utils import tenant_context

from audiences.models import Segment, SegmentMember
from campaigns.enums import Trigger
from campaigns.inputs import Start
from campaigns.models import Touchpoint
from campaigns.services import start_sops
from leads.models import Source
from scheduler.services import due_work
from scrm.core import clock
from tests.api.conftest import Caller
from tests.api.test_leads import make_lead
from tests.factories import make_contact, make_live_sop, step


@pytest.fixture
def welcome(acme):
    return make_live_sop(step(), trigger=Trigger.LEAD_CAPTURED)


@pytest.fixture
def touched(welcome):
    """Puts contacts into the SOP."""

    def touch(*contacts):
        now = clock.now()
        with due_work():
            starts = [Start(contact.pk, now, "UTC") for contact in contacts]
            start_sops(trigger=welcome.trigger, starts=starts, now=now)

    return touch


def test_sources_are_listed(system, cai):
    Source.objects.create(name="Spring fair", kind="event", created_at=clock.now())

    assert [row["name"] for row in system.get("sources", kind="event").json()["results"]] == ["Spring fair"]
    assert system.get("sources", kind="paid").json()["results"] == []
    assert cai.get("sources").json()["results"] == []


def test_segment_counts_and_lists_members_within_reach(acme, system, ada, ben, cai):
    now = clock.now()
    segment = Segment.objects.create(name="Warm", created_at=now, size=2)
    for contact in (make_contact("Lin", owner=ben), make_contact("Wu")):
        SegmentMember.objects.create(segment=segment, contact=contact, entered_at=now)
    manager = Caller(acme, user=ada)

    assert system.get("segments").json()["results"][0]["size"] == 2
    assert manager.get("segments").json()["results"][0]["size"] == 1
    members = manager.get(f"segments/{segment.pk}/members").json()["results"]
    assert [row["contact"]["name"] for row in members] == ["Lin"]
    assert Caller(acme, user=ben).get("segments").status_code == 403
    assert cai.get(f"segments/{segment.pk}/members").status_code == 404


def test_sop_shows_its_numbers_and_steps(system, cai, welcome, touched):
    touched(make_contact("Lin"))

    listed = system.get("sops", state="live").json()["results"]
    told = system.get(f"sops/{welcome.pk}").json()

    assert [(row["name"], row["numbers"]["enrolled"]) for row in listed] == [("Welcome", 1)]
    assert [(each["number"], each["channel"]) for each in told["steps"]] == [(1, "rep_task")]
    assert told["live_version"] == 1
    assert system.get("sops", state="odd").status_code == 400
    assert cai.get(f"sops/{welcome.pk}").status_code == 404
    assert cai.get("sops").json()["results"] == []


def test_touchpoints_stay_within_reach_and_filter(acme, system, ada, ben, cai, touched):
    lin, wu = make_contact("Lin", owner=ben), make_contact("Wu")
    touched(lin, wu)

    assert Touchpoint.objects.count() == 2
    rows = Caller(acme, user=ada).get("touchpoints").json()["results"]
    assert [(row["contact"]["name"], row["state"], row["channel"]) for row in rows] == [("Lin", "planned", "rep_task")]
    assert len(system.get("touchpoints", state=["planned", "sent"]).json()["results"]) == 2
    assert system.get("touchpoints", state="sent").json()["results"] == []
    assert len(system.get("touchpoints", contact=wu.pk).json()["results"]) == 1
    assert system.get("touchpoints", state="0").status_code == 400
    assert cai.get("touchpoints").json()["results"] == []


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "cost"), [("touchpoints", 6), ("sources", 6), ("segments", 6), ("sops", 9)])
def test_list_costs_the_same_for_any_length(system, touched, django_assert_num_queries, path, cost, rows):
    now = clock.now()
    for n in range(rows):
        Source.objects.create(name=str(n), created_at=now)
        Segment.objects.create(name=str(n), created_at=now)
    touched(*(make_contact(str(n)) for n in range(rows)))
    system.get(path)

    with django_assert_num_queries(cost):
        system.get(path)


def test_funnel_counts_the_leads_that_the_caller_sees(acme, system, ada, ben, cai):
    make_lead(make_contact("Lin"), owner=ben)
    make_lead(make_contact("Wu"))

    def counts(caller, **filters):
        return {each["key"]: each["value"] for each in caller.get("analytics/funnel", **filters).json()["steps"]}

    assert counts(system)["captured"] == 2
    assert counts(system)["assigned"] == 1
    assert counts(system, until="2001-01-01")["captured"] == 0
    assert counts(system, owner=ben.pk)["captured"] == 1
    assert counts(Caller(acme, user=ada))["captured"] == 1
    assert counts(cai)["captured"] == 0


def test_source_table_has_a_row_per_source(system):
    fair = Source.objects.create(name="Spring fair", created_at=clock.now())
    make_lead(make_contact("Lin"), source=fair)
    make_lead(make_contact("Wu"))

    rows = system.get("analytics/sources", source=[fair.pk]).json()["sources"]

    assert [(row["name"], row["leads"]) for row in rows] == [("Spring fair", 1)]
    assert len(system.get("analytics/sources").json()["sources"]) == 2


@pytest.mark.parametrize("params", [{"since": "soon"}, {"source": "x"}, {"owner": "x"}, {"from": "2026-01-01"}])
def test_report_refuses_what_it_does_not_understand(system, params):
    assert system.get("analytics/funnel", **params).status_code == 400


def test_address_that_is_no_resource_says_so_in_the_same_shape(system):
    for path in ("odd", "leads/1", "contacts/null,null/tags"):
        answer = system.get(path)

        assert answer.status_code == 404
        assert answer.json()["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize("cursor", ["odd", "cD1vZGQ=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
@pytest.mark.parametrize("path", ["leads", "touchpoints"])
def test_cursor_that_somebody_made_up_is_not_found(system, path, cursor):
    assert system.get(path, cursor=cursor).status_code == 404


@pytest.mark.parametrize("moment", ["3125-02-21T16:59:53+22:10", "2026-03-01"])
def test_moments_are_read_in_any_offset(system, moment):
    assert system.get("touchpoints", due_after=moment).status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "soon"])
def test_moment_beyond_the_calendar_is_refused(system, moment):
    answer = system.get("touchpoints", due_after=moment)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "due_after"


def test_documentation_describes_every_resource(acme):
    caller = Caller(acme)
    answer = caller.client.get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json", **caller.headers)

    schema = json.loads(answer.content)
    assert schema["openapi"].startswith("3.1")
    assert {"/api/v1/leads", "/api/v1/events", "/api/v1/analytics/funnel"} <= set(schema["paths"])
    page = caller.client.get("/api/docs/", **caller.headers)
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert b"onclick" not in page.content


def test_bare_host_has_no_api(acme):
    caller = Caller(acme)
    caller.headers["HTTP_HOST"] = "localhost"

    with tenant_context(acme):
        assert caller.get("leads").status_code == 404
