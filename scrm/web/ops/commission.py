"""Commission rates of dealers: each from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.selectors import department_list
from analytics.dealers import commission_rate_get, commission_rates
from analytics.models import CommissionRate
from analytics.services import remove_commission_rate, set_commission_rate
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.reports import EARLIEST, today


class RateForm(forms.Form):
    department = forms.ModelChoiceField(
        label=gettext_lazy("Dealer or department"),
        queryset=department_list(),
        help_text=gettext_lazy("It holds for those below it too, unless they have a rate of their own."),
    )
    percent = forms.DecimalField(
        label=gettext_lazy("Percent of the amount"), min_value=0, max_value=100, max_digits=6, decimal_places=3
    )
    from_on = forms.DateField(
        label=gettext_lazy("From"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Until the next one begins. Deals won since then are counted anew."),
    )

    def clean_from_on(self) -> date:
        on: date = self.cleaned_data["from_on"]
        if not EARLIEST <= on <= today() + timedelta(days=3660):
            raise ValidationError(_("Choose a day from the year 2000 on, and within ten years."))
        return on


@dataclass(frozen=True, slots=True)
class Held:
    """A rate with its last day, if there is one, and where today lies."""

    rate: CommissionRate
    until_on: date | None
    state: str

    @property
    def percent(self) -> str:
        return f"{self.rate.percent.normalize():f}"


@may("commission.edit")
def index(request: Visit) -> HttpResponse:
    form = RateForm(request.POST or None, initial={"from_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            rate = set_commission_rate(**form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("%(name)s: rate saved.") % {"name": rate.department.name})
            return redirect("ops:commission_list")
    context = {"rates": list(_held(commission_rates(), today()))}
    return form_page(request, "ops/commission_list.html", form, context)


@require_POST
@may("commission.edit")
def remove(request: Visit, rate_id: UUID) -> HttpResponse:
    rate = found(commission_rate_get(rate_id))
    remove_commission_rate(rate_id=rate.pk, by=request.user, now=clock.now())
    messages.success(request, _("%(name)s: rate removed.") % {"name": rate.department.name})
    return redirect("ops:commission_list")


def _held(rates: Iterable[CommissionRate], on: date) -> Iterable[Held]:
    """Rates by department, the latest first: each ends where the one above it begins."""
    later: CommissionRate | None = None
    for rate in rates:
        follows = later is not None and later.department_id == rate.department_id
        until = later.from_on - timedelta(days=1) if later is not None and follows else None
        state = "later" if rate.from_on > on else "past" if until is not None and until < on else "now"
        yield Held(rate, until, state)
        later = rate
