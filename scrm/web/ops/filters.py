"""What narrows, sorts and pages a list: all of it stands in the address."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from scrm.web.filter_form import Choices as Choices
from scrm.web.filter_form import FilterForm as FilterForm

PAGE_SIZE = 30

Row = TypeVar("Row", bound=Model)


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
