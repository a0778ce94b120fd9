"""A connection pooler on a Unix socket: in transaction mode a back-end serves whoever begins next."""

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

_READY = b"Z"
_IDLE = b"I"


class Pooler:
    """Listens in `folder` as PostgreSQL does, for the PostgreSQL whose socket is in `behind`.

    Speaks enough of the protocol for simple queries and trusted users. `by_transaction` takes the
    back-end away after each transaction; without it a client keeps its own, as in session mode.
    """

    def __init__(self, folder: Path, behind: Path, *, by_transaction: bool) -> None:
        self._target = str(behind / ".s.PGSQL.5432")
        self._by_transaction = by_transaction
        self._idle: list[socket.socket] = []
        self._opened: list[socket.socket] = []
        self._lock = threading.Lock()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(folder / ".s.PGSQL.5432"))
        self._server.listen()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for backend in self._opened:
            backend.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            (length,) = struct.unpack("!i", _exactly(client, 4))
            startup = struct.pack("!i", length) + _exactly(client, length - 4)
            own = self._open(startup)
            _forward_until_ready(own, client)
            backend: socket.socket | None = own
            while True:
                if backend is not None and self._by_transaction:
                    self._put_back(backend)
                    backend = None
                status = b""
                while status != _IDLE:
                    message = _message(client)
                    if message[:1] == b"X":
                        return
                    backend = backend or self._take()
                    backend.sendall(message)
                    status = _forward_until_ready(backend, client)

    def _open(self, startup: bytes) -> socket.socket:
        backend = socket.socket(socket.AF_UNIX)
        self._opened.append(backend)
        backend.connect(self._target)
        backend.sendall(startup)
        return backend

    def _take(self) -> socket.socket:
        with self._lock:
            return self._idle.pop()

    def _put_back(self, backend: socket.socket) -> None:
        with self._lock:
            self._idle.append(backend)


def _exactly(line: socket.socket, count: int) -> bytes:
    parts = b""
    while len(parts) < count:
        part = line.recv(count - len(parts))
        if not part:
            raise ConnectionResetError
        parts += part
    return parts


def _message(line: socket.socket) -> bytes:
    """One message: a kind, a length that counts itself, and the rest."""
    head = _exactly(line, 5)
    return head + _exactly(line, struct.unpack("!i", head[1:])[0] - 4)


def _forward_until_ready(backend: socket.socket, client: socket.socket) -> bytes:
    """Hand on the answer up to ReadyForQuery; gives its status, idle or within a transaction."""
    while True:
        message = _message(backend)
        client.sendall(message)
        if message[:1] == _READY:
            return message[5:6]
