"""Nothing that people or systems change goes without a line in the trail, and each line reads as a sentence."""

import ast
from contextlib import suppress

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from accounts.models import AuditEntry, Department
from accounts.services import create_department, record_audit
from campaigns.models import RepTask
from campaigns.services.messages import WITHDRAWAL
from leads.models import Lead
from scrm.core import clock
from scrm.core.origin import Origin, coming_from
from scrm.core.signing import tenant_signer
from scrm.flows.starter import lay_out_tenant
from scrm.web.audit_words import WORDS, sentence
from scrm.web.reading import READS_BY_POST
from scrm.web.routes import TENANT, Guard, route_list
from scrm.web.trail import NO_LINE, TrailMiddleware
from tenants.models import Tenant
from tests.architecture.tree import product
from tests.factories import make_contact, make_user
from tests.web.ops.conftest import Desk
from tests.web.public_pages import make_form, reader, send


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


def line_taken_back(request) -> HttpResponse:
    with suppress(ValueError), transaction.atomic():
        record_audit(action="lead.won", now=clock.now())
        raise ValueError
    return writes(request)


def all_taken_back(request) -> HttpResponse:
    with suppress(ValueError), transaction.atomic():
        with transaction.atomic():
            create_department(name="North")
        raise ValueError
    return HttpResponse()


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


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (writes_with_a_line, ["lead.won"]),
        (reads, []),
        (line_taken_back, ["page.used"]),
        (all_taken_back, []),
    ],
)
def test_net_adds_a_line_where_a_change_stays_and_its_line_does_not(acme, view, lines):
    sent(make_user("ada"), view)

    assert trail() == lines


def test_net_sees_what_its_own_transactions_commit(own_database):
    """Where no test's transaction is around the request, as in production."""
    with schema_context("public"):
        acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        ada = make_user("ada")
        for view in (writes, writes_with_a_line, line_taken_back, all_taken_back):
            sent(ada, view)
            Department.objects.all().delete()

        assert trail() == ["page.used", "lead.won", "page.used"]


def test_change_by_somebody_who_is_not_logged_in_gets_a_line(acme):
    sent(AnonymousUser(), writes)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.actor_label, entry.ip) == ("page.used", None, "", "::1")


def test_withdrawal_by_a_customer_is_in_the_trail_and_a_form_is_a_lead(acme):
    lay_out_tenant()
    contact = make_contact()
    token = tenant_signer(acme.uuid, WITHDRAWAL).sign({"c": str(contact.pk), "ch": "email"}, signed_at=clock.now())

    form = make_form()
    made = trail()

    assert send(form).status_code == 303
    assert (Lead.objects.count(), trail()) == (1, made)
    assert reader().post(f"/u/{token}").status_code == 200

    assert trail()[: len(made)] == made
    assert AuditEntry.objects.order_by("pk")[len(made) :].get().actor is None


def test_only_pages_for_everybody_need_no_line():
    guards = {route.name: route.guard for route in route_list(TENANT)}

    assert {guards[name] for name in NO_LINE} <= {Guard.EVERYBODY, Guard.TOKEN}


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
