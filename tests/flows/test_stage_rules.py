"""Stage rules: from one stage alone, back too, and those that wait for no event, set by set."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.inputs import Happening
from lifecycle.enums import DeadlineAction, DeadlineUnit, MoveSource
from lifecycle.models import Position, Stage, StageRule, StageTransition
from lifecycle.services_deadlines import save_stage_deadline
from lifecycle.services_rules import LOOKED_EVERY, save_stage_rule, switch_stage_rule
from scheduler.budget import Budget
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid
from scrm.flows import stage_rules
from scrm.flows.engagement import events_happened
from scrm.flows.progress import stage_moved
from scrm.flows.stage_rules import stage_rules_due
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_contact

BERLIN = {"fact": "contact.city", "op": "is", "value": "Berlin"}


@pytest.fixture
def stages(acme):
    lay_out_tenant()
    StageRule.objects.all().delete()
    return {stage.code: stage for stage in Stage.objects.filter(lifecycle__is_default=True)}


def rule(to, condition=None, before=None, event="") -> StageRule:
    return save_stage_rule(
        name="x", to_stage=to, from_stage=before, event_type=event, condition=condition or {}, by=None, now=clock.now()
    )


def stand(stage, city="Berlin"):
    contact = make_contact("Lin", city=city)
    stage_moved([contact.pk], stage.pk, source=MoveSource.HAND, now=clock.now())
    return contact


def at(contact) -> str:
    return Position.objects.get(contact=contact).stage.code


def test_whoever_it_holds_for_moves_at_once_and_later(stages):
    there, elsewhere, won = stand(stages["captured"]), stand(stages["captured"], "Ulm"), stand(stages["won"])
    kept = rule(stages["interested"], BERLIN)

    assert not stage_rules_due(Budget(60))

    assert [at(each) for each in (there, elsewhere, won)] == ["interested", "captured", "won"]
    move = StageTransition.objects.latest("id")
    assert (move.source, move.rule_id) == (MoveSource.RULE, kept.pk)
    kept.refresh_from_db()
    assert timedelta(0) < kept.look_at - clock.now() <= LOOKED_EVERY
    before = StageTransition.objects.count()
    StageRule.objects.update(look_at=clock.now())
    stage_rules_due(Budget(60))
    assert StageTransition.objects.count() == before


def test_from_one_stage_a_rule_leads_back_too(stages):
    one, other = stand(stages["won"]), stand(stages["interested"])
    rule(stages["contacted"], BERLIN, before=stages["won"])

    stage_rules_due(Budget(60))

    assert (at(one), at(other)) == ("contacted", "interested")


def test_an_event_moves_only_whoever_stands_there(stages):
    one, other = stand(stages["captured"]), stand(stages["contacted"])
    rule(stages["interested"], before=stages["contacted"], event="content_viewed")
    now = clock.now()

    events_happened([Happening(each.pk, "content_viewed", now, f"v{each.pk}", {}) for each in (one, other)], now=now)

    assert (at(one), at(other)) == ("captured", "interested")


def test_many_are_moved_in_parts(stages, monkeypatch):
    monkeypatch.setattr(stage_rules, "_AT_ONCE", 2)
    people = [stand(stages["captured"]) for _each in range(5)]
    rule(stages["contacted"], BERLIN)

    assert not stage_rules_due(Budget(60))

    assert {at(each) for each in people} == {"contacted"}
    assert StageTransition.objects.filter(to_stage=stages["contacted"]).count() == 5


def test_a_look_goes_on_behind_whom_it_has_come_to(stages, monkeypatch):
    monkeypatch.setattr(stage_rules, "_AT_ONCE", 2)
    people = [stand(stages["captured"]) for _each in range(5)]
    kept = rule(stages["contacted"], BERLIN)

    with CaptureQueriesContext(connection) as asked:
        assert stage_rules_due(Budget(0))
    stage_moved([people[0].pk], stages["captured"].pk, source=MoveSource.HAND, now=clock.now())
    assert sum("ORDER BY c.id LIMIT 3" in each["sql"] for each in asked) == 1
    kept.refresh_from_db()
    assert kept.looked_to == people[1].pk
    assert not stage_rules_due(Budget(60))

    assert [at(each) for each in people] == ["captured", *["contacted"] * 4]
    kept.refresh_from_db()
    assert kept.looked_to is None
    StageRule.objects.update(look_at=clock.now())
    stage_rules_due(Budget(60))
    assert at(people[0]) == "contacted"


def test_a_rule_that_can_be_read_no_more_holds_up_no_other(stages):
    lin = stand(stages["captured"])
    broken, _nobodys = rule(stages["won"], BERLIN), rule(stages["captured"], BERLIN)
    rule(stages["contacted"], BERLIN)
    gone = {"fact": "field.gone", "op": "is", "value": "x"}
    StageRule.objects.filter(pk=broken.pk).update(condition=gone, look_at=clock.now() - timedelta(hours=1))

    assert not stage_rules_due(Budget(60))

    assert at(lin) == "contacted"
    broken.refresh_from_db()
    assert broken.look_at > clock.now()


def test_rules_and_deadlines_may_not_chase_people_round(stages):
    rule(stages["interested"], BERLIN)
    back = {"before": stages["interested"], "condition": BERLIN}
    with pytest.raises(ValidationError, match="circle"):
        rule(stages["captured"], **back)
    with pytest.raises(ValidationError, match="circle"):
        save_stage_deadline(
            deadline=None,
            stage=stages["interested"],
            after=1,
            unit=DeadlineUnit.DAYS,
            action=DeadlineAction.MOVE,
            to_stage=stages["captured"],
            by=None,
            now=clock.now(),
        )
    assert StageRule.objects.count() == 1
    switch_stage_rule(rule=StageRule.objects.get(), active=False, by=None, now=clock.now())
    rule(stages["captured"], **back)


def test_a_rule_is_read_again_before_it_is_switched_or_saved(stages):
    kept = rule(stages["contacted"], BERLIN)
    switch_stage_rule(rule=kept, active=False, by=None, now=clock.now())
    seen = StageRule.objects.get()
    colleagues = {"fact": "contact.city", "op": "is", "value": "Ulm"}
    StageRule.objects.update(condition=colleagues)

    with pytest.raises(ValidationError, match="just changed this rule"):
        switch_stage_rule(rule=seen, active=True, by=None, now=clock.now())
    assert not StageRule.objects.get().active
    switch_stage_rule(rule=StageRule.objects.get(), active=True, by=None, now=clock.now())
    assert StageRule.objects.get().active
    StageRule.objects.all().delete()
    with pytest.raises(ValidationError, match="just removed this rule"):
        save_stage_rule(rule=seen, name="x", to_stage=stages["contacted"], condition=BERLIN, by=None, now=clock.now())
    assert not StageRule.objects.exists()


def test_no_rule_leads_to_a_stage_that_has_just_gone(stages):
    Stage.objects.filter(code="contacted").update(retired_at=clock.now())

    with pytest.raises(ValidationError, match="no such stage"):
        rule(stages["contacted"], BERLIN)
    with pytest.raises(ValidationError, match="no such stage"):
        rule(stages["interested"], BERLIN, before=stages["contacted"])
    assert not StageRule.objects.exists()


def test_without_an_event_a_rule_asks_of_people_alone(stages):
    with pytest.raises(ValidationError, match="needs a condition"):
        rule(stages["interested"])
    with pytest.raises(ConditionInvalid):
        rule(stages["interested"], {"fact": "event.type", "op": "is", "value": "content_viewed"})
    assert not StageRule.objects.exists()


def test_and_cai_s_people_stay(stages, globex):
    assert not StageRule.objects.filter(name="x").exists()
