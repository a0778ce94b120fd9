"""The crawler is worth what it catches: every pitfall and every planted fault, in the cheapest part that shows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
import redis
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.urls import get_resolver

import leads.selectors.leads
import scrm.api.events
import scrm.web.account.sessions
import scrm.web.ops.contacts
import scrm.web.ops.domains
import scrm.web.ops.lead_forms
import scrm.web.ops.leads
import scrm.web.rep.customers
from accounts.log_in_models import Session
from accounts.models import User
from contacts.models import Contact, Identity
from scrm.core.tenancy import on_platform
from scrm.web.access import needs_of
from scrm.web.account.factors import RenamePasskey
from scrm.web.routes import TENANT
from tenants.models import Domain
from tests.crawler.crawl import Crawler
from tests.crawler.elsewhere import crossings_below, crossings_of_files, crossings_of_tasks
from tests.crawler.probes import Probe, probes
from tests.crawler.world import Twins
from tests.tenancy.pitfalls import PITFALLS

Wanted = Callable[[Probe], bool]

RESET_AND_WITHDRAWAL = ("public:withdrawal", "account_reset_password_from_key")
SHOWN_BY: dict[str, Wanted] = {
    "E1": lambda probe: probe.route.name == "api:lead_list" and probe.viewer == "system" and probe.host == "a",
    "E2": lambda probe: probe.route.name == "ops:lead_list" and probe.viewer == "principal" and probe.host == "b",
    "E3": lambda probe: probe.route.name in RESET_AND_WITHDRAWAL and probe.viewer == "anonymous",
    "E4": lambda probe: probe.route.name in ("ops:source_list", "account_login") and probe.host == "forwarded",
    "E5": lambda probe: probe.route.name == "account_login" and probe.host == "unknown" and probe.method == "GET",
    "P5": lambda probe: probe.route.name == "admin:tenants_tenant_changelist" and probe.method == "GET",
}


@cache
def everything_asked(models: int) -> list[Probe]:
    """Gathered once for each set of models that the administration knows: P5 adds two."""
    return [probe for probe in probes() if probe.method in ("GET", "POST", "DELETE")]


def questions(wanted: Wanted, most: int = 20) -> list[Probe]:
    return [probe for probe in everything_asked(len(admin.site._registry)) if wanted(probe)][:most]


def asked(twins: Twins, wanted: Wanted) -> list[str]:
    chosen = questions(wanted)
    assert chosen
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    return Crawler(twins).crawl(chosen).crossings


@pytest.mark.parametrize("name", SHOWN_BY)
def test_crawler_catches_the_pitfall(twins, name):
    with PITFALLS[name]():
        assert asked(twins, SHOWN_BY[name])


def test_crawler_catches_files_served_from_a_folder(twins):
    with PITFALLS["P4"]():
        assert crossings_of_files(twins)

    assert crossings_of_files(twins) == []


def test_crawler_catches_a_connection_that_may_read_everything(twins):
    with PITFALLS["P3"]():
        assert crossings_below(twins)

    assert crossings_below(twins) == []


def test_crawler_catches_tasks_that_run_anyway(twins):
    with PITFALLS["F1"]():
        assert crossings_of_tasks()

    assert crossings_of_tasks() == []


def test_every_pitfall_is_tried():
    assert {*SHOWN_BY, "P3", "P4", "F1"} >= set(PITFALLS)


@contextmanager
def unguarded_page() -> Iterator[None]:
    # The API has an address of the same name.
    named = (each for each in _pages(get_resolver(TENANT)) if each.name == "campaign_list")
    page = next(each for each in named if needs_of(each.callback))
    with patch.object(page, "callback", page.callback.__wrapped__):
        yield


def _pages(resolver: Any) -> Iterator[Any]:
    for each in resolver.url_patterns:
        yield from _pages(each) if hasattr(each, "url_patterns") else [each]


def everything(_viewer: User, rows: Any, **_options: Any) -> Any:
    return rows


def trusting(_viewer: User, ids: Any) -> list[Any]:
    return list(ids)


@on_platform()
def host_of_anybody(pk: int) -> Domain | None:
    return Domain.objects.filter(pk=pk).first()


def end_any_session(*, user: User, key: str) -> bool:
    return bool(Session.objects.filter(session_key=key).delete()[0])


PLANTED: dict[str, tuple[Callable[[], Any], Wanted]] = {
    "a page without may": (unguarded_page, lambda probe: probe.route.name == "ops:campaign_list"),
    "a list that shows everything": (
        lambda: patch.object(leads.selectors.leads, "visible_to", everything),
        lambda probe: probe.route.name == "ops:lead_list" and probe.viewer == "manager",
    ),
    "a choice of all colleagues": (
        lambda: patch.object(scrm.web.ops.lead_forms, "user_list_visible", lambda _viewer: User.objects.all()),
        lambda probe: probe.route.name == "ops:lead_create" and probe.viewer == "manager",
    ),
    "an action on many that trusts the ids": (
        lambda: patch.object(scrm.web.ops.leads, "lead_ids_visible", trusting),
        lambda probe: probe.route.name == "ops:lead_act_on_many" and probe.viewer == "manager",
    ),
    "an owner out of reach": (
        lambda: patch.object(
            scrm.web.ops.leads, "owner_choices", lambda _viewer: [(str(user.pk), "") for user in User.objects.all()]
        ),
        lambda probe: probe.route.name == "ops:lead_assign" and probe.viewer == "manager",
    ),
    "a customer of anybody on the phone": (
        lambda: patch.object(
            scrm.web.rep.customers, "contact_detail", lambda _viewer, pk: Contact.objects.filter(pk=pk).first()
        ),
        lambda probe: probe.route.name == "rep:customer" and probe.viewer == "ben",
    ),
    "an event of anybody": (
        lambda: patch.object(scrm.api.events, "contact_ids_visible", trusting),
        lambda probe: probe.route.name == "api:event_list" and probe.viewer == "narrow",
    ),
    "an identity of anybody": (
        lambda: patch.object(
            scrm.web.ops.contacts,
            "identity_visible",
            lambda _viewer, _contact, pk: Identity.objects.filter(pk=pk).first(),
        ),
        lambda probe: probe.route.name == "ops:contact_reveal" and probe.viewer == "manager",
    ),
    "a host of anybody": (
        lambda: patch.object(scrm.web.ops.domains, "domain_detail", lambda _tenant, pk: host_of_anybody(pk)),
        lambda probe: probe.route.name == "ops:settings_domain_choose" and probe.viewer == "principal",
    ),
    "a session of anybody": (
        lambda: patch.object(scrm.web.account.sessions, "end_own_session", end_any_session),
        lambda probe: probe.route.name == "account_end_session" and probe.viewer == "ops",
    ),
    "a passkey of anybody": (
        lambda: patch.object(RenamePasskey, "get_queryset", lambda _view: Authenticator.objects.all()),
        lambda probe: probe.route.name == "mfa_edit_webauthn" and probe.viewer == "principal",
    ),
    "a session that means something on every host": (
        PITFALLS["E2"],
        lambda probe: probe.route.name == "ops:lead_list" and probe.viewer == "principal" and probe.holder == "b",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_crawler_catches_the_planted_fault(twins, fault):
    plant, wanted = PLANTED[fault]

    with plant():
        assert asked(twins, wanted)


def test_without_them_the_same_questions_find_nothing(twins):
    wanted = [each for name, each in SHOWN_BY.items() if name != "P5"] + [each for _plant, each in PLANTED.values()]
    chosen = {str(probe): probe for each in wanted for probe in questions(each)}

    assert Crawler(twins).crawl(list(chosen.values())).crossings == []
