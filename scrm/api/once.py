"""Requests that may come twice: named by a key, they are answered once; and a row is changed only as it was read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from exchange.idempotency import KEY_MAX, Answer, KeyReused
from scrm.api.authentication import caller_of, moment_of
from scrm.api.errors import Refusal, Refused, refusal
from scrm.api.versions import etag_of, is_expected
from scrm.flows.once import request_arrived, row_as_read

REPLAYED: Final = "Idempotency-Replayed"
IDEMPOTENT: Final = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Names the request: sent again, it changes nothing."
)
IF_MATCH: Final = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="An ETag: only while it is so, else 412."
)


def key_of(request: Request) -> str:
    """The Idempotency-Key of a request; empty without one."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_MAX or not key.isprintable():
        reason = _("An Idempotency-Key has at most %(limit)s printable characters.") % {"limit": KEY_MAX}
        raise Refused([refusal("Idempotency-Key", "max_length", reason)])
    return key


def answered_once(request: Request, work: Callable[[], Answer], *, key: str, said: Any, now: datetime) -> Answer:
    """Do the work for the first request that says this, and repeat its answer to every later one."""
    try:
        return request_arrived(caller=caller_of(request), key=key or None, request=said, work=work, now=now)
    except KeyReused as error:
        reason = _("This Idempotency-Key was used for another request.")
        fix = _("Send each new request with a key of its own, and a repeated one unchanged.")
        raise Refused([Refusal("Idempotency-Key", "key_reused", reason, fix)], status=422) from error


def created_once(
    request: Request,
    make: Callable[[datetime], Model],
    read: Callable[[UUID], Model | None],
    shape: Callable[[Model], BaseSerializer[Any]],
) -> Response:
    """Make a row, and show it as it is now; with a key its id alone is kept, for what it says may be personal."""
    made: list[Model] = []
    now = moment_of(request)

    def work() -> Answer:
        made.append(make(now))
        return Answer(status=201, body={"id": str(made[0].pk)})

    said = {"address": request.path, "body": request.data}
    answer = answered_once(request, work, key=key_of(request), said=said, now=now)
    # Whoever gives it to somebody out of their sight is shown it this once.
    row = read(UUID(answer.body["id"])) or (made[0] if made else None)
    if row is None:
        raise Http404
    data = shape(row).data
    headers = {"ETag": etag_of(data), **({REPLAYED: "true"} if answer.replayed else {})}
    return Response(data, status=200 if answer.replayed else answer.status, headers=headers)


def changed_as_read(
    request: Request,
    hold: Callable[[], object],
    change: Callable[[], object],
    read: Callable[[], Model | None],
    shape: Callable[[Model], BaseSerializer[Any]],
) -> Response:
    """Change a row and show it; with If-Match only while nobody changed it since the caller read it."""
    before: list[Model] = []

    def is_as_read() -> bool:
        row = read()
        if row is None:
            raise Http404
        before.append(row)
        return is_expected(request, shape(row).data)

    if not row_as_read(hold, is_as_read, change):
        reason = _("It was changed since you read it.")
        raise Refused([refusal("If-Match", "changed_meanwhile", reason)], status=412)
    # Whoever gives it to somebody out of their sight sees it no more.
    data = shape(read() or before[0]).data
    return Response(data, headers={"ETag": etag_of(data)})
