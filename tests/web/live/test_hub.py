"""The line to Redis: who joined hears everything, and knows when it is away."""

import asyncio
import os

import redis
import redis.asyncio

from scrm.web.live.hub import BACK, LOST, Hub
from tests.loops import finished


def url() -> str:
    return os.environ["REDIS_URL"]


async def next_of(listener) -> str:
    async with asyncio.timeout(10):
        return await listener.news.get()


def shout(channel: str, text: str) -> None:
    client = redis.Redis.from_url(url())
    client.publish(channel, text)
    client.close()


def test_whoever_joined_hears_what_is_called_out_from_then_on():
    async def run():
        hub = Hub(url())
        ben, twin, cai = [await hub.join(name) for name in ("hub:ben", "hub:ben", "hub:cai")]
        shout("hub:ben", "one")
        assert [await next_of(ben), await next_of(twin)] == ["one", "one"]
        await hub.leave(ben)
        shout("hub:ben", "two")
        assert await next_of(twin) == "two"
        assert ben.news.empty()
        assert cai.news.empty()
        await hub.leave(twin)
        again = await hub.join("hub:ben")
        shout("hub:ben", "three")
        assert await next_of(again) == "three"
        await hub.close()

    finished(run())


def test_loss_of_redis_is_told_and_so_is_its_return():
    async def run():
        hub = Hub(url())
        ben = await hub.join("hub:ben")
        client = redis.Redis.from_url(url())
        for each in client.client_list(_type="pubsub"):
            client.client_kill_filter(_id=each["id"])
        client.close()
        assert [await next_of(ben), await next_of(ben)] == [LOST, BACK]
        shout("hub:ben", "after")
        assert await next_of(ben) == "after"
        await hub.close()

    finished(run())


def test_without_redis_one_joins_all_the_same():
    async def run():
        hub = Hub("redis://127.0.0.1:1/0")
        ben = await hub.join("hub:ben")
        assert await next_of(ben) == LOST
        await hub.close()

    finished(run())
