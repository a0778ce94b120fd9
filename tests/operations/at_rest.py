"""All that an installation keeps, as somebody reads it who has its disk, its Redis and its log, and no key."""

import io
import logging
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import redis
import structlog
from django.conf import settings
from django.db import connection
from django_tenants.utils import schema_context

from scrm.core import logs

_HEX: Final = re.compile(rb"\\x((?:[0-9a-f]{2})+)")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_DEPTH: Final = 3
"""A message of the queue is base64 in JSON; a session is compressed within base64."""

Places = dict[str, bytes]


def everything(schemas: Iterable[str], lines: io.StringIO) -> Places:
    """What lies where: each table of the schemas, each key of Redis, each file, the log."""
    found: Places = {"log": lines.getvalue().encode()}
    for schema in schemas:
        found.update(_tables(schema))
    found.update(_redis())
    root = Path(settings.MEDIA_ROOT)
    for path in root.rglob("*"):
        if path.is_file():
            found[f"file {path.relative_to(root)}"] = path.read_bytes()
    return found


def plain(places: Places, secrets: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    """Where which secret can be read, in capitals or not, packed or not."""
    return {
        (place, name)
        for place, content in places.items()
        for layer in _unpacked(content, _DEPTH)
        for name, spellings in secrets.items()
        if any(each.lower().encode() in layer.lower() for each in spellings)
    }


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Every line meanwhile, as the product writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=logs.json_lines, foreign_pre_chain=logs.pre_chain)
    )
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield stream
    finally:
        root.removeHandler(handler)


def _tables(schema: str) -> Iterator[tuple[str, bytes]]:
    # As the owner of all: a tenant's role reads its own tables only.
    with schema_context("public"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'm')", [schema]
        )
        for (name,) in cursor.fetchall():
            rows = io.BytesIO()
            cursor.copy_expert(f'COPY "{schema}"."{name}" TO STDOUT', rows)
            yield f"table {schema}.{name}", rows.getvalue()


def _redis() -> Iterator[tuple[str, bytes]]:
    store = redis.Redis.from_url(settings.REDIS_URL)
    read: dict[bytes, Any] = {
        b"string": lambda key: [store.get(key)],
        b"list": lambda key: store.lrange(key, 0, -1),
        b"set": store.smembers,
        b"zset": lambda key: store.zrange(key, 0, -1),
        b"hash": lambda key: [part for pair in store.hgetall(key).items() for part in pair],
    }
    with store:
        for key in store.scan_iter():
            values = read[store.type(key)](key)
            yield f"redis {key.decode()}", b"\n".join([key, *(value for value in values if value)])


def _unpacked(content: bytes, depth: int) -> Iterator[bytes]:
    yield content
    if depth == 0:
        return
    # COPY writes the backslash of a bytea twice.
    for found in _HEX.finditer(content.replace(b"\\\\x", b"\\x")):
        yield from _unpacked(bytes.fromhex(found[1].decode()), depth - 1)
    for found in _BASE64.finditer(content):
        with suppress(ValueError):
            inner = b64decode(found[0].rstrip(b"=") + b"==", altchars=b"-_" if _is_urlsafe(found[0]) else None)
            yield from _unpacked(_inflated(inner), depth - 1)


def _is_urlsafe(text: bytes) -> bool:
    return b"-" in text or b"_" in text


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error:
        return content
