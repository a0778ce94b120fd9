"""What is wrong now and what to do about it, on the platform's own admin."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext

from operations.enums import ADVICE
from operations.judging import problems_in
from operations.selectors import incident_list_open, state_now
from scrm.core.admin import HistoryAdmin


class AlertAdmin(HistoryAdmin):
    """On top what is wrong at this moment, asked anew; below what was, and when."""

    list_display = ("kind", "figure", "opened_at", "closed_at", "told_at")
    list_filter = ("kind",)
    change_list_template = "admin/operations/alerts.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        since = {incident.kind: incident.opened_at for incident in incident_list_open()}
        problems = [
            {
                "name": problem.kind.label,
                "figure": problem.figure,
                "since": since.get(problem.kind.value),
                "advice": ADVICE[problem.kind],
            }
            for problem in problems_in(state_now())
        ]
        return super().changelist_view(
            request, {**(extra_context or {}), "title": pgettext("operations", "Alerts"), "problems": problems}
        )
