"""Reads of an installation's state, its alerts and its figures."""

import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings

from operations import queries
from operations.judging import State
from operations.models import Incident, Reading
from scheduler.selectors import pulse_times
from scrm.core import clock
from tenants.migrating import PUBLIC, migrations_pending
from tenants.services import TEMPLATE_SCHEMA

_QUEUE = "celery"
_PATIENCE = 1.0


def incident_list_open() -> list[Incident]:
    return list(Incident.objects.filter(closed_at=None))


def incident_counts() -> dict[str, int]:
    return dict.fromkeys(Incident.objects.filter(closed_at=None).values_list("kind", flat=True), 1)


def readings() -> dict[str, float]:
    return dict(Reading.objects.values_list("name", "value"))


def state_now() -> State:
    """Everything that can be asked at once; counts over all tenants are as they were last counted."""
    return replace(state_of_database(every_schema=True), queue_length=queue_length(), free=free_shares())


def state_of_database(*, every_schema: bool) -> State:
    """What the database alone can say.

    Without `every_schema` pending migrations are looked for in the public schema and the template alone, which are
    brought up to date first: enough to know whether this code fits this database.
    """
    now = clock.now()
    counted = readings()
    return State(
        lag_seconds=queries.lag(now)[0],
        silent_seconds=silent_seconds(now),
        clock_difference=clock.machine_difference(),
        pending=len(migrations_pending(None if every_schema else [PUBLIC, TEMPLATE_SCHEMA])),
        unknown=int(counted.get("unknown", 0)),
        channels_shut=int(counted.get("channels_shut", 0)),
        failed_jobs=int(counted.get("failed_jobs", 0)),
    )


def lag_now() -> tuple[float, int]:
    """Seconds since the oldest due work of a tenant that sends, and how many tenants have some."""
    return queries.lag(clock.now())


def silent_now() -> float:
    """Seconds since a worker last did a tick; not a number when none ever did."""
    seconds = silent_seconds(clock.now())
    return float("nan") if seconds is None else seconds


def silent_seconds(now: datetime) -> float | None:
    at = pulse_times().get("worker")
    return None if at is None else (now - datetime.fromisoformat(at)).total_seconds()


def queue_length() -> int | None:
    """Messages that wait for a worker; None when Redis does not answer in time."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    try:
        return int(client.llen(_QUEUE))
    except redis.RedisError:
        return None
    finally:
        client.close()


def free_shares() -> dict[str, float]:
    """How much of its disk is free, for each watched folder that is there."""
    shares = {}
    for folder in settings.SCRM_WATCHED_FOLDERS:
        with suppress(OSError):
            room = shutil.disk_usage(folder)
            shares[Path(folder).name] = room.free / room.total
    return shares
