"""One line to Redis for all streams of a process: what is called out to a channel goes to whoever listens there."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import redis
import redis.asyncio
import structlog

log = structlog.get_logger(__name__)

LOST: Final = "lost"
"""What listeners hear when Redis is away: they look for themselves until it is back."""
BACK: Final = "back"
"""It is there again: what was called out meanwhile nobody heard."""
_PULSE: Final = "scrm:alerts"
"""A channel that nobody calls: a line that listens to nothing could not be read from."""
_AGAIN_AFTER: Final = 1.0
_PATIENCE: Final = 2.0
_WAITING: Final = 64
"""News that a listener may leave lying: of more it hears nothing, and sees them when it looks."""


class Listener:
    """Hears what is called out to one channel."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.news: asyncio.Queue[str] = asyncio.Queue(_WAITING)

    def tell(self, text: str) -> None:
        with suppress(asyncio.QueueFull):
            self.news.put_nowait(text)


class Hub:
    """Listeners by channel. Its task runs from the first listener on, and outlives losses of Redis."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._listeners: dict[str, set[Listener]] = {}
        self._heard: dict[str, asyncio.Event] = {}
        self._line: Any = None
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def join(self, channel: str) -> Listener:
        """From the answer on the listener hears everything that is called out, or that Redis is away."""
        listener = Listener(channel)
        async with self._turn:
            self._task = self._task or asyncio.create_task(self._run())
            first = channel not in self._listeners
            self._listeners.setdefault(channel, set()).add(listener)
            heard = self._heard.setdefault(channel, asyncio.Event())
            if first and self._line is not None:
                with suppress(redis.RedisError, OSError):
                    await self._line.subscribe(channel)
        try:
            async with asyncio.timeout(_PATIENCE):
                await heard.wait()
        except TimeoutError:
            listener.tell(LOST)
        return listener

    async def leave(self, listener: Listener) -> None:
        async with self._turn:
            others = self._listeners.get(listener.channel, set())
            others.discard(listener)
            if not others:
                self._listeners.pop(listener.channel, None)
                self._heard.pop(listener.channel, None)
                if self._line is not None:
                    with suppress(redis.RedisError, OSError):
                        await self._line.unsubscribe(listener.channel)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        was_lost = False
        while True:
            try:
                await self._listen(was_lost)
            except (redis.RedisError, OSError) as error:
                log.warning("hub.lost", error=type(error).__name__)
            self._line, was_lost = None, True
            for heard in self._heard.values():
                heard.clear()
            self._tell_all(LOST)
            await asyncio.sleep(_AGAIN_AFTER)

    async def _listen(self, was_lost: bool) -> None:
        client = redis.asyncio.Redis.from_url(self._url, socket_connect_timeout=_PATIENCE, health_check_interval=10)
        async with client, client.pubsub() as line:
            async with self._turn:
                await line.subscribe(_PULSE, *self._listeners)
                self._line = line
            if was_lost:
                self._tell_all(BACK)
            while True:
                # With a timeout, so that a line on which nothing is said is asked whether it is there.
                message = await line.get_message(timeout=5.0)
                if message is None:
                    continue
                channel = message["channel"].decode()
                if message["type"] == "subscribe" and channel in self._heard:
                    self._heard[channel].set()
                elif message["type"] == "message":
                    for listener in self._listeners.get(channel, ()):
                        listener.tell(message["data"].decode())

    def _tell_all(self, text: str) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.tell(text)
