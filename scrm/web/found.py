"""What was found, and why: names with what was typed marked in them."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.selectors import Reason


def marked(name: str, reason: Reason) -> SafeString:
    """The name with the places marked that were asked for."""
    parts: list[tuple[str, SafeString]] = []
    behind = 0
    for begin, end in reason.shown:
        if begin >= behind:
            parts.append((name[behind:begin], format_html("<mark>{}</mark>", name[begin:end])))
            behind = end
    return format_html("{}{}", format_html_join("", "{}{}", parts), name[behind:])


def why(reason: Reason) -> str:
    """What besides the name led here, in words; empty where it was the name."""
    if reason.called:
        return f"{reason.called} {reason.hint}"
    if reason.by == "company":
        return _("at %(company)s") % {"company": reason.hint}
    return _("by this id") if reason.by == "id" else ""
