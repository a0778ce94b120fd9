"""What a request may leave behind: rows, keys in Redis, mails, lines of the log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.db import connection

from tests.crawler.canaries import OWNERS, Canaries

VISITS = (
    "leads_linkhour",
    "leads_formtally",
    "accounts_session",
    "accounts_attemptcount",
    "accounts_auditentry",
    "accounts_unsealedentry",
)
"""What any visitor of a host leaves there, whoever they are elsewhere."""
_VIEWS = {"leads_form": "(SELECT to_jsonb(f) - 'views' AS t FROM {source} f)"}
"""Whoever opens a form is counted, whoever they are elsewhere; the rest of the row is the business's."""
_BARE = {"content.trackedlink": "contact", "content.pageview": "link__contact"}
"""A link without a contact is the business's own look at its material: nobody's person stands behind it."""
_OF_TENANTS = {"tenants_tenant": "id", "tenants_domain": "tenant_id"}
"""What the platform keeps of a tenant: its row and its hosts."""


def tables_of(world: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [world.tenant.schema_name])
        return [row[0] for row in cursor.fetchall()]


def checksums(world: Any) -> dict[str, Any]:
    """One sum per table of the tenant; equal sums, equal rows."""
    schema, tables = world.tenant.schema_name, tables_of(world)
    one = "SELECT '{table}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {source} t {where}"
    parts = []
    for table in tables:
        source = f'"{schema}"."{table}"'
        parts.append(one.format(table=table, source=_VIEWS.get(table, "{source}").format(source=source), where=""))
    parts += [
        one.format(table=table, source=f"public.{table}", where=f"WHERE {column} = {world.tenant.pk}")
        for table, column in _OF_TENANTS.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Tables whose sums differ."""
    return sorted(table for table in before if after[table] != before[table])


def writes(*tenants: Any) -> dict[str, int]:
    """How many rows this transaction wrote so far, by schema: also of what is taken back by now."""
    names = [*(tenant.schema_name for tenant in tenants), "public"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner.relnamespace::regnamespace::text, sum(pg_stat_get_xact_tuples_inserted(owner.oid) "
            "+ pg_stat_get_xact_tuples_updated(owner.oid) + pg_stat_get_xact_tuples_deleted(owner.oid)) "
            "FROM pg_class owner WHERE owner.relkind = 'r' AND owner.relnamespace = ANY(%s::regnamespace[]) "
            "AND (owner.relnamespace <> 'public'::regnamespace OR owner.relname = ANY(%s)) GROUP BY 1",
            [names, list(_OF_TENANTS)],
        )
        return dict(cursor.fetchall())


def restart_sequences(schema_name: str, start: int) -> None:
    """Let every number of the schema count from there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = %s", [schema_name])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER SEQUENCE "{schema_name}"."{name}" RESTART WITH {start}')


def checksum_of_others(key: UUID) -> dict[str, str]:
    """One sum per table over sessions, passkeys and accounts of everybody else; we are inside the tenant."""
    tables = (("accounts_session", "user_id"), ("mfa_authenticator", "user_id"), ("accounts_user", "id"))
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t "
        f"WHERE {column} <> %s"
        for table, column in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [key] * len(parts))
        return dict(cursor.fetchall())


def checksum_out_of_reach(reach: frozenset[str], world: Any) -> dict[str, str]:
    """One sum per table over every personal row that none of `reach` is in charge of; we are inside the tenant."""
    from django.apps import apps

    within = [world.users[name].pk for name in reach if name in world.users]
    parts, values = [], []
    for label, road in OWNERS.items():
        model = apps.get_model(label)
        rows = model._default_manager.exclude(**{f"{road}__in": within}) if within else model._default_manager.all()
        if label in _BARE:
            rows = rows.filter(**{f"{_BARE[label]}__isnull": False})
        keys, params = rows.order_by().values("pk").query.sql_with_params()
        table, column = model._meta.db_table, model._meta.pk.column
        parts.append(
            f"SELECT '{label}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM \"{table}\" t "
            f'WHERE t."{column}" IN ({keys})'
        )
        values += params
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return dict(cursor.fetchall())


def strays_in_redis(canaries: Canaries) -> list[str]:
    """Keys that name no tenant, and words that lie under another tenant's key."""
    store = redis.Redis.from_url(settings.REDIS_URL)
    found = []
    for key in store.scan_iter():
        name = key.decode("utf-8", "replace")
        schema = name.partition(":")[0]
        if schema not in ("acme", "globex", "public"):
            found.append(f"The key {name} names no tenant.")
        own = {"acme": "a", "globex": "b"}.get(schema)
        value = store.get(key) if store.type(key) == b"string" else b""
        words = canaries.found_in(name) | canaries.found_in(value or b"")
        found += [f"The key {name} holds {word.word}." for word in words if word.tenant != own]
    store.close()
    return found


def empty_redis() -> None:
    store = redis.Redis.from_url(settings.REDIS_URL)
    store.flushdb()
    store.close()


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """Every line that is logged meanwhile."""
    handler = _Lines()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
