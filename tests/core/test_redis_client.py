"""One Redis client per process, however many threads ask for the first one."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import redis
from django.conf import settings

from scrm.core import redis_client
from scrm.core.rates import spend

THREADS = 100 if os.environ.get("SCRM_DEEP") else 24


def test_threads_that_begin_at_once_share_one_client(monkeypatch):
    monkeypatch.setattr(redis_client, "_clients", {})
    inside, real = threading.Barrier(THREADS), redis.Redis.from_url

    def made_by_all(*args, **options):
        with suppress(threading.BrokenBarrierError):
            inside.wait(1)
        return real(*args, **options)

    monkeypatch.setattr(redis.Redis, "from_url", made_by_all)

    with ThreadPoolExecutor(THREADS) as pool:
        clients = list(pool.map(lambda _: redis_client.shared_client(settings.REDIS_URL, patience=1.0), range(THREADS)))

    assert len(set(map(id, clients))) == 1


def test_another_patience_is_another_client():
    short, long = (redis_client.shared_client(settings.REDIS_URL, patience=seconds) for seconds in (0.5, 1.0))

    assert short is not long
    assert short is redis_client.shared_client(settings.REDIS_URL, patience=0.5)


def test_first_requests_of_a_process_at_once_are_all_counted(monkeypatch):
    monkeypatch.setattr(redis_client, "_clients", {})
    start = threading.Barrier(THREADS)

    def take(_):
        start.wait(30)
        return spend("a", limit=THREADS, seconds=60)

    with ThreadPoolExecutor(THREADS) as pool:
        budgets = list(pool.map(take, range(THREADS)))

    assert sorted(budget.spent for budget in budgets) == list(range(1, THREADS + 1))
