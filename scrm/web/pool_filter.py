"""What narrows the list of the public pool, on the dashboard and on the phone."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leads.enums import Rating
from leads.models import Lead
from leads.selectors import pool_cities, source_choices
from scrm.web.filter_form import FilterForm


class PoolFilter(FilterForm):
    """`narrow` is for the phone: an open choice says what it is about, and no more."""

    def __init__(self, request: HttpRequest, rows: QuerySet[Lead], *, narrow: bool = False) -> None:
        super().__init__(request)
        del self.fields["q"]
        cities = [(city, city) for city in pool_cities(rows)]
        self.choose("city", _("City"), _("City") if narrow else pgettext_lazy("filter", "Any city"), cities)
        sources = [("none", _("No source")), *source_choices()]
        self.choose("source", _("Source"), _("Source") if narrow else _("Any source"), sources)
        ratings = [*Rating.choices, ("none", _("Not rated"))]
        self.choose("rating", _("Rating"), _("Rating") if narrow else _("Any rating"), ratings)
