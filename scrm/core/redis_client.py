"""The Redis clients that all threads of a process share."""

from typing import Final

import redis

_clients: Final[dict[tuple[str, float], redis.Redis]] = {}


def shared_client(url: str, *, patience: float) -> redis.Redis:
    """The process's one client of that server; it waits `patience` seconds for each answer."""
    key = (url, patience)
    if key not in _clients:
        # Threads that begin at once each make a client, and `setdefault` lets them all have the first. functools.cache
        # keeps the last instead, and the one that it drops closes its sockets under the threads that have it already.
        made = redis.Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience)
        _clients.setdefault(key, made)
    return _clients[key]
