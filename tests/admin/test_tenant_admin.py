"""A tenant's admin: entered by role, set-up may be changed and is audited, histories may not."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, User
from exchange.keys import api_key_by_token
from exchange.models import ApiKey
from leads.models import Source
from scrm.core import clock
from scrm.core.admin import HistoryAdmin
from tagging.models import Tag, TagCategory, TagGroup, TagRule
from tests.factories import give_email, make_contact, make_live_sop, make_user

APPEND_ONLY = {
    *("accounts.auditentry", "lifecycle.stagetransition", "tagging.tagchange", "events.event"),
    *("campaigns.touchpoint", "campaigns.enrollment", "campaigns.sopversion", "campaigns.step"),
    *("contacts.identity", "contacts.consent", "leads.lead", "contacts.contact"),
}


def sign_in(user: User) -> Client:
    client = Client(HTTP_HOST="acme.localhost", HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


@pytest.fixture
def principal(acme) -> User:
    return make_user("pat", Role.PRINCIPAL, is_staff=True)


@pytest.fixture
def desk(principal) -> Client:
    return sign_in(principal)


def registered() -> list[str]:
    return [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]


@pytest.mark.parametrize("role", [Role.OPS, Role.MANAGER, Role.REP, Role.AUDITOR])
def test_other_roles_do_not_enter(acme, role):
    client = sign_in(make_user("ada", role, is_staff=True))

    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(reverse("admin:leads_source_changelist"), follow=True).status_code == 403


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.ADMIN])
def test_principal_and_administrators_enter_if_staff(acme, role):
    assert sign_in(make_user("pat", role, is_staff=True)).get("/admin/").status_code == 200
    assert sign_in(make_user("sam", role)).get("/admin/", follow=True).status_code == 403


def test_stranger_is_sent_to_the_log_in_of_the_house(acme):
    answer = Client(HTTP_HOST="acme.localhost").get("/admin/leads/source/", follow=True)

    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/leads/source/"


def test_session_of_another_business_does_not_enter(acme, desk):
    desk.defaults["HTTP_HOST"] = "globex.localhost"

    assert "/accounts/login/" in desk.get("/admin/", follow=True).redirect_chain[-1][0]


@pytest.mark.parametrize("name", registered())
def test_every_list_and_form_opens(desk, name):
    assert desk.get(reverse(f"admin:{name}_changelist"), {"q": "x"}).status_code == 200
    model_admin = next(
        each for model, each in admin.site._registry.items() if name.endswith(f"_{model._meta.model_name}")
    )
    expected = 403 if isinstance(model_admin, HistoryAdmin) else 200
    assert desk.get(reverse(f"admin:{name}_add")).status_code == expected


def test_platform_tables_and_second_factors_are_not_here():
    names = set(registered())

    assert names.isdisjoint({"tenants_tenant", "tenants_domain", "scheduler_wakeup", "scheduler_pulse"})
    assert not any(name.startswith(("mfa_", "axes_", "auth_", "account_")) for name in names)


def test_histories_and_the_ledger_are_to_look_at():
    for model, model_admin in admin.site._registry.items():
        if model._meta.label_lower in APPEND_ONLY:
            assert isinstance(model_admin, HistoryAdmin), model
    assert {model._meta.label_lower for model in admin.site._registry} >= APPEND_ONLY


def test_ledger_can_be_read_and_not_written(desk, acme):
    sop = make_live_sop()
    step = sop.live_version.steps.get()
    page = reverse("admin:campaigns_step_change", args=[step.pk])

    assert desk.get(page).status_code == 200
    assert desk.post(page, {"name": "Other"}).status_code == 403
    assert desk.post(reverse("admin:campaigns_step_delete", args=[step.pk]), {"post": "yes"}).status_code == 403
    step.refresh_from_db()
    assert step.name == "Call"


def test_sealed_values_never_show(desk):
    contact = make_contact("Lin")
    identity = give_email(contact, "lin.daiyu@example.com")

    for page in (
        reverse("admin:contacts_contact_change", args=[contact.pk]),
        reverse("admin:contacts_identity_change", args=[identity.pk]),
        reverse("admin:contacts_identity_changelist"),
    ):
        answer = desk.get(page)
        assert answer.status_code == 200
        assert identity.hint in answer.content.decode()
        assert "daiyu@example" not in answer.content.decode()
        assert "memory at" not in answer.content.decode()


def test_contact_is_found_by_its_whole_address(desk):
    give_email(make_contact("Lin"), "lin@example.com")
    make_contact("Wu")

    page = desk.get(reverse("admin:contacts_contact_changelist"), {"q": "LIN@example.com"}).content.decode()

    assert "Lin</a>" in page
    assert "Wu</a>" not in page


def test_what_is_written_is_audited(desk, principal):
    desk.post(
        reverse("admin:leads_source_add"),
        {"name": "Spring fair", "kind": "event", "active": "on", "costs-TOTAL_FORMS": 0, "costs-INITIAL_FORMS": 0},
    )
    source = Source.objects.get()
    page = reverse("admin:leads_source_change", args=[source.pk])
    desk.post(page, {"name": "Fair", "kind": "event", "costs-TOTAL_FORMS": 0, "costs-INITIAL_FORMS": 0})
    desk.post(reverse("admin:leads_source_delete", args=[source.pk]), {"post": "yes"})

    trail = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in trail] == ["source.added", "source.changed", "source.deleted"]
    assert {entry.actor for entry in trail} == {principal}
    assert trail[1].details == {"by": "admin", "fields": ["Name", "Active"]}
    assert {entry.subject_id for entry in trail} == {str(source.pk)}


def test_rule_that_nobody_can_read_is_refused(desk):
    group = TagGroup.objects.create(category=TagCategory.objects.create(name="Value"), name="Tier")
    tag = Tag.objects.create(group=group, code="vip", name="VIP")
    rule = {"name": "Buyers", "tag": tag.pk, "event_type": "order_paid", "active": "on"}
    page = reverse("admin:tagging_tagrule_add")

    refused = desk.post(page, {**rule, "condition": '{"fact": "nonsense", "op": "is"}'})
    taken = desk.post(page, {**rule, "condition": '{"fact": "tags", "op": "has", "value": "vip"}'})

    assert "unknown fact" in refused.content.decode()
    assert taken.status_code == 302
    assert TagRule.objects.count() == 1


def test_key_is_shown_once_and_revoked(desk, principal):
    page = desk.post(reverse("admin:exchange_apikey_add"), {"name": "Shop", "scopes": ["leads:write"]})

    token = page.content.decode().partition('value="scrm_')[2].partition('"')[0]
    key = ApiKey.objects.get()
    assert api_key_by_token(f"scrm_{token}", now=clock.now()) == key
    assert key.created_by == principal
    assert "no-store" in page["Cache-Control"]
    again = desk.get(reverse("admin:exchange_apikey_change", args=[key.pk])).content.decode()
    assert token.partition("_")[2] not in again
    desk.post(reverse("admin:exchange_apikey_changelist"), {"action": "revoke", "_selected_action": [str(key.pk)]})
    assert api_key_by_token(f"scrm_{token}", now=clock.now()) is None
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        *("apikey.added", "api_key.created", "api_key.revoked"),
    }


def new_person(**fields):
    base = {
        "username": "ben",
        "usable_password": "true",
        "password1": "correct-horse-9",
        "password2": "correct-horse-9",
    }
    return {**base, "full_name": "Ben", "email": "", "role": "rep", "department": "", **fields}


def test_role_decides_who_is_staff(desk):
    desk.post(reverse("admin:accounts_user_add"), new_person(role="admin"))
    desk.post(reverse("admin:accounts_user_add"), new_person(username="cho", role="ops"))

    staff = dict(User.objects.values_list("username", "is_staff"))
    assert (staff["ben"], staff["cho"]) == (True, False)
    assert not User.objects.filter(is_superuser=True).exists()


def test_administrator_gives_no_role_above_their_own(acme, principal):
    client = sign_in(make_user("adam", Role.ADMIN, is_staff=True))

    answer = client.post(reverse("admin:accounts_user_add"), new_person(role="principal"))
    seized = client.post(
        reverse("admin:auth_user_password_change", args=[principal.pk]),
        {"usable_password": "true", "password1": "correct-horse-9", "password2": "correct-horse-9"},
    )
    client.post(reverse("admin:accounts_user_add"), new_person(username="eve", is_superuser="on", is_staff="on"))

    assert answer.status_code == 200
    assert not User.objects.filter(username="ben").exists()
    assert seized.status_code == 403
    eve = User.objects.get(username="eve")
    assert (eve.is_superuser, eve.is_staff) == (False, False)


def test_nobody_changes_their_own_role(desk, principal):
    desk.post(
        reverse("admin:accounts_user_change", args=[principal.pk]),
        {"username": "pat", "full_name": "Pat", "email": "", "language": "", "role": "rep", "scope": ""},
    )

    principal.refresh_from_db()
    assert (principal.full_name, principal.role, principal.is_active) == ("Pat", Role.PRINCIPAL, True)


def test_people_are_made_inactive_and_never_deleted(desk):
    ben = make_user("ben")

    assert desk.post(reverse("admin:accounts_user_delete", args=[ben.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=ben.pk).exists()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("contacts_contact", lambda n: make_contact(str(n), owner=make_user(f"rep{n}"))),
        ("contacts_identity", lambda n: give_email(make_contact(str(n)), f"{n}@example.com")),
        ("campaigns_step", lambda n: make_live_sop(name=str(n))),
        ("campaigns_sop", lambda n: make_live_sop(name=str(n))),
        ("leads_source", lambda n: Source.objects.create(name=str(n), created_at=clock.now())),
        ("accounts_user", lambda n: make_user(f"rep{n}")),
    ],
)
def test_list_costs_the_same_for_any_length(desk, django_assert_max_num_queries, name, make, rows):
    for n in range(rows):
        make(n)

    with django_assert_max_num_queries(14):
        desk.get(reverse(f"admin:{name}_changelist"))


UNSEEN = {
    # Sessions, counters and seals: the pages of security show what they mean.
    *(
        "accounts.session",
        "accounts.attemptcount",
        "accounts.auditseal",
        "accounts.unsealedentry",
        "accounts.auditanchor",
    ),
    *(
        "accounts.supportgrant",
        "accounts.supportvisit",
        "exchange.jobchange",
        "exchange.jobtally",
        "exchange.jobchange",
    ),
    # A worker's own marks, and digests that say nothing to anybody.
    *("contacts.duplicatesearch", "contacts.forgottenidentity", "campaigns.breaker"),
    "campaigns.campaignlink",
    # What a segment has to look at, and sets as bits: made from other tables, and made anew from them.
    *("audiences.segmentcheck", "audiences.segmentmove"),
    *("audiences.bitchunk", "audiences.bitfold", "audiences.bitnote", "audiences.bitplace"),
}
"""Tables that nobody looks at one row at a time."""


def test_every_table_is_in_the_administration_or_says_why_not():
    shown = {model._meta.label_lower for model in admin.site._registry}
    for each in admin.site._registry.values():
        shown |= {inline.model._meta.label_lower for inline in each.inlines}
    tables = {
        model._meta.label_lower
        for model in apps.get_models()
        if model._meta.app_label in {*settings.ROOM_APPS, "accounts"} and not model._meta.auto_created
    }

    assert tables - shown - UNSEEN == set()
    assert UNSEEN - (tables - shown) == set()
