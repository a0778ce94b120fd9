"""What other systems push leads to: proved, stored, and only then answered."""

from http.client import TOO_MANY_REQUESTS
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from exchange.payloads import LARGEST, UnreadablePayload
from exchange.selectors import endpoint_by_code
from scrm.core import clock
from scrm.core.ids import CODE_ALPHABET
from scrm.core.rates import spend
from scrm.flows.hooks_in import NotGenuine, message_pushed

PER_MINUTE: Final = 6_000
_LETTERS: Final = frozenset(CODE_ALPHABET)


@csrf_exempt
@require_POST
def arrive(request: HttpRequest, code: str) -> HttpResponse:
    """200 once the message is stored, or was before; what can't be stored now is a 503 from whatever broke."""
    endpoint = endpoint_by_code(code) if len(code) <= 40 and _LETTERS.issuperset(code) else None
    if endpoint is None:
        return _refused(404, _("There is nothing at this address."))
    budget = spend(f"hook:{endpoint.pk}", limit=PER_MINUTE, seconds=60)
    if budget is not None and budget.is_overdrawn:
        answer = _refused(TOO_MANY_REQUESTS, _("This is too often. Send it again later."))
        answer["Retry-After"] = str(budget.resets_in)
        return answer
    try:
        body = _body_of(request)
        pushed = message_pushed(
            endpoint,
            body=body,
            content_type=request.headers.get("Content-Type", ""),
            headers=request.headers,
            now=clock.now(),
        )
    except NotGenuine:
        # One answer for a missing, wrong and outworn signature: none says how near it was.
        return _refused(403, _("The signature is missing or wrong."))
    except UnreadablePayload as error:
        return _refused(error.status, error.message)
    return _answer({"received": True, "duplicate": pushed.message is None})


def _body_of(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length") or "0"
    if length.isdigit() and int(length) > LARGEST:
        raise UnreadablePayload(_("The body is larger than 1 MB."), 413)
    try:
        return request.read(LARGEST + 1)
    except (UnreadablePostError, RawPostDataException, OSError) as error:
        raise UnreadablePayload(_("The body did not come through.")) from error


def _refused(status: int, message: str) -> HttpResponse:
    return _answer({"received": False, "error": message}, status)


def _answer(body: dict[str, object], status: int = 200) -> HttpResponse:
    answer = JsonResponse(body, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
