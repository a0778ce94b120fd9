"""Scores and their rules, assignment rules, times to answer and alerts through the API."""

import pytest

from alerts.models import Alert
from leads.models import AssignmentMember, AssignmentRule, ResponseRule, Source
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.scoring import scores_due
from scrm.flows.starter import lay_out_tenant
from tagging.models import ContactScore, ScoreRule
from tests.api.conftest import Caller
from tests.api.test_leads import errors_of
from tests.factories import make_contact, make_user
from tests.flows.arrivals import make_arrival

NOBODY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def ground(acme):
    lay_out_tenant()
    ScoreRule.objects.all().delete()


@pytest.fixture
def boss(acme, ground):
    return Caller(acme, user=make_user("ops", role="ops"))


def test_score_rule_gives_points_and_the_contact_says_why(acme, boss, system, ben, cai):
    lin, wu = make_contact("Lin", owner=ben, city="Xi'an"), make_contact("Wu")
    condition = {"fact": "contact.city", "op": "is", "value": "Xi'an"}
    made = boss.post("score-rules", {"name": "Near", "kind": "condition", "points": 30, "condition": condition})
    while scores_due(Budget(5)):
        pass

    told = system.get(f"contacts/{lin.pk}/score").json()
    assert (made.status_code, told["points"], told["band"]) == (201, "30.0", "warm")
    assert [(part["rule"]["name"], part["points"], part["times"]) for part in told["parts"]] == [("Near", 30.0, 1)]
    rep = Caller(acme, user=ben)
    assert [row["contact"] for row in rep.get("scores").json()["results"]] == [str(lin.pk)]
    assert rep.get(f"contacts/{wu.pk}/score").status_code == 404
    assert len(system.get("scores", points_from=0).json()["results"]) == ContactScore.objects.count() == 2
    assert system.get("scores", band="hot").json()["results"] == []
    assert cai.get(f"contacts/{lin.pk}/score").status_code == 404


def test_score_rule_is_changed_in_part_and_only_as_it_was_read(boss):
    made = boss.post("score-rules", {"name": "Paid", "kind": "event", "points": 5, "event_type": "order_paid"})
    path = f"score-rules/{made.json()['id']}"

    changed = boss.patch(path, {"points": 7, "active": False}, HTTP_IF_MATCH=made["ETag"])
    refused = boss.patch(path, {"points": 9}, HTTP_IF_MATCH=made["ETag"])

    assert (changed.json()["points"], changed.json()["event_type"], changed.json()["active"]) == (
        7,
        "order_paid",
        False,
    )
    assert (refused.status_code, ScoreRule.objects.get().points) == (412, 7)


WRONG_SCORE_RULES = [
    ({"kind": "event", "event_type": "never"}, "event_type"),
    ({"kind": "tag"}, "tag"),
    ({"kind": "tag", "tag": NOBODY}, "tag"),
    ({"kind": "condition", "condition": {"fact": "colour"}}, "condition"),
    ({"kind": "condition", "condition": {"fact": "score", "op": "gt", "value": 1}}, "condition"),
    ({"points": 5000}, "points"),
]


def test_score_rule_that_is_wrong_says_where(boss):
    for said, where in WRONG_SCORE_RULES:
        answer = boss.post(
            "score-rules", {"name": "x", "kind": "event", "points": 1, "event_type": "order_paid"} | said
        )

        assert answer.status_code == 422
        assert errors_of(answer)[0][0].startswith(where)
    assert not ScoreRule.objects.exists()


def test_bands_begin_where_they_are_said_to(boss, system):
    assert boss.put("score-scale", {"warm_from": 9, "hot_from": 3}).status_code == 422
    assert system.get("score-scale").json() == {"warm_from": 20, "hot_from": 50}
    assert boss.put("score-scale", {"warm_from": 3, "hot_from": 9}).status_code == 200
    assert system.get("score-scale").json() == {"warm_from": 3, "hot_from": 9}


def test_assignment_rule_is_made_tried_and_put_in_order(acme, boss, ben, system):
    rule = {"name": "Xi'an", "people": [{"user": str(ben.pk), "weight": 3}], "method": "weighted"}
    rule["condition"] = {"fact": "city", "op": "is", "value": "Xi'an"}
    made = boss.post("assignment-rules", rule, HTTP_IDEMPOTENCY_KEY="rule-1")
    boss.post("assignment-rules", rule, HTTP_IDEMPOTENCY_KEY="rule-1")
    other = boss.post("assignment-rules", {"name": "Rest", "people": [{"user": str(ben.pk)}], "or_else": "pool"})

    told = boss.post("assignment-rules/preview", {"city": "Xi'an"}).json()
    elsewhere = boss.post("assignment-rules/preview", {"city": "Hami"}).json()
    ids = [other.json()["id"], made.json()["id"]]
    ordered = boss.put("assignment-rules/order", {"ids": ids})

    assert [(each["user"]["name"], each["weight"]) for each in made.json()["people"]] == [("Ben", 3)]
    assert (told["owner"]["name"], told["why"], told["rule"]) == ("Ben", "rule", made.json()["id"])
    assert [(step["rule"]["name"], step["verdict"]) for step in elsewhere["steps"]] == [
        ("Xi'an", "other"),
        ("Rest", "gave"),
    ]
    assert ordered.json()["ids"] == ids
    assert AssignmentRule.objects.count() == 2
    [outcome] = lead_arrived([make_arrival(1, city="Xi'an")], now=clock.now())
    assert outcome.contact_id
    spread = system.get("assignment-rules/spread").json()
    assert (spread["leads"], spread["people"]) == (1, [{"name": "Ben", "leads": 1}])
    asked = boss.post("assignment-rules/preview", {"lead": str(outcome.lead_id)}).json()
    assert asked["owner"]["name"] == "Ben"


