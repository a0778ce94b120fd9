"""The one shape in which the API says no: what, where, why and how to put it right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelInvalid
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from scrm.api.parsing import UNSTORABLE

_FIXES: Final[dict[str, str | Promise]] = {
    "required": _("Add this field."),
    "null": _("Give a value or leave the field out."),
    "blank": _("Give a value or leave the field out."),
    "empty": _("Give one at least."),
    "max_length": _("Shorten it."),
    "invalid_choice": _("Choose one of the values that the documentation lists."),
    "unknown_field": _("Leave it out, or put it under attributes."),
    "parse_error": _("Send a JSON object in UTF-8."),
    "unsupported_media_type": _("Send JSON with Content-Type: application/json."),
    "not_authenticated": _("Send the header Authorization: Bearer with an API key, or log in."),
    "invalid_key": _("Use a key that is neither revoked nor expired; keys are made under Settings."),
    "address_not_allowed": _("Call from an address that the key allows, or make a key that allows yours."),
    "authentication_failed": _("Log in again."),
    "permission_denied": _("Ask an administrator for a key or role that may do this."),
    "not_found": _("Check the id: it may belong to another business or be out of your reach."),
    "method_not_allowed": _("See /api/docs/ for what this address answers."),
    "too_large": _("Send several smaller batches."),
    "unknown": _("Check the id: it may belong to another business or be out of your reach."),
    "not_yours": _("Ask whoever logged it, or log what is right beside it."),
    "changed_meanwhile": _("Read it again, and send what you want to change with its new ETag."),
    "merged": _("Follow Location: the other has everything, and this id leads there."),
    "reveals_spent": _("Wait as long as Retry-After says."),
    "throttled": _("Wait as long as Retry-After says."),
}
_WITH_A_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_ELSE: Final = _("See /api/docs/ for what is expected here.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that is wrong; `field` is where, such as `leads.3.phone`, or empty."""

    field: str
    code: str
    reason: str
    fix: str

    def under(self, path: str) -> "Refusal":
        return Refusal(".".join(filter(None, [path, self.field])), self.code, self.reason, self.fix)

    def as_json(self) -> dict[str, str]:
        """What is told, and kept for a request that is repeated: a name that nobody can write down is not quoted."""
        return {name: UNSTORABLE.sub("\ufffd", text) for name, text in asdict(self).items()}


class ErrorOut(serializers.Serializer):
    field = serializers.CharField(help_text="Where, such as leads.3.phone; empty for the whole request.")
    code = serializers.CharField(help_text="For programs.")
    reason = serializers.CharField(help_text="What is wrong, for people.")
    fix = serializers.CharField(help_text="What to do about it.")


# Made by a function, for a serializer has an attribute `errors` of its own.
ErrorsBody = inline_serializer("Errors", {"errors": ErrorOut(many=True)})


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = _("The body is too large.")


class Merged(exceptions.APIException):
    """What is asked for became part of something else, which stands at `address`."""

    status_code = 307
    default_code = "merged"
    default_detail = _("This contact was merged into another.")

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class Refused(exceptions.APIException):
    """A request that is understood and not accepted: 422 where it has a body, else 400."""

    def __init__(self, refusals: Sequence[Refusal], *, status: int = 400) -> None:
        super().__init__()
        self.refusals = refusals
        self.status_code = status


def refusal(field: str, code: str, reason: Any) -> Refusal:
    return Refusal(field, code, str(reason), str(_FIXES.get(code, _ELSE)))


def refusals_in(detail: Any, path: str = "") -> Iterator[Refusal]:
    """Each leaf of DRF's nested error details, with the way to it."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name in ("non_field_errors", NON_FIELD_ERRORS) else str(name)
            yield from refusals_in(inner, ".".join(filter(None, [path, step])))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            deeper = f"{path}.{index}".lstrip(".") if isinstance(inner, Mapping | list) else path
            yield from refusals_in(inner, deeper)
    elif detail:
        yield refusal(path, getattr(detail, "code", "invalid"), detail)


def body_of(refusals: Iterable[Refusal]) -> dict[str, list[dict[str, str]]]:
    return {"errors": [each.as_json() for each in refusals]}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: its statuses and headers, our body."""
    if isinstance(error, ModelInvalid):
        details = error.message_dict if hasattr(error, "error_dict") else error.messages
        error = exceptions.ValidationError(details)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = exception_handler(error, context)
    if response is None:
        return None
    if _is_about_a_body(error, context):
        response.status_code = 422
    if isinstance(error, Refused):
        response.data = body_of(error.refusals)
    elif isinstance(error, exceptions.ValidationError):
        response.data = body_of(refusals_in(error.detail))
    else:
        response.data = body_of([_plain(error, response)])
    if isinstance(error, Merged):
        response["Location"] = error.address
    return response


def _is_about_a_body(error: Exception, context: dict[str, Any]) -> bool:
    """Whether JSON was read, and what it says can't be taken in; what is no JSON stays 400."""
    refused = isinstance(error, Refused | exceptions.ValidationError) and error.status_code == 400
    return refused and context["request"].method in _WITH_A_BODY


def _plain(error: Exception, response: Response) -> Refusal:
    if isinstance(error, exceptions.APIException):
        detail: Any = error.detail
        return refusal("", getattr(detail, "code", error.default_code), detail)
    # Django's own Http404 and PermissionDenied.
    code = "not_found" if response.status_code == 404 else "permission_denied"
    known = exceptions.NotFound if code == "not_found" else exceptions.PermissionDenied
    return refusal("", code, known.default_detail)
