"""E1. Whatever is remembered outside PostgreSQL says whose it is."""

import threading
from concurrent.futures import ThreadPoolExecutor

import redis
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.cache.utils import make_template_fragment_key
from django.db import connection
from django_tenants.utils import tenant_context

from scrm.core.rates import spend
from scrm.worker import bell
from tenants.models import Tenant
from tests.tenancy.conftest import Twins, browser
from tests.tenancy.pitfalls import PITFALLS

BROKER = (b"_kombu", b"celery", b"unacked")


def keys_of_nobody(twins: Twins) -> list[bytes]:
    """Keys that pages and work of Acme leave in Redis and that don't begin with its name."""
    visitor = browser(twins.a)
    visitor.post("/accounts/login/", {"login": "pat", "password": "wrong"})
    visitor.post("/accounts/password/reset/", {"email": "pat@example.com"})
    visitor.get("/api/v1/contacts", headers={"authorization": "Bearer scrm_x_y"})
    clerk = browser(twins.a, twins.users["acme"])
    for path in ("/", "/leads/", "/contacts/", "/settings/", "/admin/", "/api/v1/contacts", "/rep/", "/f/none"):
        clerk.get(path, follow=True)
    with tenant_context(twins.a):
        bell.ring("acme")
        cache.set(make_template_fragment_key("customers", ["today"]), "Canary of Acme")
        spend("anything", limit=1, seconds=60)
    store = redis.Redis.from_url(settings.REDIS_URL)
    keys = [key for key in store.scan_iter() if not key.startswith(BROKER)]
    store.close()
    assert len(keys) >= 4
    return [key for key in keys if not key.startswith(b"acme:")]


def seen_by_the_other(twins: Twins) -> list[str]:
    """What Globex finds of what Acme keeps under the same names."""
    with tenant_context(twins.a):
        cache.set("list", "Canary of Acme")
        for _ in range(3):
            spend("calls", limit=5, seconds=60)
    with tenant_context(twins.b):
        budget = spend("calls", limit=5, seconds=60)
        found = [str(cache.get("list"))] if cache.get("list") else []
        return [*found, "budget"] if budget is None or budget.spent != 1 else found


def test_every_key_names_its_tenant(twins):
    assert keys_of_nobody(twins) == []


def test_tenants_do_not_share_what_has_one_name(twins):
    assert seen_by_the_other(twins) == []


def test_shared_keys_would_be_noticed(twins):
    with PITFALLS["E1"]():
        assert keys_of_nobody(twins)
        assert seen_by_the_other(twins) == ["Canary of Acme", "budget"]


def test_content_types_are_remembered_for_each_schema(own_database):
    """Ids differ from schema to schema, and a thread in Acme fills the memory while one in Globex is at work."""
    acme, globex = (Tenant.objects.get(schema_name=name) for name in ("acme", "globex"))
    with tenant_context(globex), connection.cursor() as cursor:
        cursor.execute("UPDATE django_content_type SET model = 'other' WHERE model = 'emailconfirmation'")
        cursor.execute(
            "INSERT INTO django_content_type (id, app_label, model) VALUES (5000, 'account', 'emailconfirmation')"
        )
    entered, filled = threading.Event(), threading.Event()

    def in_globex() -> int:
        with tenant_context(globex):
            entered.set()
            assert filled.wait(10)
            try:
                return type_id()
            finally:
                connection.close()

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(in_globex)
        assert entered.wait(10)
        with tenant_context(acme):
            assert type_id() < 5000
            filled.set()
            assert later.result() == 5000


def type_id() -> int:
    return ContentType.objects.get_by_natural_key("account", "emailconfirmation").pk
