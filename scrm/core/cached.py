"""What a tenant has left in Redis: its cache, its bell, its counters."""

import redis
from django.conf import settings

_BATCH = 500


def forget_schema(schema_name: str) -> None:
    """Remove every key that begins with the schema's name."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5) as client:
        keys = []
        for key in client.scan_iter(match=f"{schema_name}:*", count=_BATCH):
            keys.append(key)
            if len(keys) == _BATCH:
                client.unlink(*keys)
                keys.clear()
        if keys:
            client.unlink(*keys)
