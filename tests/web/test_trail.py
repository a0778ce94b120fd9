"""Nothing that people or systems change goes without a line in the trail, and each line reads as a sentence."""

import ast

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from accounts.enums import Role
from accounts.models import AuditEntry, Department
from accounts.services import create_department, record_audit
from campaigns.models import RepTask
from scrm.core import clock
from scrm.core.origin import Origin, coming_from
from scrm.web.audit_words import WORDS, sentence
from scrm.web.reading import READS_BY_POST
from scrm.web.routes import TENANT, route_list
from scrm.web.trail import TrailMiddleware
from tests.architecture.tree import product
from tests.factories import make_contact, make_user
from tests.web.ops.conftest import Desk


def sent(user, view, method: str = "POST") -> None:
    """A request through the net to a page that does what `view` does."""
    request = RequestFactory().generic(method, "/planted/")
    request.user = user
    request.resolver_match = ResolverMatch(view, (), {"thing_id": 7}, url_name="planted", namespaces=["ops"])
    with coming_from(Origin("::1", "r-1")):
        TrailMiddleware(view)(request)


def writes(request) -> HttpResponse:
    create_department(name="North")
    return HttpResponse()


def writes_with_a_line(request) -> HttpResponse:
    record_audit(action="lead.won", now=clock.now())
    return writes(request)


def reads(request) -> HttpResponse:
    list(Department.objects.select_for_update().all())
    return HttpResponse()


def trail() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_change_without_a_line_gets_one(acme):
    ada = make_user("ada")

    sent(ada, writes)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.ip, entry.request_id) == ("page.used", ada, "::1", "r-1")
    assert entry.details == {"page": "ops:planted", "tables": ["accounts_department"], "thing_id": "7"}


@pytest.mark.parametrize(("view", "lines"), [(writes_with_a_line, ["lead.won"]), (reads, [])])
def test_change_with_a_line_and_what_changes_nothing_get_none(acme, view, lines):
    sent(make_user("ada"), view)

    assert trail() == lines


def test_net_hangs_behind_every_route():
    """It is a middleware: a route can't be without it. What is sent only to be read is named, and exists."""
    names = {route.name for route in route_list(TENANT)}

    assert names >= READS_BY_POST


def test_page_without_a_line_of_its_own_is_in_the_trail(acme):
    desk = Desk(acme, make_user("olga", Role.OPS))

    desk.post("/settings/", {"language": "en"})

    entry = AuditEntry.objects.get()
    assert sentence(entry.action, entry.details) == "chose a language"


def test_snoozing_and_finishing_a_task_are_in_the_trail(acme):
    ben = make_user("ben", takes_leads=True)
    fields = {"contact": make_contact(owner=ben), "owner": ben, "title": "Call", "due_at": clock.now()}
    tasks = [RepTask.objects.create(**fields) for _ in range(2)]
    desk = Desk(acme, ben)

    desk.post(f"/rep/tasks/{tasks[0].pk}/snooze", {"until": "hour"})
    desk.post(f"/rep/tasks/{tasks[1].pk}/done")

    assert trail() == ["task.snoozed", "task.done"]


def verbs() -> set[str]:
    """Every dotted verb that the product writes as such."""
    found = set()
    for module in product():
        if module.path.startswith(("scrm/web/audit_words", "operations/")):
            continue
        for call in ast.walk(module.tree):
            if isinstance(call, ast.keyword) and call.arg == "action":
                found |= {str(leaf.value) for leaf in ast.walk(call.value) if isinstance(leaf, ast.Constant)}
            if isinstance(call, ast.Assign) and getattr(call.targets[0], "id", "") == "action":
                found |= {str(leaf.value) for leaf in ast.walk(call.value) if isinstance(leaf, ast.Constant)}
    return {verb for verb in found if "." in verb}


def test_every_verb_reads_as_a_sentence():
    assert len(verbs()) > 50
    assert {verb for verb in verbs() if verb not in WORDS} == set()


def test_lines_of_the_administration_read_as_sentences():
    assert sentence("user.changed", {}) == "changed in the administration: user"
    assert sentence("page.used", {"page": "ops:lead_list"}) == "changed something on the page ops:lead_list"
