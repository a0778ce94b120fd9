"""What a caller is told when a request broke: 503 while the database is away, so that they try again; else 500."""

import sys
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.defaults import server_error

log = structlog.get_logger(__name__)

_AGAIN_AFTER: Final = "5"


def answer_broken(request: HttpRequest) -> HttpResponse:
    answer = _page(request)
    if is_outage(sys.exc_info()[1]):
        answer.status_code = 503
        answer["Retry-After"] = _AGAIN_AFTER
    return answer


def _page(request: HttpRequest) -> HttpResponse:
    try:
        page: HttpResponse = server_error(request)
    except Exception as error:
        # An error in here would take the place of the one that is to be told and logged.
        log.error("error_page.broke", error=type(error).__name__, exc_info=True)
        page = HttpResponseServerError(
            format_html("<!doctype html><title>{0}</title><h1>{0}</h1>", _("Something broke"))
        )
    return page


def is_outage(error: BaseException | None) -> bool:
    """The database is away, full or overloaded. A line cut in the middle of an answer is an error without a kind."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
