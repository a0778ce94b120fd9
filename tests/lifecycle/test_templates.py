"""Lifecycles from templates, the one for newcomers, reasons of loss."""

import pytest
from django.core.exceptions import ValidationError

from lifecycle.enums import StageKind
from lifecycle.models import Lifecycle
from lifecycle.selectors import stage_list
from lifecycle.selectors_guards import loss_reason_list, loss_reasons_of
from lifecycle.services_lifecycles import (
    change_lifecycle,
    create_lifecycle,
    lay_out_lifecycle,
    save_loss_reason,
    switch_loss_reason,
)
from lifecycle.templates import TEMPLATES
from scrm.core import clock


@pytest.mark.parametrize("chinese", [False, True])
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_becomes_a_whole_lifecycle(acme, template, chinese):
    made = lay_out_lifecycle(template=template, name="", chinese=chinese, by=None, now=clock.now())

    stages = list(stage_list(made))
    kinds = {stage.kind for stage in stages}
    assert [stage.name for stage in stages] == [each.name.say(chinese=chinese) for each in template.stages]
    assert {StageKind.OPEN, StageKind.WON, StageKind.LOST} <= kinds
    assert len(loss_reason_list(made)) == len(template.reasons) > 0
    assert sum(stage.deadlines.count() for stage in stages) == len(template.deadlines)
    assert template.hands_over_at in {"", *(stage.code for stage in stages)}
    assert made.name == template.name.say(chinese=chinese)
    # Nobody is asked to do a thing that is not said in the language of the business.
    assert all(each.text == "" or each.text.isascii() != chinese for stage in stages for each in stage.deadlines.all())


def test_of_several_one_takes_the_newcomers(acme):
    first, second = (create_lifecycle(name=name, by=None, now=clock.now()) for name in ("A", "B"))

    change_lifecycle(lifecycle=second, name="B", is_default=True, active=True, by=None, now=clock.now())

    assert list(Lifecycle.objects.filter(is_default=True)) == [second]
    with pytest.raises(ValidationError):
        change_lifecycle(lifecycle=second, name="B", is_default=False, active=True, by=None, now=clock.now())
    with pytest.raises(ValidationError):
        change_lifecycle(lifecycle=second, name="B", is_default=True, active=False, by=None, now=clock.now())
    change_lifecycle(lifecycle=first, name="A", is_default=False, active=False, by=None, now=clock.now())
    assert not Lifecycle.objects.get(pk=first.pk).active


def test_reasons_are_named_once_and_put_aside(acme):
    made = create_lifecycle(name="A", by=None, now=clock.now())
    price = save_loss_reason(lifecycle=made, reason=None, name=" Too  dear ", by=None, now=clock.now())

    with pytest.raises(ValidationError):
        save_loss_reason(lifecycle=made, reason=None, name="Too dear", by=None, now=clock.now())
    switch_loss_reason(reason=price, archived=True, by=None, now=clock.now())

    assert [each.name for each in loss_reason_list(made)] == ["Too dear"]
    assert list(loss_reasons_of(made)) == []
