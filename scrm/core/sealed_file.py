"""A file that only this installation's master key opens, and that shows when it was cut or altered.

Salt and check value, then chunks sealed with AES-GCM. A chunk's nonce is its number and whether it is
the last, so chunks can't be swapped, left out or cut off; the key is the file's own.
"""

import io
import os
from typing import IO, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from scrm.core.crypto import parse_master_key

_MAGIC: Final = b"SCRMSEAL1\n"
_SALT: Final = 16
_CHECK: Final = 8
_HEADER: Final = len(_MAGIC) + _SALT + _CHECK
_TAG: Final = 16
CHUNK: Final = 1 << 16


class SealedFileError(Exception):
    """The file is none of ours, under another master key, cut or altered."""


class SealingWriter(io.RawIOBase):
    """Seals what is written into `target`; only `close` makes the file whole."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        salt = os.urandom(_SALT)
        self._cipher, self._header = _keys(salt)
        self._target.write(self._header)
        self._kept = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._kept += view
        # One chunk is kept back: only at the end it is known which is the last.
        while len(self._kept) > CHUNK:
            self._put(bytes(self._kept[:CHUNK]), last=False)
            del self._kept[:CHUNK]
        return len(view)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._kept), last=True)
            super().close()

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads and seeks in what `SealingWriter` made. SealedFileError."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        header = source.read(_HEADER)
        if len(header) < _HEADER or not header.startswith(_MAGIC):
            raise SealedFileError("This is no file that was sealed here.")
        self._cipher, self._header = _keys(header[len(_MAGIC) : len(_MAGIC) + _SALT])
        if header != self._header:
            raise SealedFileError("The file was sealed under another master key.")
        body = source.seek(0, os.SEEK_END) - _HEADER
        self._chunks, rest = divmod(body, CHUNK + _TAG)
        if rest:
            self._chunks += 1
        if self._chunks == 0 or 0 < rest < _TAG:
            raise SealedFileError("The file was cut.")
        self._size = body - self._chunks * _TAG
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def verify(self) -> None:
        """Open every chunk; what was cut or altered anywhere shows."""
        for number in range(self._chunks):
            self._chunk(number)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, skip = divmod(self._at, CHUNK)
        found = self._chunk(number)[skip : skip + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._source.seek(_HEADER + number * (CHUNK + _TAG))
            sealed = self._source.read(CHUNK + _TAG)
            try:
                plain = self._cipher.decrypt(_nonce(number, last=number == self._chunks - 1), sealed, self._header)
            except InvalidTag as error:
                raise SealedFileError("The file was cut or altered.") from error
            self._held = (number, plain)
        return self._held[1]


def _keys(salt: bytes) -> tuple[AESGCM, bytes]:
    """The file's cipher and its header."""
    master = parse_master_key(settings.SCRM_MASTER_KEY)
    made = HKDF(hashes.SHA256(), 32 + _CHECK, salt=salt, info=b"scrm sealed file").derive(master)
    return AESGCM(made[:32]), _MAGIC + salt + made[32:]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
