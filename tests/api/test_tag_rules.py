"""Tag rules through the API: made, tried out, switched on and followed."""

from accounts.enums import Role
from exchange.models import Job
from tagging.models import TagRule
from tests.api.conftest import Caller
from tests.factories import make_contact, make_user
from tests.flows.tagging_world import BERLIN, finish, held, make_tags


def body(tag, **fields) -> dict:
    return {"name": "Locals", "tag": str(tag.pk), "condition": {"all": [BERLIN]}, **fields}


def test_a_rule_about_everybody_is_made_tried_and_applied(system, acme):
    [tag] = make_tags("Local")
    make_contact("Lin", city="Berlin")
    made = system.post("tag-rules", body(tag))
    assert (made.status_code, made.json()["active"]) == (201, False)
    place = f"tag-rules/{made.json()['id']}"

    tried = system.get(f"{place}/dry-run").json()
    assert (tried["give"], tried["take"], [each["name"] for each in tried["giving"]]) == (1, 0, ["Lin"])
    switched = system.post(f"{place}/switch", {"active": True}).json()
    run = switched["run"]["id"]
    finish(Job.objects.get(pk=run))

    assert held(tag) == {"Lin"}
    told = system.get(f"tag-runs/{run}").json()
    assert (told["state"], told["given"], told["taken"]) == ("done", 1, 0)
    assert system.get(place).json()["active"] is True


def test_a_rule_is_changed_and_rests_until_it_is_switched_on(system, acme):
    [tag] = make_tags("Local")
    place = f"tag-rules/{system.post('tag-rules', body(tag)).json()['id']}"
    system.post(f"{place}/switch", {"active": True})

    changed = system.put(place, body(tag, condition={"all": [{**BERLIN, "value": "Rome"}]}))

    assert (changed.status_code, changed.json()["active"]) == (200, False)


def test_what_is_wrong_is_said_and_nothing_is_made(system, acme):
    [tag] = make_tags("Local")

    assert system.post("tag-rules", body(tag, condition={})).status_code == 422
    assert system.post("tag-rules", body(tag, condition={"all": [{"fact": "none"}]})).status_code == 422
    assert system.post("tag-rules", body(tag, event_type="nothing")).status_code == 422
    assert not TagRule.objects.exists()


def test_and_ben_makes_none(acme):
    [tag] = make_tags("Local")

    assert Caller(acme, user=make_user("ben", Role.REP)).post("tag-rules", body(tag)).status_code == 403
    assert not TagRule.objects.exists()
