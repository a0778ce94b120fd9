"""Keeps phones and e-mails that somebody searched for out of addresses, which histories and logs keep."""

from typing import Final

from django.http import HttpRequest, HttpResponse

_DIGITS_OF_A_PHONE: Final = 4


def looks_like_identity(text: str) -> bool:
    return "@" in text or sum(letter.isdigit() for letter in text) >= _DIGITS_OF_A_PHONE


def address_without_search(request: HttpRequest) -> str:
    """This request's address without what was searched for."""
    query = request.GET.copy()
    query.pop("q", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def hide_identity(request: HttpRequest, answer: HttpResponse) -> None:
    """Let the browser put no phone or e-mail into its address bar."""
    if looks_like_identity(request.GET.get("q", "")):
        answer["HX-Push-Url"] = address_without_search(request)
