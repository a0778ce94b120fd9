"""A channel over HTTP to the provider double: time-outs, no retries, no redirects followed."""

import http.client
import json
import os
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from campaigns.channels.base import ChannelDown, Delivered, OutcomeUnknown, Refused
from campaigns.enums import Closure
from campaigns.inputs import Message
from scrm.core import failpoints
from scrm.core.tenancy import schema_name
from tests.doubles.provider import HOST, SETTING


class HttpChannel:
    """One connection per batch. What is not a clear yes or no leaves the outcome unknown."""

    batch_size = 20

    def __init__(self) -> None:
        told = json.loads(os.environ[SETTING])
        self.timeout_seconds = float(told["timeout"])
        self._port = int(told["port"])
        self._keyed = frozenset(told["keyed"])
        self._blind = frozenset(told["blind"])
        self._line: http.client.HTTPConnection | None = None

    def open(self) -> None:
        self.close()
        self._line = http.client.HTTPConnection(HOST, self._port, timeout=self.timeout_seconds)
        try:
            self._line.connect()
        except OSError as error:
            self._line = None
            raise ChannelDown(Closure.UNREACHABLE, type(error).__name__) from error

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def send(self, message: Message) -> Delivered:
        if self._line is None:
            self.open()
        line: Any = self._line
        body = json.dumps(
            {"key": _key(message.touchpoint_id), "to": message.to, "subject": message.subject, "body": message.body}
        )
        try:
            line.request("POST", "/messages", body=body.encode(), headers={"Content-Type": "application/json"})
            failpoints.passed("http.sent")
            status, answer, asked = _read(line, self.timeout_seconds)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise OutcomeUnknown(type(error).__name__) from error
        except BaseException:
            self.close()
            raise
        return self._judge(status, answer, asked)

    def look_up(self, touchpoint_ids: Sequence[int]) -> dict[int, str | None] | None:
        """A provider that honours keys need not be asked: what it has, it will not take again."""
        schema = schema_name()
        if schema in self._blind:
            return None
        if schema in self._keyed:
            return dict.fromkeys(touchpoint_ids)
        line = http.client.HTTPConnection(HOST, self._port, timeout=self.timeout_seconds)
        try:
            line.request("GET", "/messages?" + urlencode([("key", _key(pk)) for pk in touchpoint_ids]))
            found = json.loads(line.getresponse().read())
        except (OSError, ValueError, http.client.HTTPException):
            return {}
        finally:
            line.close()
        return {pk: found.get(_key(pk)) for pk in touchpoint_ids}

    def _judge(self, status: int, answer: bytes, asked: float | None) -> Delivered:
        if status == 429:
            raise ChannelDown(Closure.QUOTA, retry_after=asked)
        if status in (400, 422):
            raise Refused(f"HTTP {status}", permanent=True)
        try:
            if status == 200:
                return Delivered(json.loads(answer)["reference"])
        except (ValueError, KeyError, TypeError):
            pass
        self.close()
        raise OutcomeUnknown(f"HTTP {status}")


def _read(line: http.client.HTTPConnection, seconds: float) -> tuple[int, bytes, float | None]:
    """Status, body and Retry-After within so many seconds altogether; OSError when it takes longer."""
    ends = time.monotonic() + seconds
    answer = line.getresponse()
    parts = []
    while part := answer.read1(65536):
        parts.append(part)
        if time.monotonic() > ends:
            raise TimeoutError
    if answer.length:
        raise http.client.IncompleteRead(b"".join(parts), answer.length)
    answer.close()
    asked = answer.headers.get("Retry-After", "")
    return answer.status, b"".join(parts), float(asked) if asked.isdigit() else None


def _key(touchpoint_id: int) -> str:
    return f"{schema_name()}.{touchpoint_id}"
