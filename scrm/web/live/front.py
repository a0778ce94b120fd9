"""What stands at the port: streams of events are held by the loop, everything else is answered in threads."""

from scrm.web.live.bridge import Bridge, Receive, Scope, Send, Wsgi
from scrm.web.live.hub import Hub
from scrm.web.live.streams import PATH, Streams


class Front:
    """The ASGI application of the product."""

    def __init__(self, pages: Wsgi, *, threads: int, redis_url: str) -> None:
        self.pages = Bridge(pages, threads=threads)
        self.streams = Streams(self.pages, Hub(redis_url))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await (self.streams if scope["path"] == PATH else self.pages)(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.streams.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
