"""P4, P5, P7. Uploads are nobody's by address, the tenants' admin knows no platform, and ids are no proof."""

import io
import os
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection, models
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver
from django_tenants.utils import tenant_context

from exchange.jobs import create_job
from exchange.models import Job
from scrm.core import clock
from scrm.flows.lead_import import KIND
from tests.tenancy.conftest import Twins, browser
from tests.tenancy.pitfalls import PITFALLS

SEQUENCED = {
    *("ops:touchpoint_resolve", "mfa_edit_webauthn", "mfa_remove_webauthn"),
    *("ops:settings_domain_check", "ops:settings_domain_choose", "ops:settings_domain_release"),
    *("ops:entry_link_host_remove", "ops:duplicate_decide", "ops:contact_unmerge", "api:merge_suggestion"),
    *("ops:lifecycle_version", "ops:lifecycle_version_draft", "ops:lifecycle_version_progress", "ops:stage_split_drop"),
    "api:lifecycle_version_detail",
}
"""Addresses with a number in them, all behind a log-in: touchpoints, pairs and merges of the schema, the reader's own
passkeys, sites that links lead to, versions of a lifecycle and places in its draft, and hosts, which lie in `public`
and are looked up among the tenant's own."""


def upload(twins: Twins) -> Job:
    with tenant_context(twins.a):
        file = io.BytesIO(b"name\nCanary of Acme\n")
        job = create_job(kind=KIND, title="a.csv", options={}, file=file, total=1, by_id=None, now=clock.now())
        job.error_file.save("x.errors.csv", io.BytesIO(b"Canary of Acme"))
        return job


def addresses_of(job: Job, twins: Twins) -> list[str]:
    with tenant_context(twins.a):
        names = [job.file.name, job.error_file.name]
        parts = [part for name in names for part in (name, f"acme/{name}", f"../acme/{name}", f"%2e%2e/acme/{name}")]
        urls = [job.file.url, job.error_file.url]
    return [*urls, *(f"/{root}/{part}" for root in ("media", "static/..") for part in parts)]


def served(twins: Twins) -> list[str]:
    """Addresses of a file of Acme that answer with it, asked by Acme's principal, by Globex's and by nobody."""
    found = []
    readers = [browser(twins.a), browser(twins.b, twins.users["globex"]), browser(twins.a, twins.users["acme"])]
    for address in addresses_of(upload(twins), twins):
        for reader in readers:
            answer = reader.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            found += [address] if b"Canary of Acme" in body else []
    return found


def test_uploads_have_no_address(twins):
    assert served(twins) == []


def test_media_like_static_files_would_be_noticed(twins):
    with PITFALLS["P4"]():
        assert served(twins)


def test_file_is_read_through_its_page_by_its_own_tenant(twins):
    job = upload(twins)
    path = f"/imports/{job.pk}/errors/"
    own = browser(twins.a, twins.users["acme"]).get(path)

    assert b"".join(own.streaming_content) == b"Canary of Acme"
    assert browser(twins.a).get(path).status_code == 302
    assert browser(twins.b, twins.users["globex"]).get(path).status_code == 404


def test_files_lie_in_their_tenant_s_folder_under_names_that_nobody_guesses(twins):
    job = upload(twins)
    with tenant_context(twins.a):
        path = os.path.relpath(job.file.path, settings.MEDIA_ROOT)
    with tenant_context(twins.b):
        assert not job.file.storage.exists(job.file.name)

    assert re.fullmatch(r"acme/jobs/[0-9a-f]{32}\.table", path)
    assert not str(settings.STATIC_ROOT).startswith(str(settings.MEDIA_ROOT))


def test_files_are_those_of_jobs():
    """A new file field needs a page of its own that asks who reads; then it goes into this list."""
    fields = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    }

    assert fields == {"exchange.Job.file", "exchange.Job.error_file", "contacts.PersonRequest.file"}


def platform_seen(twins: Twins) -> list[str]:
    """Admin addresses where a tenant's superuser comes upon what belongs to the platform."""
    client = browser(twins.a, twins.users["acme"])
    platform = [model for app in settings.PUBLIC_APPS for model in apps.get_app_config(app).get_models()]
    seen = []
    for model in platform:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for path in (base, f"{base}add/", f"{base}1/change/", f"{base}1/history/", f"{base}1/delete/"):
            seen += [path] if client.get(path).status_code != 404 else []
        query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": "tenant"}
        seen += ["autocomplete"] if client.get("/admin/autocomplete/", query).status_code == 200 else []
    labels = {model._meta.label_lower for model in platform}
    return [*seen, *(label for label in labels if label in {each._meta.label_lower for each in admin.site._registry})]


def test_superuser_of_a_tenant_sees_nothing_of_the_platform(twins):
    assert platform_seen(twins) == []


def test_platform_in_a_tenant_s_admin_would_be_noticed(twins):
    with PITFALLS["P5"]():
        assert platform_seen(twins)


def test_superuser_s_pages_name_no_other_tenant(twins):
    """Every list that the admin has."""
    client = browser(twins.a, twins.users["acme"])
    for model in admin.site._registry:
        answer = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
        assert answer.status_code == 200
        assert "globex" not in answer.text.lower()
    for app, model in (("contenttypes", "contenttype"), ("admin", "logentry"), ("sessions", "session")):
        assert client.get(f"/admin/{app}/{model}/").status_code == 404


def test_log_of_the_admin_is_the_tenant_s_own(twins):
    with tenant_context(twins.b), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_admin_log (action_time, user_id, object_repr, action_flag, change_message) "
            "VALUES (now(), %s, 'Canary of Globex', 1, '')",
            [twins.users["globex"].pk],
        )

    assert "Canary of Globex" in browser(twins.b, twins.users["globex"]).get("/admin/").text
    assert "Canary of Globex" not in browser(twins.a, twins.users["acme"]).get("/admin/").text


def named_addresses(resolver: URLResolver, space: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            found += named_addresses(part, f"{part.namespace}:" if part.namespace else space)
        else:
            found.append((f"{space}{part.name}", part))
    return found


def test_addresses_name_rows_by_random_ids():
    numbered = {name for name, part in named_addresses(get_resolver("scrm.urls")) if "<int:" in str(part.pattern)}

    assert numbered == SEQUENCED


@pytest.mark.parametrize("model", ["campaigns_touchpoint", "events_event", "accounts_auditentry", "tagging_tagchange"])
def test_tenants_of_the_tests_count_from_numbers_of_their_own(twins, model):
    """So that a row of the wrong tenant can't look like the right one."""
    first = {}
    for tenant in (twins.a, twins.b):
        with tenant_context(tenant), connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model])
            first[tenant.schema_name] = cursor.fetchone()[0]

    assert first["globex"] - first["acme"] > 900_000
