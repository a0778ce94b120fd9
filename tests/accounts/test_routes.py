"""Every address stands in the declared matrix, and the matrix in the documentation."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import get_resolver, path

from accounts.enums import Role
from accounts.permissions import ACTIONS, DEFAULT_SCOPE, allowed
from scrm.api.access import Access
from scrm.api.schema import described
from scrm.web.access import may
from scrm.web.roles_document import roles_document
from scrm.web.routes import PLATFORM, TENANT, UNGUARDED, Guard, route_list

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.mark.parametrize("host", [TENANT, PLATFORM])
def test_every_route_has_a_guard(host):
    assert [route for route in route_list(host) if route.guard is None] == []


def test_route_that_declares_nothing_is_found(monkeypatch):
    planted = path("planted/", lambda request: HttpResponse("everything"), name="planted")
    monkeypatch.setattr(get_resolver(TENANT), "url_patterns", [planted], raising=False)

    assert [route.name for route in route_list(TENANT) if route.guard is None] == ["planted"]


def test_no_decision_outlives_its_route():
    names = {route.name for host in (TENANT, PLATFORM) for route in route_list(host)}

    assert set(UNGUARDED) - names == set()


def test_every_operation_of_the_schema_is_a_declared_method():
    declared = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{route.pattern}"), method.lower())
        for route in route_list(TENANT)
        if route.guard is Guard.ROLE and route.name.startswith("api:")
        for method in route.actions
    }
    described_ = {
        (address.replace("{id}", "{pk}"), method)
        for address, operations in described("en")["paths"].items()
        for method in operations
        if method in METHODS
    }

    assert described_ == declared


def test_every_method_of_a_resource_is_declared():
    undeclared = [
        (route.name, method)
        for route in route_list(TENANT)
        if route.name.startswith("api:") and route.guard is Guard.ROLE
        for method in METHODS
        if hasattr(route.view.cls, method) and method.upper() not in route.actions
    ]

    assert undeclared == []


def test_every_action_guards_something():
    asked = {action for route in route_list(TENANT) for action in (*route.actions.values(), route.door) if action}
    templates = settings.BASE_DIR / "templates"
    shown = {
        action
        for page in templates.rglob("*.html")
        for action in re.findall(r'may:"([\w.]+)"', page.read_text("utf-8"))
    }

    assert shown <= set(ACTIONS)
    assert set(ACTIONS) - asked == set()


def test_matrix_has_a_scope_for_every_role_and_a_meaning_for_every_action():
    assert set(DEFAULT_SCOPE) == set(Role)
    assert [name for name, action in ACTIONS.items() if not action.roles or not action.meaning] == []


def test_action_that_nobody_declared_is_refused_at_once():
    with pytest.raises(KeyError):
        may("lead.teleport")
    with pytest.raises(KeyError):
        Access("leads:read", "lead.teleport")
    with pytest.raises(KeyError):
        allowed(Role.PRINCIPAL, "lead.teleport")


def test_documentation_says_what_the_matrix_says():
    written = (settings.BASE_DIR / "docs" / "roles.md").read_text("utf-8")

    assert written == roles_document(), "Run bin/manage write_roles."
