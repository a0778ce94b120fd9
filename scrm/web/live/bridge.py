"""Answers ASGI requests by a WSGI application in a few threads that stay, each with its own line to PostgreSQL.

Threads run outside the loop's context on purpose: in a copy of it per request, Django would open its caches anew each
time. A whole answer goes back in one piece; a long one is sent bit by bit by the thread that makes it, since what makes
it may read from the thread's own connection, in its tenant.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import structlog

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[str, str]]
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

WHOLE: Final = 256 * 1024
"""Bytes of an answer that are gathered before they are sent."""
_PLAIN: Final = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_JOINED_BY: Final = {"HTTP_COOKIE": "; "}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


class Bridge:
    """A WSGI application, answering in `threads` threads."""

    def __init__(self, application: Wsgi, *, threads: int) -> None:
        self.application = application
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self.ask(scope, receive, send)
        if answer is not None:
            await give(answer, send)

    async def ask(self, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """The application's answer; None when it was so long that it has been sent already."""
        loop = asyncio.get_running_loop()
        environ = environ_of(scope, await _input_of(receive, loop))
        return await loop.run_in_executor(self.threads, self._run, environ, loop, send)

    def _run(self, environ: Environ, loop: asyncio.AbstractEventLoop, send: Send) -> Answer | None:
        head: list[Any] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
            head[:] = [int(status.split(" ", 1)[0]), headers]
            return _refuse_to_write

        try:
            chunks = self.application(environ, start_response)
        except Exception:
            # Django answers whatever breaks in it: this is the server's own trouble.
            log.exception("bridge.broke")
            return Answer(500, [("Content-Type", "text/plain")], b"Something broke.")
        try:
            rest = iter(chunks)
            gathered = bytearray()
            for chunk in rest:
                gathered += chunk
                if len(gathered) > WHOLE:
                    break
            else:
                return Answer(head[0], head[1], bytes(gathered))
            _send_on(loop, send, {"type": "http.response.start", "status": head[0], "headers": _raw(head[1])})
            _send_on(loop, send, _part(bytes(gathered)))
            for chunk in rest:
                _send_on(loop, send, _part(chunk))
            _send_on(loop, send, {"type": "http.response.body", "body": b"", "more_body": False})
            return None
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()


async def give(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": _raw(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def environ_of(scope: Scope, body: Any) -> Environ:
    """The request as PEP 3333 wants it. A header with an underscore is left out: it could pass for one with a dash."""
    path = unquote_to_bytes(scope.get("raw_path") or scope["path"]).decode("latin-1")
    server = scope.get("server") or ("localhost", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": _Errors(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if "_" in name:
            continue
        key = _PLAIN.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]}{_JOINED_BY.get(key, ',')}{value}" if key in environ else value
    return environ


async def _input_of(receive: Receive, loop: asyncio.AbstractEventLoop) -> Any:
    first = await receive()
    body = first.get("body", b"")
    return io.BufferedReader(_Arriving(body, receive, loop)) if first.get("more_body") else io.BytesIO(body)


class _Arriving(io.RawIOBase):
    """A long body, asked for by the thread that reads it, so that what nobody reads is never taken in."""

    def __init__(self, first: bytes, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self._left = memoryview(first)
        self._receive = receive
        self._loop = loop
        self._more = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and self._more:
            message: Message = asyncio.run_coroutine_threadsafe(_next(self._receive), self._loop).result()
            self._left = memoryview(message.get("body", b""))
            self._more = bool(message.get("more_body"))
        taken = min(len(buffer), len(self._left))
        buffer[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken


class _Errors(io.TextIOBase):
    """What an application writes to `wsgi.errors` goes to the log."""

    def write(self, text: str) -> int:
        if text.strip():
            log.error("wsgi.error", text=text.strip())
        return len(text)


async def _next(receive: Receive) -> Message:
    return await receive()


async def _give(send: Send, message: Message) -> None:
    await send(message)


def _send_on(loop: asyncio.AbstractEventLoop, send: Send, message: Message) -> None:
    asyncio.run_coroutine_threadsafe(_give(send, message), loop).result()


def _part(chunk: bytes) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": True}


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in headers]


def _refuse_to_write(_chunk: bytes) -> None:
    raise NotImplementedError("Django gives its answers back and writes none.")
