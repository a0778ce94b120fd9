"""A bucket in Redis: so many at once, and filled again bit by bit."""

from concurrent.futures import ThreadPoolExecutor

import redis
from django.conf import settings

from scrm.core.rates import Bucket, seconds_until_one
from scrm.embedded.console import pause


def test_bucket_gives_what_it_holds_and_says_when_the_next_is_there():
    bucket = Bucket(size=3, per_minute=6)

    assert [seconds_until_one("a", bucket) for _ in range(4)] == [0, 0, 0, 10]
    assert seconds_until_one("b", bucket) == 0


def test_bucket_fills_again():
    bucket = Bucket(size=1, per_minute=600)

    assert seconds_until_one("a", bucket) == 0
    assert seconds_until_one("a", bucket) == 1
    pause(0.15)
    assert seconds_until_one("a", bucket) == 0


def test_many_at_once_take_no_more_than_it_holds():
    bucket = Bucket(size=20, per_minute=1)

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: seconds_until_one("a", bucket), range(100)))

    assert waits.count(0) == 20


def test_bucket_leaves_nothing_behind():
    seconds_until_one("a", Bucket(size=2, per_minute=60))

    store = redis.Redis.from_url(settings.REDIS_URL)
    assert [0 < store.ttl(key) <= 3 for key in store.keys("*bucket*")] == [True]
