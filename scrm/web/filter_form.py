"""The filters of a list: choices that stand in its address, and the chips of those that are chosen."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

Choices = Sequence[tuple[str, Any]]


class PlainSelect(forms.Select):
    """A select without groups, drawn in one go: Django's own renders two templates for every option."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (option["value"], flatatt(option["attrs"]), option["label"])
                for _group, options, _index in widget["optgroups"]
                for option in options
            ),
        )
        return format_html('<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), options)


class FilterForm(forms.Form):
    """The filters of a list; a value that can't be is left out, as if it were not there."""

    q = forms.CharField(label=_("Search"), required=False, max_length=120)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET, auto_id="filter-%s")
        self._query = request.GET
        self._labels: dict[str, dict[str, Any]] = {}

    def choose(self, name: str, label: Any, anything: Any, choices: Choices) -> None:
        """Offer a choice, labelled for screen readers and in the chips of active filters."""
        field = forms.ChoiceField(required=False, label=label, choices=[("", anything), *choices], widget=PlainSelect)
        field.widget.attrs["aria-label"] = label
        self.fields[name] = field
        self._labels[name] = dict(choices)

    @property
    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def selects(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "q"]

    @property
    def chips(self) -> list[dict[str, str]]:
        """What is chosen, each with the address of the list without it."""
        chips = []
        for name, value in self.chosen.items():
            rest = self._query.copy()
            rest.pop(name, None)
            rest.pop("page", None)
            shown = self._labels.get(name, {}).get(value, value)
            label = str(self.fields[name].label)
            chips.append({"label": label, "value": str(shown), "url": f"?{rest.urlencode()}"})
        return chips
