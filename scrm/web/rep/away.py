"""Away: a representative who is not there is given no leads by themselves."""

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.selectors_duty import leave_now
from accounts.services_duty import add_leave, end_leave
from scrm.core import clock
from scrm.web.access import Visit
from scrm.web.rep.page import local, on_phone
from scrm.web.rep.snoozing import read_moment

CHOICES: Final = (("hour", gettext_lazy("1 hour")), ("day", gettext_lazy("Until morning")))


@require_POST
@on_phone()
def away(request: Visit) -> HttpResponse:
    """Go away until a time, or come back."""
    now = local(clock.now())
    leave = leave_now(request.user, now=now)
    if leave is not None:
        end_leave(leave=leave, by=request.user, now=now)
        messages.success(request, _("You are back, and get leads again."))
        return redirect("rep:me")
    morning = (now + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    named = {"hour": now + timedelta(hours=1), "day": morning}
    until = named.get(request.POST.get("until", "")) or read_moment(request.POST.get("at", ""), now)
    try:
        if until is None:
            raise ValidationError(_("Pick a time ahead, within three months."))
        add_leave(user=request.user, from_at=now, until_at=until, by=request.user, now=now)
    except ValidationError as error:
        messages.error(request, str(error.messages[0]))
    else:
        when = date_format(until, "SHORT_DATETIME_FORMAT")
        messages.success(request, _("You are away until %(when)s, and get no leads meanwhile.") % {"when": when})
    return redirect("rep:me")
