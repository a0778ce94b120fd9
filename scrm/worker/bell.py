"""The bell on Celery: rings a tenant's drain, once until it is heard, and never fails its caller."""

from contextlib import suppress
from importlib import import_module

import structlog
from django.core.cache import cache
from django_tenants.utils import schema_context

log = structlog.get_logger(__name__)

_KEY = "bell"
_SECONDS = 3
"""How long a ring that was lost on its way keeps the next one silent."""


def ring(schema_name: str) -> None:
    """Enqueue a drain unless one is on its way. The tick repeats what fails here."""
    from scrm.worker.tasks import drain

    try:
        with schema_context(schema_name):
            fresh = cache.add(_KEY, 1, timeout=_SECONDS)
        if fresh:
            drain.apply_async((schema_name,), retry=False, expires=30)
    except Exception as error:
        log.warning("bell.silent", schema=schema_name, error=type(error).__name__)


def prepare() -> None:
    """Load what ringing takes before anybody waits for it: Celery and the client of Redis."""
    import_module("scrm.worker.tasks")
    with suppress(Exception):
        cache.get(_KEY)


def hush() -> None:
    """The current tenant's drain has begun: what becomes due from now on rings again."""
    cache.delete(_KEY)
