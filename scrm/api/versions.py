"""Which version of a resource an answer shows, and which one a caller speaks of: ETag, If-None-Match, If-Match."""

import hashlib
import json
from typing import Any

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder


def etag_of(data: Any) -> str:
    """A name for exactly this content."""
    text = json.dumps(data, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return f'"{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"'


def versioned(request: Request, response: Response) -> Response:
    """The answer with its ETag; nothing but that for a caller who has it already."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or not hasattr(response, "data"):
        return response
    etag = response.get("ETag") or etag_of(response.data)
    if _names(request.headers.get("If-None-Match", ""), etag):
        response.status_code, response.data = 304, None
    response["ETag"] = etag
    # Whoever keeps it asks each time whether it still holds.
    response["Cache-Control"] = "private, no-cache"
    return response


def is_expected(request: Request, data: Any) -> bool:
    """Whether this content is what `If-Match` speaks of; without one anything is."""
    asked = request.headers.get("If-Match")
    return asked is None or _names(asked, etag_of(data))


def _names(header: str, etag: str) -> bool:
    asked = parse_etags(header)
    # A proxy that packs an answer makes its ETag a weak one.
    return asked == ["*"] or etag in [each.removeprefix("W/") for each in asked]