def test_assignment_rule_is_changed_in_part_switched_and_archived(boss, ben, ada):
    made = boss.post("assignment-rules", {"name": "All", "people": [{"user": str(ben.pk), "weight": 2}]})
    path = f"assignment-rules/{made.json()['id']}"

    changed = boss.patch(path, {"department": str(ada.department_id), "active": False})
    archived = boss.patch(path, {"archived": True})
    refused = boss.patch(path, {"active": True})
    back = boss.patch(path, {"archived": False, "active": True})

    assert (changed.json()["department"]["name"], changed.json()["active"]) == ("North", False)
    assert AssignmentMember.objects.get().weight == 2
    assert archived.json()["archived_at"]
    assert (refused.status_code, errors_of(refused)) == (422, [("active", "archived")])
    assert (back.json()["archived_at"], back.json()["active"]) == (None, True)
    assert [row["name"] for row in boss.get("assignment-rules", archived="false").json()["results"]] == ["All"]
    assert boss.get("assignment-rules", archived="true").json()["results"] == []


def test_rules_are_read_by_those_who_see_them_and_written_by_those_who_plan(acme, boss, ada, ben, cai):
    made = boss.post("assignment-rules", {"name": "All", "people": [{"user": str(ben.pk)}]})
    path, manager, rep = f"assignment-rules/{made.json()['id']}", Caller(acme, user=ada), Caller(acme, user=ben)

    assert manager.get(path).status_code == 200
    assert manager.patch(path, {"name": "Mine"}).status_code == 403
    assert manager.post("response-rules", {"minutes": 5}).status_code == 403
    assert rep.get(path).status_code == 403
    assert rep.post("score-rules", {"name": "x", "kind": "event", "points": 1}).status_code == 403
    assert cai.get(path).status_code == 404
    assert cai.patch(path, {"name": "Mine"}).status_code == 404
    assert AssignmentRule.objects.get().name == "All"


WRONG_ASSIGNMENT_RULES = [
    ({"people": []}, "people"),
    ({"people": [{"user": NOBODY}]}, "people.0.user"),
    ({"people": [{"user": NOBODY, "weight": 0}]}, "people.0.weight"),
    ({"department": NOBODY}, "department"),
    ({"condition": {"fact": "colour"}}, "condition"),
    ({"archived": True}, "archived"),
]


def test_assignment_rule_that_is_wrong_says_where(boss, ben):
    for said, where in WRONG_ASSIGNMENT_RULES:
        answer = boss.post("assignment-rules", {"name": "x", "people": [{"user": str(ben.pk)}]} | said)

        assert answer.status_code == 422
        assert errors_of(answer)[0][0].startswith(where)
    assert not AssignmentRule.objects.exists()


def test_time_to_answer_is_made_once_for_a_source_and_changed_in_part(boss, cai):
    fair = Source.objects.create(name="Fair", created_at=clock.now())
    made = boss.post("response-rules", {"source": str(fair.pk), "minutes": 30, "take_after": 60, "taken_to": "pool"})
    second = boss.post("response-rules", {"source": str(fair.pk), "minutes": 10})
    others = boss.post("response-rules", {"minutes": 60})
    twice = boss.post("response-rules", {"minutes": 61})

    changed = boss.patch(f"response-rules/{made.json()['id']}", {"minutes": 20, "active": False})

    assert (made.status_code, others.status_code) == (201, 201)
    assert (second.status_code, errors_of(second)[0][0]) == (422, "source")
    assert (twice.status_code, errors_of(twice)[0][0]) == (422, "")
    assert (changed.json()["minutes"], changed.json()["take_after"], changed.json()["active"]) == (20, 60, False)
    assert ResponseRule.objects.count() == 2
    assert cai.get(f"response-rules/{made.json()['id']}").status_code == 404


def test_alerts_are_each_one_s_own(acme, ground, ben, ada, system):
    ben.takes_leads = True
    ben.save()
    for number in range(2):
        lead_arrived([make_arrival(number)], now=clock.now())
    rep, manager = Caller(acme, user=ben), Caller(acme, user=ada)
    mine = rep.get("alerts", unread="true").json()["results"]

    assert [each["kind"] for each in mine] == ["lead_assigned"] * 2
    assert manager.get("alerts").json()["results"] == system.get("alerts").json()["results"] == []
    assert manager.post("alerts/seen", {"ids": [mine[0]["id"]]}).json() == {"seen": 0, "unread": 0}
    assert rep.post("alerts/seen", {"ids": [mine[0]["id"]]}).json() == {"seen": 1, "unread": 1}
    assert rep.post("alerts/seen", {"all": True}).json() == {"seen": 1, "unread": 0}
    assert rep.post("alerts/seen", {}).status_code == 422
    assert rep.post("alerts/seen", {"all": True, "ids": []}).status_code == 422
    assert Alert.objects.filter(read_at=None).count() == 0
