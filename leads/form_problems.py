"""Decides what a form's draft lacks before it can be published. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from leads.enums import FieldKind
from leads.form_content import BETWEEN, CHOOSING, NAMED, PERSONAL, Content, Question

_ANSWERABLE = (FieldKind.PHONE, FieldKind.EMAIL)


def problems(content: Content) -> dict[str, str]:
    """What is missing or wrong, by its place: `title`, or `2.label` for the third question."""
    found: dict[str, str] = {}
    if not content.title:
        found["title"] = _("Give the page a title.")
    if content.next_url and not is_safe_address(content.next_url):
        found["next_url"] = _("Write a whole address that begins with https://.")
    always = [each for each in content.questions if each.kind in _ANSWERABLE and each.show is None]
    if not always:
        found["questions"] = _("Ask everybody for the phone or the e-mail, else nobody can answer.")
    for place, question in enumerate(content.questions):
        for name, text in _of_question(content, place, question):
            found.setdefault(f"{place}.{name}", text)
    return found


def is_safe_address(text: str) -> bool:
    """Whether it is a whole https address that shows plainly where it leads."""
    try:
        URLValidator(schemes=["https"])(text)
        parts = urlsplit(text)
    except (ValidationError, ValueError):
        return False
    return parts.username is None and parts.password is None and "\\" not in text and "@" not in parts.netloc


def _of_question(content: Content, place: int, question: Question) -> Iterator[tuple[str, str]]:
    before = content.questions[:place]
    if not question.label:
        yield "label", _("Write what is asked.")
    is_asked = any(each.kind == question.kind and each.field == question.field for each in before)
    if is_asked and question.kind in (*PERSONAL, *NAMED):
        yield "kind", _("This is asked twice.")
    elif question.label and any(each.label == question.label for each in before):
        yield "label", _("“%(question)s” stands there twice.") % {"question": question.label}
    if question.kind in CHOOSING:
        if len(question.choices) < 2:
            yield "choices", _("Offer two choices at least.")
        if any(BETWEEN.strip() in each.label for each in question.choices):
            yield "choices", _("A choice can't hold a semicolon.")
    if question.show is not None:
        asked = next((each for each in before if each.id == question.show.id), None)
        if asked is None:
            yield "show", _("The question that this depends on must stand above it.")
        elif asked.offered and not set(question.show.values) <= set(asked.offered):
            yield "show", _("An answer that this depends on is not offered any more.")
