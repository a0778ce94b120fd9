"""A real SMTP server on loopback that writes one line per mail it takes: recipient and Message-ID."""

import asyncio
import sys
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_PARSER = BytesHeaderParser()


class Sink:
    def __init__(self, ledger: Path) -> None:
        self._file = ledger.open("a", buffering=1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        headers = _PARSER.parsebytes(content[: content.find(b"\r\n\r\n") + 4])
        self._file.write(f"{','.join(envelope.rcpt_tos)}\t{headers['Message-ID']}\n")
        return "250 taken"


async def serve(port: int, ledger: Path) -> None:
    sink = Sink(ledger)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
