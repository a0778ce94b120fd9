"""Every rule of the house holds for every module; and each checker finds the offence planted for it."""

import pytest

from tests.architecture import rules
from tests.architecture.tree import Module, everything, product

CHECKS = [
    rules.door_offences,
    rules.sql_offences,
    rules.write_offences,
    rules.foreign_write_offences,
    rules.task_offences,
    rules.enqueue_offences,
    rules.purity_offences,
    rules.unfinished_offences,
    rules.wording_offences,
]

PLANTED = [
    (rules.door_offences, "scrm/api/x.py", "from leads.models import Lead\nLead.objects.filter(pk=1)"),
    (rules.door_offences, "scrm/web/ops/x.py", "def page(lead):\n    lead.save()"),
    (rules.door_offences, "scrm/web/rep/x.py", "rows.filter(pk=1).update(name='x')"),
    (rules.door_offences, "scrm/webhooks/x.py", "connection.cursor()"),
    (rules.door_offences, "scrm/web/public/x.py", "lead = get_object_or_404(Lead, pk=1)"),
    (rules.door_offences, "scrm/worker/x.py", "from django.db import transaction"),
    (rules.sql_offences, "leads/services.py", "cursor.execute('SELECT 1')"),
    (rules.sql_offences, "leads/selectors.py", "Lead.objects.raw('SELECT 1')"),
    (rules.sql_offences, "scrm/flows/x.py", "with connection.cursor() as cursor:\n    pass"),
    (rules.write_offences, "leads/selectors.py", "Lead.objects.create(name='x')"),
    (rules.write_offences, "leads/models.py", "def win(self):\n    self.save()"),
    (rules.write_offences, "scrm/flows/x.py", "Lead.objects.filter(pk=1).update(status='won')"),
    (rules.write_offences, "scrm/flows/x.py", "Lead.objects.bulk_create([])"),
    (
        rules.foreign_write_offences,
        "leads/services.py",
        "from contacts.models import Contact\nContact.objects.filter(pk=1).update(name='x')",
    ),
    (
        rules.foreign_write_offences,
        "campaigns/services/tasks.py",
        "from leads.models import Lead\nlead = Lead(name='x')\nlead.save()",
    ),
    (
        rules.foreign_write_offences,
        "tagging/services.py",
        "from contacts.models import Contact\ninsert_columns(Contact, {}, {})",
    ),
    (rules.task_offences, "leads/services.py", "@app.task(base=TenantTask)\ndef go(schema_name: str): ..."),
    (rules.task_offences, "scrm/worker/tasks.py", "@app.task\ndef go(): ..."),
    (rules.task_offences, "scrm/worker/tasks.py", "@app.task(base=TenantTask)\ndef go(lead_id: str): ..."),
    (
        rules.task_offences,
        "scrm/worker/tasks.py",
        "@app.task(base=TenantTask)\ndef go(schema_name: str, lead: Lead): ...",
    ),
    (
        rules.task_offences,
        "scrm/worker/tasks.py",
        "@app.task(base=TenantTask)\ndef go(schema_name: str):\n" + "    a = 1\n" * 7,
    ),
    (rules.enqueue_offences, "leads/services.py", "tasks.drain.delay('acme')"),
    (rules.enqueue_offences, "scrm/flows/x.py", "app.send_task('drain')"),
    (rules.enqueue_offences, "scrm/worker/x.py", "drain.apply_async(('acme',), countdown=3600)"),
    (rules.purity_offences, "leads/x.py", '"""Decides. Pure."""\nfrom leads.models import Lead'),
    (rules.purity_offences, "leads/x.py", '"""Decides. Pure."""\nfrom leads import selectors'),
    (rules.purity_offences, "leads/x.py", '"""Decides. Pure."""\nfrom django.db import connection'),
    (rules.purity_offences, "leads/x.py", '"""Decides. Pure."""\nfrom scrm.core import clock'),
    (rules.purity_offences, "leads/x.py", '"""Decides. Pure."""\nimport httpx'),
    (rules.size_offences, "leads/x.py", "a = 1\n" * 401),
    (rules.unfinished_offences, "leads/x.py", "a = 1  # TO" + "DO later"),
    (rules.unfinished_offences, "leads/x.py", "import os  # no" + "qa"),
    (rules.unfinished_offences, "leads/x.py", "import time\ntime.sleep(1)"),
    (rules.wording_offences, "leads/x.py", "_(f'{count} leads')"),
    (rules.wording_offences, "leads/x.py", "_('leads: ' + name)"),
    (rules.wording_offences, "leads/x.py", "_('%s leads') % count"),
    (rules.wording_offences, "leads/x.py", "ngettext('%(count)s lead', '%d leads', count)"),
]

INNOCENT = [
    (rules.door_offences, "scrm/api/x.py", "seen = {}\nseen.update(a=1)\nrows = lead_list(user)"),
    (rules.door_offences, "leads/selectors.py", "Lead.objects.all()"),
    (rules.door_offences, "scrm/web/ops/x.py", "forms.ModelChoiceField(Lead.objects.none())"),
    (rules.sql_offences, "leads/queries.py", "cursor.execute('SELECT 1')"),
    (rules.write_offences, "leads/services.py", "Lead.objects.create(name='x')"),
    (rules.write_offences, "campaigns/services/tasks.py", "task.save()"),
    (rules.foreign_write_offences, "leads/services.py", "from leads.models import Lead\nLead.objects.create()"),
    (
        rules.foreign_write_offences,
        "leads/services.py",
        "from contacts.models import Contact\nContact.objects.filter(pk=1).exists()",
    ),
    (rules.enqueue_offences, "scrm/worker/x.py", "drain.delay('acme')"),
    (rules.purity_offences, "leads/x.py", '"""Decides. Pure."""\nfrom leads.enums import LeadStatus'),
    (
        rules.purity_offences,
        "leads/x.py",
        '"""Decides. Pure."""\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from leads.models import Lead',
    ),
    (rules.wording_offences, "leads/x.py", "_('%(count)s of 100%% leads') % {'count': 1}"),
]


@pytest.mark.parametrize(("check", "path", "text"), PLANTED)
def test_checker_finds_what_is_planted(check, path, text):
    assert list(check(Module(path, text)))


@pytest.mark.parametrize(("check", "path", "text"), INNOCENT)
def test_checker_leaves_the_innocent_alone(check, path, text):
    assert list(check(Module(path, text))) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_house_keeps_its_rules(check):
    assert [offence for module in product() for offence in check(module)] == []


def test_no_module_outgrows_its_room():
    assert [offence for module in everything() for offence in rules.size_offences(module)] == []


def test_rules_look_at_the_whole_house():
    paths = {module.path for module in product()}

    assert {"leads/services/leads.py", "scrm/api/leads.py", "scrm/worker/tasks.py", "campaigns/planner.py"} <= paths
    pure = [module.path for module in product() if module.text.partition("\n")[0].endswith('Pure."""')]
    assert len(pure) >= 10
