"""What narrows, sorts and pages a list: all of it stands in the address."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

PAGE_SIZE = 30

Row = TypeVar("Row", bound=Model)
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


def sorted_by(request: HttpRequest, rows: QuerySet[Row], fields: Mapping[str, str], default: str) -> QuerySet[Row]:
    """Sort as `?sort=name` or `?sort=-name` says; the key settles equal rows, so that pages never overlap."""
    asked = request.GET.get("sort", "")
    field = fields.get(asked.removeprefix("-"))
    if field is None:
        return rows.order_by(default, "-pk")
    sign = "-" if asked.startswith("-") else ""
    return rows.order_by(f"{sign}{field}", f"{sign}pk")


def page_of(request: HttpRequest, rows: QuerySet[Any, Any] | Sequence[Any], size: int = PAGE_SIZE) -> Page[Any]:
    """The page that `?page=` asks for. Of a table first the keys are sorted, then only one page's rows are read."""
    asked = request.GET.get("page")
    if not isinstance(rows, QuerySet) or rows.query.combinator or rows.query.values_select:
        return Paginator(rows, size).get_page(asked)
    keys = Paginator(rows.values_list("pk", flat=True), size).get_page(asked)
    found = {row.pk: row for row in rows.order_by().filter(pk__in=list(keys))}
    return Page([found[pk] for pk in keys if pk in found], keys.number, keys.paginator)


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """Give a form's choice field what can be chosen now."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is not a choice.")
    field.choices = list(choices)


def offer_rows(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Give a form's field for rows what can be chosen now."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} is no choice of rows.")
    field.queryset = rows
