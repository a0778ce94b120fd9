"""What a caller is told when a request broke: 503 while the database is away, so that they try again; else 500."""

import sys
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

_AGAIN_AFTER: Final = "5"


def answer_broken(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = server_error(request)
    if is_outage(sys.exc_info()[1]):
        answer.status_code = 503
        answer["Retry-After"] = _AGAIN_AFTER
    return answer


def is_outage(error: BaseException | None) -> bool:
    """The database is away, full or overloaded. A line cut in the middle of an answer is an error without a kind."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
