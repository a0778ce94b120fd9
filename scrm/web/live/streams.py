"""Streams of server-sent events: opened by a page of ours, held by the loop, closed with the session."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import structlog

from scrm.web.live import asking
from scrm.web.live.bridge import Bridge, Message, Receive, Scope, Send, give
from scrm.web.live.hub import BACK, LOST, Hub, Listener

log = structlog.get_logger(__name__)

PATH: Final = "/events/"
OPENS: Final = "scrm-stream"
"""The header of an answer that opens a stream. It never leaves this process."""
HEARTBEAT: Final = 20.0
LOOK_EVERY: Final = 30.0
"""Seconds after which it is asked again whether sessions are still open: within a minute all of them were."""
MOST: Final = 1500
"""Fewer than the requests that the web server lets in at once: pages have room beside them."""
OF_ONE: Final = 12
"""Streams of one person; pages of one browser share one."""
_OVER: Final = "over"
"""Its session is: the browser does not come back."""
_END: Final = "end"
"""The process stops: the browser comes back to another."""
_PATIENCE: Final = 2.0
_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
)


@dataclass(eq=False, slots=True)
class Stream:
    """One page that listens."""

    schema: str
    user_id: UUID
    session: str
    listener: Listener
    task: "asyncio.Task[None] | None"


class Streams:
    """The open streams of this process."""

    def __init__(self, bridge: Bridge, hub: Hub) -> None:
        self._bridge = bridge
        self._hub = hub
        self._open: set[Stream] = set()
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the page whether there is a stream for whoever asks; if there is, hold it."""
        answer = await self._bridge.ask(scope, receive, send)
        if answer is None:
            return
        if answer.status != 200 or not answer.header(OPENS):
            await give(answer, send)
            return
        said = json.loads(answer.body)
        if len(self._open) >= MOST or sum(each.session == said["session"] for each in self._open) >= OF_ONE:
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"60")]})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        listener = await self._hub.join(said["channel"])
        stream = Stream(said["schema"], UUID(said["user"]), said["session"], listener, asyncio.current_task())
        self._open.add(stream)
        self._watch = self._watch or asyncio.create_task(self._look())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
            await self._hold(stream, _last_seen(scope), receive, send)
        finally:
            self._open.discard(stream)
            await self._hub.leave(listener)

    async def close(self) -> None:
        """End every stream: the process is about to stop."""
        tasks = {stream.task for stream in self._open if stream.task is not None}
        for stream in self._open:
            stream.listener.tell(_END)
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        await self._hub.close()

    async def _hold(self, stream: Stream, last: UUID | None, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        # After the stream has joined: what is committed from now on is called out to it.
        told = await loop.run_in_executor(self._bridge.threads, asking.missed, stream.schema, stream.user_id, last)
        await send(_event("state", told))
        gone = asyncio.create_task(_until_gone(receive))
        try:
            while not gone.done():
                news = asyncio.create_task(stream.listener.news.get())
                done, _waiting = await asyncio.wait({news, gone}, timeout=HEARTBEAT, return_when="FIRST_COMPLETED")
                if news not in done:
                    news.cancel()
                    if not done:
                        await send(_part(b":\n\n"))
                    continue
                text = news.result()
                if text == _OVER:
                    await send(_event("over", {}))
                if text in (_OVER, _END):
                    break
                await send(_event(text, {}) if text in (LOST, BACK) else _told(text))
        except OSError:
            # They went away while something was told.
            return
        finally:
            gone.cancel()
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _look(self) -> None:
        """End streams whose session is over: one short question for each business that somebody listens in."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            sessions: dict[str, set[str]] = {}
            for stream in self._open:
                sessions.setdefault(stream.schema, set()).add(stream.session)
            for schema, keys in sessions.items():
                try:
                    still = await loop.run_in_executor(self._bridge.threads, asking.still_open, schema, keys)
                except Exception as error:
                    # While PostgreSQL is away nobody can tell; nothing is told either.
                    log.warning("streams.unasked", error=type(error).__name__)
                    continue
                for stream in list(self._open):
                    if stream.schema == schema and stream.session in keys - still:
                        stream.listener.tell(_OVER)


def _last_seen(scope: Scope) -> UUID | None:
    """The last alert that the browser was told of: after a broken line it says so itself, a new page in the query."""
    said = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"last-event-id"), "")
    said = said or parse_qs(scope["query_string"].decode("latin-1")).get("last", [""])[0]
    try:
        return UUID(said)
    except ValueError:
        return None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _told(text: str) -> Message:
    said: dict[str, Any] = json.loads(text)
    return _event("alerts", said, said["alerts"][-1] if said["alerts"] else "")


def _event(name: str, data: dict[str, Any], identifier: str = "") -> Message:
    known = f"id: {identifier}\n" if identifier else ""
    return _part(f"{known}event: {name}\ndata: {json.dumps(data)}\n\n".encode())


def _part(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}
