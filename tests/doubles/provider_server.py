"""A provider of messages as a process of its own: real sockets, and a ledger that our tables never touch.

    python -m tests.doubles.provider_server LEDGER SETTINGS

SETTINGS is JSON: `shares` of faults by mode (0 to 1, the rest is taken well), `keyed` schemas whose
keys it honours by taking each once, `slow_seconds` that it makes a caller wait, `retry_after` seconds that
it asks a caller beyond its quota to stay away, and a `seed`.
It prints its port. Each line of the ledger is one message taken: key, address, subject; it is on
disk before anything is answered.
"""

import hashlib
import json
import os
import socket
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

MODES = ("delay", "timeout", "drops", "quota", "error", "truncated", "drip", "html", "redirect")


class Books:
    """What was taken, in a file that is only ever added to."""

    def __init__(self, ledger: Path, settings: dict[str, Any]) -> None:
        self.file = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.keyed = frozenset(settings.get("keyed", ()))
        self.shares: dict[str, float] = settings.get("shares", {})
        self.slow_seconds = float(settings.get("slow_seconds", 1))
        self.retry_after = int(settings.get("retry_after", 30))
        self.seed = settings.get("seed", 0)
        self.lock = threading.Lock()
        self.taken: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.answered = 0

    def draw(self, key: str) -> tuple[str, bool]:
        """How this call goes, and whether a faulty one is taken all the same; the same for the same seed."""
        with self.lock:
            self.asked[key] += 1
            digest = hashlib.sha256(f"{self.seed}:{key}:{self.asked[key]}".encode()).digest()
            point = int.from_bytes(digest[:4], "big") / 2**32
            for mode, share in self.shares.items():
                if point < share:
                    return mode, bool(digest[4] & 1)
                point -= share
            return "ok", True

    def take(self, message: dict[str, str]) -> None:
        key = message["key"]
        with self.lock:
            if key in self.taken and key.partition(".")[0] in self.keyed:
                return
            self.taken[key] += 1
            os.write(self.file, f"{key}\t{message['to']}\t{message['subject']}\n".encode())
            os.fsync(self.file)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Provider"

    def do_POST(self) -> None:
        message = self._read_message()
        if message is None:
            self.close_connection = True
            self._say(400, {"error": "half a request"})
            return
        books = self.server.books
        mode, is_taken = books.draw(message["key"])
        try:
            getattr(self, f"_{mode}")(message, is_taken)
        finally:
            with books.lock:
                books.answered += 1

    def do_GET(self) -> None:
        """/messages?key=K&key=L: the references of those that were taken; /redirected: a caller who follows."""
        path = urlsplit(self.path)
        books = self.server.books
        if path.path == "/redirected":
            books.take({key: values[0] for key, values in parse_qs(path.query).items()})
        keys = parse_qs(path.query).get("key", [])
        with books.lock:
            self._say(200, {key: f"ref-{key}" for key in keys if key in books.taken})

    def do_PUT(self) -> None:
        """New shares from now on; gives how many calls came so far, and how many of them it is done with."""
        shares = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.books.lock:
            self.server.books.shares = shares
            counts = {"asked": sum(self.server.books.asked.values()), "answered": self.server.books.answered}
        self._say(200, counts)

    def log_message(self, *words: object) -> None:
        """Silent."""

    def _read_message(self) -> dict[str, str] | None:
        """None when the caller was gone before the request was whole: that is no call and stands in no book."""
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        return json.loads(body) if len(body) == length else None

    def _ok(self, message: dict[str, str], is_taken: bool) -> None:
        self.server.books.take(message)
        self._say(200, {"reference": f"ref-{message['key']}"})

    def _delay(self, message: dict[str, str], is_taken: bool) -> None:
        self._wait(0.05)
        self._ok(message, is_taken)

    def _timeout(self, message: dict[str, str], is_taken: bool) -> None:
        self._wait(self.server.books.slow_seconds)
        self._perhaps_take(message, is_taken)
        self.close_connection = True

    def _drops(self, message: dict[str, str], is_taken: bool) -> None:
        self.server.books.take(message)
        self._hang_up()

    def _quota(self, message: dict[str, str], is_taken: bool) -> None:
        self._write(429, b"{}", headers=f"Retry-After: {self.server.books.retry_after}\r\n")

    def _error(self, message: dict[str, str], is_taken: bool) -> None:
        self._perhaps_take(message, is_taken)
        self._say(503, {"error": "internal"})

    def _truncated(self, message: dict[str, str], is_taken: bool) -> None:
        self.server.books.take(message)
        self._write(200, b'{"reference": "ref', length=400)
        self._hang_up()

    def _drip(self, message: dict[str, str], is_taken: bool) -> None:
        """A byte now and then: no single read takes long."""
        self.server.books.take(message)
        self._write(200, b"{", length=400)
        for _ in range(10):
            self._wait(self.server.books.slow_seconds / 10)
            try:
                self.wfile.write(b" ")
            except OSError:
                break
        self.close_connection = True

    def _html(self, message: dict[str, str], is_taken: bool) -> None:
        self._perhaps_take(message, is_taken)
        self._write(200, b"<html><body>Bad gateway</body></html>")

    def _redirect(self, message: dict[str, str], is_taken: bool) -> None:
        self._perhaps_take(message, is_taken)
        query = f"key={message['key']}&to={message['to']}&subject=followed"
        self._write(302, b"", headers=f"Location: /redirected?{query}\r\n")

    def _perhaps_take(self, message: dict[str, str], is_taken: bool) -> None:
        if is_taken:
            self.server.books.take(message)

    def _say(self, status: int, answer: dict[str, Any]) -> None:
        self._write(status, json.dumps(answer).encode())

    def _write(self, status: int, body: bytes, *, length: int | None = None, headers: str = "") -> None:
        """One write, so that no part waits for an acknowledgement of the other."""
        head = f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body) if length is None else length}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _wait(self, seconds: float) -> None:
        self.server.never.wait(seconds)


class Provider(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, books: Books) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.books = books
        self.never = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed in the middle is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main(ledger: str, settings: str) -> None:
    provider = Provider(Books(Path(ledger), json.loads(settings)))
    sys.stdout.write(f"{provider.server_address[1]}\n")
    sys.stdout.flush()
    provider.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
