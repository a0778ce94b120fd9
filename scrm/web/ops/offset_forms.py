"""When a step is due, as people enter it."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.timing import weekday_names
from campaigns.timing.checks import MAX_TIMES
from contacts.selectors import date_names
from scrm.web.ops.filters import Choices, offer

KINDS: Final = (
    (
        _("After T"),
        (
            ("immediately", _("At once")),
            ("minutes", _("Minutes after T")),
            ("hours", _("Hours after T")),
            ("days", _("Days after T, at a time")),
            ("weeks", _("Weeks after T, at a time")),
            ("workdays", _("Working days after T, at a time")),
            ("moment", _("Days after T, when they usually buy")),
        ),
    ),
    (
        _("On a day that comes"),
        (
            ("weekday", _("On a weekday, at a time")),
            ("weekend", _("At the weekend, at a time")),
            ("monthly", _("On a day of the month, at a time")),
            ("fixed", _("On a date, at a time")),
        ),
    ),
    (
        _("Around a date of the customer"),
        (
            ("date", _("Around a date of theirs, such as a birthday")),
            ("next_order", _("Around their expected next order")),
        ),
    ),
)
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "minutes": ("n",),
    "hours": ("n",),
    "days": ("n", "at"),
    "weeks": ("n", "at"),
    "workdays": ("n", "at"),
    "moment": ("n", "at"),
    "weekday": ("weekday", "n", "at", "times"),
    "weekend": ("at",),
    "monthly": ("day", "at", "times"),
    "fixed": ("date", "at"),
    "date": ("field", "n", "side", "at", "yearly", "times"),
    "next_order": ("n", "side", "at"),
}
_ALL: Final = ("kind", "n", "side", "weekday", "day", "date", "field", "yearly", "at", "times")
_OPTIONAL: Final = frozenset({("weekday", "n"), ("weekday", "times"), ("monthly", "times"), ("date", "times")})
_LABELS: Final = {
    ("weekday", "n"): _("Weeks later"),
    ("moment", "at"): _("At, where that is not known"),
    ("monthly", "day"): _("Day of the month"),
}
_AT_OWN: Final = _("In the contact's own time zone.")
_HELP: Final = {
    ("monthly", "day"): _("A month without that day has its last one."),
    ("date", "times"): _("Where it returns every year."),
}
BEFORE: Final = "before"


def date_choices() -> Choices:
    """The dates of customers that a rule may count from."""
    return [("", _("Choose")), *date_names().items()]


class OffsetForm(forms.Form):
    """A time rule in parts. It may be saved unfinished: what is missing is told, not refused."""

    kind = forms.ChoiceField(label=_("When"), choices=KINDS)
    n = forms.IntegerField(label=_("How many"), required=False, min_value=0)
    side = forms.ChoiceField(
        label=_("Days"), required=False, choices=(("after", _("days after")), (BEFORE, _("days before")))
    )
    weekday = forms.TypedChoiceField(
        label=pgettext_lazy("weekday", "Day"), required=False, coerce=int, empty_value=None
    )
    day = forms.IntegerField(label=_("Day"), required=False, min_value=1, max_value=31)
    date = forms.DateField(label=_("Date"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    field = forms.ChoiceField(label=_("Date of theirs"), required=False)
    yearly = forms.BooleanField(label=_("Returns every year"), required=False)
    at = forms.TimeField(
        label=_("At"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    times = forms.IntegerField(label=_("Times"), required=False, min_value=1, max_value=MAX_TIMES)

    def __init__(self, *args: Any, dates: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "weekday", [(str(day), name) for day, name in enumerate(weekday_names())])
        offer(self, "field", dates)

    @property
    def shown_kind(self) -> str:
        return str(self["kind"].value() or "immediately")

    @property
    def time_fields(self) -> list[tuple[forms.BoundField, Any, bool, Any]]:
        """What this kind of rule asks for: field, label, whether it may be empty, help."""
        kind = self.shown_kind
        return [
            (
                self[name],
                _LABELS.get((kind, name), self[name].label),
                (kind, name) in _OPTIONAL,
                _HELP.get((kind, name), _AT_OWN if name == "at" else ""),
            )
            for name in _FIELDS.get(kind, ())
        ]

    def to_offset(self) -> dict[str, Any]:
        """The rule as the draft keeps it; what can't be read is left out."""
        kind = self.cleaned_data.get("kind") or "immediately"
        said = {name: self.cleaned_data.get(name) for name in _FIELDS.get(kind, ())}
        n = said.get("n")
        if said.pop("side", None) == BEFORE and n is not None:
            said["n"] = -n
        if not said.get("yearly", True):
            del said["yearly"]
        given = {name: _plain(value) for name, value in said.items() if value not in (None, "")}
        return {"kind": kind, **given}

    @staticmethod
    def initial_of_offset(offset: Mapping[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = {name: offset.get(name) for name in _ALL}
        n = offset.get("n")
        if isinstance(n, int) and n < 0:
            shown.update(n=-n, side=BEFORE)
        return shown


def _plain(value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else value
