"""Small answers that every page of the dashboard gives."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render

from scrm.web.access import Visit
from scrm.web.searches import hide_identity


def page_or_part(request: Visit, template: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its part where htmx asks for it."""
    answer = render(request, f"{template}#{part}" if _wants_part(request) else template, context)
    # The same address has two bodies: a browser's cache must not mix them up.
    answer["Vary"] = "HX-Request"
    hide_identity(request, answer)
    return answer


def form_page(request: Visit, template: str, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    """A page with a form; 422 when what was sent can't be taken."""
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound and form.errors else 200)


def take_errors(form: forms.Form, error: ValidationError) -> None:
    """Put a service's refusal beside the fields it speaks of."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def first_message(error: ValidationError) -> str:
    return str(error.messages[0])


def _wants_part(request: Visit) -> bool:
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
