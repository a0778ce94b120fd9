"""The wait for a lead's first answer, on the dashboard and the phone: how long it still is, paused and run on."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from leads.enums import PauseReason
from leads.models import Lead, ResponseClock
from scrm.core import clock
from scrm.core.instants import instant_of
from scrm.flows.response_pauses import response_paused, response_resumed
from scrm.web.access import Visit
from scrm.web.talk_form import SOON
from tenants.selectors import tenant_zone

LONGEST: Final = 90
"""Days that somebody can be waited for at most."""
_MORNING: Final = time(9)


class PauseForm(forms.Form):
    """One tap says how many days; else a day is chosen."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=PauseReason.choices)
    days = forms.IntegerField(required=False, min_value=1, max_value=LONGEST)
    until = forms.DateField(
        label=gettext_lazy("Another day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        today = clock.now().astimezone(tenant_zone()).date()
        day = today + timedelta(days=cleaned["days"]) if cleaned.get("days") else cleaned.get("until")
        if day is None or not today < day <= today + timedelta(days=LONGEST):
            text = ngettext_lazy(
                "Choose a day within the next %(count)s day.", "Choose a day within the next %(count)s days.", LONGEST
            )
            self.add_error("until", text % {"count": LONGEST})
            return cleaned
        cleaned["moment"] = morning_of(day)
        return cleaned


def morning_of(day: Any) -> datetime:
    """When the time to answer runs on, on the day until which somebody asked to wait."""
    return instant_of(day, _MORNING, tenant_zone())


def wait_shown(waiting: ResponseClock | None, now: datetime) -> dict[str, Any]:
    """What a template asks of a lead's wait; nothing where no time to answer holds for it."""
    if waiting is None:
        return {}
    is_paused = waiting.paused_at is not None
    return {
        "wait": waiting,
        "wait_open": not waiting.ended_as,
        "wait_paused": is_paused,
        "wait_late": not waiting.ended_as and waiting.due_at < now,
        "pauses": list(waiting.pauses.all()),
        "pauses_ended": [pause for pause in waiting.pauses.all() if pause.ended_at],
        "pause_form": PauseForm(auto_id="pause-%s"),
        "pause_soon": SOON,
    }


def pause_posted(request: Visit, lead: Lead) -> None:
    """Let the time stand still as was posted, and say what came of it."""
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for errors in form.errors.values() for text in errors))
        return
    reason, moment = PauseReason(form.cleaned_data["reason"]), form.cleaned_data["moment"]
    if response_paused(lead, reason=reason, until=moment, by=request.user, now=clock.now()):
        messages.success(request, _("Paused. You hear of it when the day comes, or when they come back before."))
    else:
        messages.info(request, _("Nobody waits for an answer to this enquiry any more."))


def resume_posted(request: Visit, lead: Lead) -> None:
    if response_resumed(lead, by=request.user, now=clock.now()):
        messages.success(request, _("The time to answer runs on."))
    else:
        messages.info(request, _("It was not paused any more."))
