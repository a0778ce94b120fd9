"""Operators of the platform come in by a business's grant alone; what they open and try is written down."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from accounts.models import AuditEntry, SupportGrant, SupportVisit, User
from accounts.selectors import user_list_all, user_list_visible
from accounts.support import LINK_LASTS, grant_support, revoke_support
from leads.models import Lead
from scrm.core import clock
from scrm.flows.support import support_asked, support_entered
from tests.factories import make_user
from tests.web.ops.conftest import Desk

HOUR = timedelta(hours=1)


@pytest.fixture
def principal(acme):
    return make_user("paula", Role.PRINCIPAL)


@pytest.fixture
def operator(acme):
    with schema_context("public"):
        return make_user("oscar", Role.ADMIN, is_staff=True)


def grant(by, **fields) -> SupportGrant:
    values = {"operator": "oscar", "reason": "Import fails", "lasts": HOUR, "read_only": True, "now": clock.now()}
    return grant_support(by=by, **{**values, **fields})


def ask(acme, operator, now=None):
    with schema_context("public"):
        return support_asked(acme, operator=operator, now=now or clock.now())


def come_in(acme, operator) -> Desk:
    desk = Desk(acme)
    assert desk.post(f"/support/enter/{ask(acme, operator).token}/").status_code == 302
    return desk


def trail() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_operator_without_a_grant_is_refused_and_both_trails_say_so(acme, operator):
    browser = Client(headers={"host": "localhost", "accept-language": "en"})
    with schema_context("public"):
        browser.force_login(operator)

    answer = browser.post("/admin/support/", {"tenant": "acme"})

    assert answer.status_code == 403
    with tenant_context(acme):
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.details["operator"]) == ("support.refused", "oscar")
        assert not User.objects.filter(operator="oscar").exists()
    with schema_context("public"):
        assert AuditEntry.objects.filter(action="support.refused", actor=operator).count() == 1


def test_link_leads_in_once_and_soon(acme, principal, operator):
    grant(principal)
    now = clock.now()
    way = ask(acme, operator, now)

    assert support_entered(way.token, now=now + LINK_LASTS + timedelta(seconds=1)) is None
    assert support_entered(way.token, now=now) is not None
    assert support_entered(way.token, now=now) is None
    assert way.base_url.startswith("http")


def test_link_of_one_business_is_none_of_another_s(acme, globex, operator):
    with tenant_context(acme):
        grant(make_user("paula", Role.PRINCIPAL))
    way = ask(acme, operator)

    with tenant_context(globex):
        assert support_entered(way.token, now=clock.now()) is None
        assert Desk(globex).get(f"/support/enter/{way.token}/").status_code == 403
        assert Desk(globex).post(f"/support/enter/{way.token}/").status_code == 403


def test_grant_is_for_the_named_operator(acme, principal, operator):
    grant(principal, operator="olive")

    assert ask(acme, operator) is None


def test_visit_reads_and_each_page_is_in_the_trail(acme, principal, operator):
    grant(principal)
    desk = come_in(acme, operator)

    page = desk.get("/leads/")

    assert page.status_code == 200
    assert "Support session of Oscar" in page.content.decode()
    opened = AuditEntry.objects.get(action="support.page_opened")
    assert (opened.actor_label, opened.details["page"]) == ("Oscar", "ops:lead_list")


def test_reading_visit_changes_nothing_by_any_address(acme, principal, operator):
    grant(principal)
    desk = come_in(acme, operator)

    for address in ("/leads/new/", "/settings/", "/segments/new/", "/api/v1/leads", "/rep/"):
        answer = desk.post(address, {"name": "Lin", "phone": "13800138000", "language": "en"})
        assert answer.status_code == 403, address

    assert not Lead.objects.exists()
    assert trail().count("support.change_refused") == 5
    assert desk.post("/search/", {"q": "Lin"}).status_code == 200


@pytest.mark.parametrize("read_only", [True, False])
def test_visit_reaches_no_users_keys_administration_or_account(acme, principal, operator, read_only):
    grant(principal, read_only=read_only)
    desk = come_in(acme, operator)

    for address in (
        "/settings/users/",
        "/settings/keys/",
        "/settings/support/",
        "/admin/login/",
        "/accounts/password/change/",
        "/audit/export/",
        f"/imports/{UUID(int=0)}/errors/",
    ):
        assert desk.get(address).status_code == 403, address


def test_visit_that_may_change_does_so_in_its_own_name(acme, principal, operator):
    grant(principal, read_only=False)
    desk = come_in(acme, operator)

    assert desk.post("/tags/categories/new/", {"name": "Colours", "kind": "interest"}).status_code == 302

    made = AuditEntry.objects.get(action="tag.category_created")
    assert made.actor.operator == "oscar"
    assert User.objects.get(operator="oscar").role == Role.AUDITOR


def is_in(desk: Desk) -> bool:
    return desk.get("/leads/").status_code == 200


def test_visit_ends_by_revocation_at_once(acme, principal, operator):
    given = grant(principal)
    desk = come_in(acme, operator)
    assert is_in(desk)

    assert revoke_support(grant=given, by=principal, now=clock.now())

    assert not is_in(desk)
    assert ask(acme, operator) is None
    assert not revoke_support(grant=given, by=principal, now=clock.now())


def test_visit_ends_with_its_time(acme, principal, operator):
    given = grant(principal)
    desk = come_in(acme, operator)

    past = clock.now() - HOUR
    SupportGrant.objects.filter(pk=given.pk).update(granted_at=past - HOUR, ends_at=past)

    assert not is_in(desk)


def test_visit_ends_when_the_platform_closes_the_operator_s_account(acme, principal, operator):
    grant(principal)
    desk = come_in(acme, operator)
    waiting = ask(acme, operator)
    assert is_in(desk)

    with schema_context("public"):
        User.objects.filter(pk=operator.pk).update(is_active=False)

    assert not is_in(desk)
    assert Desk(acme).post(f"/support/enter/{waiting.token}/").status_code == 403


def test_looking_at_the_link_spends_nothing_and_lets_nobody_in(acme, principal, operator):
    """Mail scanners, chat previews and browsers that fetch ahead open every link that they see."""
    grant(principal)
    address = f"/support/enter/{ask(acme, operator).token}/"
    for _ in range(3):
        scanner = Desk(acme)
        page = scanner.get(address)
        assert (page.status_code, page["Referrer-Policy"]) == (200, "same-origin")
        assert not is_in(scanner)
    assert not SupportVisit.objects.filter(entered_at__isnull=False).exists()

    person = Desk(acme)
    person.post(address)

    assert is_in(person)
    assert [Desk(acme).get(address).status_code, Desk(acme).post(address).status_code] == [403, 403]


def test_operator_can_not_take_the_name_that_a_business_let_in(acme, operator):
    browser = Client(headers={"host": "localhost", "accept-language": "en"})
    with schema_context("public"):
        browser.force_login(operator)
        other = make_user("olive", Role.ADMIN, is_staff=True)

    for person in (operator, other):
        browser.post(
            f"/admin/accounts/user/{person.pk}/change/",
            {"username": "granted", "full_name": "New", "role": "admin", "is_active": "on"},
        )

    with schema_context("public"):
        assert set(User.objects.values_list("username", "full_name")) == {("oscar", "New"), ("olive", "New")}
    connection.set_tenant(acme)


@pytest.mark.parametrize("address", ["/support/leave/", "/accounts/logout/"])
def test_visit_ends_by_log_out(acme, principal, operator, address):
    grant(principal)
    desk = come_in(acme, operator)

    desk.post(address)

    assert not is_in(desk)
    assert SupportVisit.objects.get().ended_at is not None
    assert trail().count("support.left") == 1


def test_stand_in_can_not_log_in_otherwise(acme, principal, operator):
    grant(principal)
    come_in(acme, operator)
    stand_in = User.objects.get(operator="oscar")
    stand_in.set_password("a-long-password-26")
    stand_in.save()
    desk = Desk(acme)

    desk.post("/accounts/login/", {"login": stand_in.username, "password": "a-long-password-26"})
    assert not is_in(desk)
    forced = Desk(acme, stand_in)

    assert not is_in(forced)


def test_stand_in_is_nobody_s_colleague(acme, principal, operator):
    grant(principal)
    come_in(acme, operator)

    assert list(user_list_all()) == list(user_list_visible(principal)) == [principal]


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(hours=24, seconds=1)])
def test_grant_lasts_a_day_at_most(acme, principal, lasts):
    with pytest.raises(ValidationError):
        grant(principal, lasts=lasts)
    given = SupportGrant(operator="x", reason="x", granted_by=principal, granted_at=clock.now())
    given.ends_at = given.granted_at + lasts
    with pytest.raises(IntegrityError), transaction.atomic():
        given.save()

    assert not SupportGrant.objects.exists()


@pytest.mark.parametrize("role", [Role.OPS, Role.MANAGER, Role.REP, Role.AUDITOR])
def test_others_grant_nothing(acme, role):
    desk = Desk(acme, make_user("other", role))

    desk.post("/settings/support/", {"operator": "oscar", "reason": "x", "hours": "1"})

    assert not SupportGrant.objects.exists()


def test_principal_grants_and_revokes_on_the_page(acme, principal, operator):
    desk = Desk(acme, principal)

    desk.post("/settings/support/", {"operator": "oscar", "reason": "Import fails", "hours": "4"})

    given = SupportGrant.objects.get()
    assert given.read_only
    assert given.ends_at - given.granted_at == 4 * HOUR
    assert "oscar" in desk.get("/settings/support/").content.decode()
    desk.post(f"/settings/support/{given.pk}/revoke/")
    assert [entry for entry in trail() if entry.startswith("support.")] == ["support.granted", "support.revoked"]


def test_operator_is_shown_the_link(acme, principal, operator):
    grant(principal)
    browser = Client(headers={"host": "localhost", "accept-language": "en"})
    with schema_context("public"):
        browser.force_login(operator)

    answer = browser.post("/admin/support/", {"tenant": "acme"})

    assert "/support/enter/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert browser.post("/admin/support/", {"tenant": "nobody"}).context["form"].errors
    connection.set_tenant(acme)


def platform(operator) -> Client:
    browser = Client(headers={"host": "localhost", "accept-language": "en"})
    with schema_context("public"):
        browser.force_login(operator)
    return browser


@pytest.mark.parametrize(("do", "verb", "lets_in"), [("revoke", "revoked", False), ("end", "visit_ended", True)])
def test_platform_ends_a_visit_and_does_without_a_grant(acme, principal, operator, do, verb, lets_in):
    given = grant(principal)
    desk = come_in(acme, operator)
    with schema_context("public"):
        browser = platform(make_user("olive", Role.ADMIN, is_staff=True))
    page = browser.post("/admin/support/", {"tenant": "acme", "do": "look"}).content.decode()
    assert "Import fails" in page
    assert "In since" in page
    connection.set_tenant(acme)
    key = given.pk if do == "revoke" else SupportVisit.objects.get().pk

    for _ in range(2):
        answer = browser.post("/admin/support/", {"tenant": "acme", "do": do, "id": str(key)})

    assert "That was over already." in answer.content.decode()
    connection.set_tenant(acme)
    assert not is_in(desk)
    assert (ask(acme, operator) is not None) is lets_in
    entry = AuditEntry.objects.get(action=f"support.{verb}")
    assert (entry.actor, entry.actor_label) == (None, "Olive (olive)")
    with schema_context("public"):
        assert AuditEntry.objects.get(action=f"support.{verb}").actor.username == "olive"


def test_platform_ends_nothing_of_another_business(acme, globex, operator):
    with tenant_context(acme):
        given = grant(make_user("paula", Role.PRINCIPAL))
    browser = platform(operator)

    for do in ("revoke", "end"):
        browser.post("/admin/support/", {"tenant": "globex", "do": do, "id": str(given.pk)})
    assert browser.post("/admin/support/", {"tenant": "acme", "do": "end", "id": "x"}).status_code == 404

    with tenant_context(acme):
        assert SupportGrant.objects.get().revoked_at is None
