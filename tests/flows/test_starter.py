"""What a new business begins with."""

import pytest
from django.core.management import CommandError, call_command
from django_tenants.utils import tenant_context

from events.models import EventType
from lifecycle.models import Lifecycle, Stage, StageRule
from scrm.core.conditions import facts, parse
from scrm.flows.starter import lay_out_tenant
from tagging.models import Tag, TagRule
from tenants.models import Tenant


def test_a_tenant_is_laid_out_once_and_keeps_what_people_changed(acme):
    lay_out_tenant()
    Stage.objects.filter(code="captured").update(name="Fresh")
    TagRule.objects.update(active=False)
    counts = [model.objects.count() for model in (EventType, Stage, StageRule, Tag, TagRule)]

    lay_out_tenant()

    assert [model.objects.count() for model in (EventType, Stage, StageRule, Tag, TagRule)] == counts
    assert Stage.objects.get(code="captured").name == "Fresh"
    assert not TagRule.objects.get().active


def test_a_tenant_is_laid_out_in_its_language(acme, globex):
    acme.language = "zh-hans"
    with tenant_context(acme):
        lay_out_tenant()
        assert Lifecycle.objects.get().name == "客户旅程"
        assert Stage.objects.get(code="won").name == "已成交"
    with tenant_context(globex):
        lay_out_tenant()
        assert Stage.objects.get(code="won").name == "Won"


def test_the_rules_it_begins_with_can_be_read(acme):
    lay_out_tenant()

    for rule in (*TagRule.objects.all(), *StageRule.objects.all()):
        parse(rule.condition, facts)
        assert EventType.objects.filter(code=rule.event_type).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme", "--domain", "new.localhost"], "NAME:"),
        (["Bad-Name", "--domain", "new.localhost"], "NAME:"),
        (["initech", "--domain", "acme.localhost"], "--domain:"),
        (["initech", "--domain", "new.localhost", "--template", "none"], "--template:"),
        (["initech", "--domain", "new.localhost", "--zone", "Mars/Base"], "--zone:"),
    ],
)
def test_create_tenant_says_in_one_line_what_is_wrong(db, arguments, said):
    with pytest.raises(CommandError) as error:
        call_command("create_tenant", *arguments)

    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)
    assert not Tenant.objects.filter(schema_name="initech").exists()


def test_create_tenant_makes_a_business_ready_to_work(db, capsys):
    call_command("create_tenant", "initech", domain="initech.localhost", name="Initech", language="en", region="US")

    tenant = Tenant.objects.get(schema_name="initech")
    assert (tenant.name, tenant.region) == ("Initech", "US")
    with tenant_context(tenant):
        assert Stage.objects.count() == 6
        assert EventType.objects.filter(code="lead_captured").exists()
    assert "initech.localhost" in capsys.readouterr().out
