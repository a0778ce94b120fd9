"""The rows that were ticked in a list."""

from contextlib import suppress
from typing import Final
from uuid import UUID

from django.http import HttpRequest

_MOST: Final = 500


def ticked_ids(request: HttpRequest) -> list[UUID]:
    """The ids that were sent, without what is none."""
    found = []
    for text in request.POST.getlist("ids")[:_MOST]:
        with suppress(ValueError):
            found.append(UUID(text))
    return found
