"""Segments through the API: made, changed, counted, gone through and deleted."""

import pytest

from accounts.enums import Role
from audiences.models import Segment, SegmentRun
from campaigns.enums import Trigger
from tests.api.conftest import Caller
from tests.factories import make_contact, make_live_sop, make_user, step

IN_BERLIN = {"fact": "contact.city", "op": "is", "value": "Berlin"}


@pytest.fixture
def olga(acme):
    return Caller(acme, user=make_user("olga", Role.OPS))


def test_a_segment_is_made_once_changed_and_deleted(acme, olga):
    make_contact("Lin", city="Berlin")
    body = {"name": "Berliners", "condition": IN_BERLIN}

    made = olga.post("segments", body, HTTP_IDEMPOTENCY_KEY="one")
    again = olga.post("segments", body, HTTP_IDEMPOTENCY_KEY="one")
    pk = made.json()["id"]
    changed = olga.patch(f"segments/{pk}", {"name": "People of Berlin"})

    assert (made.status_code, again.status_code, again.json()["id"]) == (201, 200, pk)
    assert (made.json()["size"], made.json()["kind"]) == (1, "dynamic")
    assert (changed.json()["name"], changed.json()["condition"]) == ("People of Berlin", IN_BERLIN)
    assert olga.get(f"segments/{pk}").json()["name"] == "People of Berlin"
    assert olga.delete(f"segments/{pk}").status_code == 204
    assert olga.get(f"segments/{pk}").status_code == 404


def test_what_is_wrong_with_a_condition_is_said_at_its_place(olga):
    answer = olga.post("segments", {"name": "X", "condition": {"all": [{"fact": "contact.cty", "op": "is_set"}]}})

    assert answer.status_code == 422
    assert "condition.all[0].fact" in answer.content.decode()
    assert not Segment.objects.exists()


def test_a_circle_is_refused(olga):
    first = olga.post("segments", {"name": "First", "condition": IN_BERLIN}).json()["id"]
    named = {"fact": "segments", "op": "has", "value": first}
    second = olga.post("segments", {"name": "Second", "condition": named}).json()["id"]

    answer = olga.patch(f"segments/{first}", {"condition": {**named, "value": second}})

    assert answer.status_code in (400, 422)
    assert "First → Second → First" in answer.content.decode()


def test_whom_a_condition_fits_is_counted_within_reach(acme, olga):
    ben = make_user("ben", Role.REP)
    make_contact("Lin", city="Berlin", owner=ben)
    make_contact("Wu", city="Berlin")
    manager = Caller(acme, user=make_user("ada", Role.MANAGER))

    told = olga.post("segments/count", {"condition": IN_BERLIN}).json()

    assert (told["count"], told["sentence"]) == (2, "city is “Berlin”")
    assert [each["name"] for each in told["sample"]] == ["Wu", "Lin"]
    assert manager.post("segments/count", {"condition": IN_BERLIN}).json()["count"] == 0
    assert not Segment.objects.exists()


def test_it_is_gone_through_and_each_run_is_kept(olga):
    pk = olga.post("segments", {"name": "Berliners", "condition": IN_BERLIN}).json()["id"]
    make_contact("Lin", city="Berlin")

    assert olga.post(f"segments/{pk}/refresh", {}).json() == {"entered": 1, "left": 0, "size": 1}

    runs = olga.get(f"segments/{pk}/runs").json()["results"]
    assert [(run["cause"], run["entered"], run["by"]["name"]) for run in runs] == [
        ("asked", 1, "Olga"),
        ("saved", 0, "Olga"),
    ]
    assert SegmentRun.objects.count() == 2


def test_numbers_of_runs_are_told_to_who_sees_everybody_alone(acme, olga):
    pk = olga.post("segments", {"name": "Berliners", "condition": IN_BERLIN}).json()["id"]
    make_contact("Lin", city="Berlin")
    olga.post(f"segments/{pk}/refresh", {})
    manager = Caller(acme, user=make_user("ada", Role.MANAGER))

    runs = manager.get(f"segments/{pk}/runs").json()["results"]

    assert [(run["cause"], run["entered"], run["left"], run["size"]) for run in runs] == [
        ("asked", None, None, None),
        ("saved", None, None, None),
    ]


def test_it_is_not_deleted_while_an_sop_begins_with_it(olga):
    pk = olga.post("segments", {"name": "Berliners", "condition": IN_BERLIN}).json()["id"]
    make_live_sop(step(), trigger=Trigger.SEGMENT_ENTERED, trigger_segment=Segment.objects.get())

    answer = olga.delete(f"segments/{pk}")

    assert answer.status_code == 409
    assert Segment.objects.exists()


def test_reps_and_other_businesses_have_no_part_in_it(acme, olga, globex):
    cai = Caller(globex, user=make_user("cai", Role.OPS))
    rep = Caller(globex, user=make_user("rob", Role.REP))
    pk = cai.post("segments", {"name": "Berliners", "condition": IN_BERLIN}).json()["id"]

    assert rep.post("segments", {"name": "Mine", "condition": IN_BERLIN}).status_code == 403
    assert olga.get(f"segments/{pk}").status_code == 404
    assert olga.delete(f"segments/{pk}").status_code == 404
