"""Tells the web processes whose alerts changed, over Redis: at best effort, since every alert is a row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import redis
import structlog
from django.conf import settings

from scrm.core.redis_client import shared_client
from scrm.core.tenancy import schema_name

log = structlog.get_logger(__name__)

PATIENCE: Final = 0.5
"""Seconds; the commit is done, and whoever made it waits."""


def channel(schema: str, user_id: object) -> str:
    """Where a user's alerts are called out. Names the tenant, as every key in Redis does."""
    return f"{schema}:alerts:{user_id}"


def push(news: Mapping[UUID, Sequence[UUID]]) -> None:
    """Call out to each user the ids of their new alerts; none where they read some elsewhere. After the commit."""
    schema = schema_name()
    try:
        with shared_client(settings.REDIS_URL, patience=PATIENCE).pipeline(transaction=False) as together:
            for user_id, ids in news.items():
                told: dict[str, Any] = {"alerts": [str(pk) for pk in ids]}
                together.publish(channel(schema, user_id), json.dumps(told))
            together.execute()
    except redis.RedisError as error:
        # Whoever listens asks again when Redis is back; their pages look every quarter of a minute meanwhile.
        log.warning("alerts.unpushed", error=type(error).__name__)
