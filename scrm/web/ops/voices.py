"""The voice of the customer: how often topics come up, in which mood, what is wished for, and the quotes."""

import csv
from datetime import timedelta
from io import StringIO
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from commerce.enums import Sentiment
from commerce.models import Voice
from commerce.services_voices import remove_voice
from commerce.voice_selectors import (
    voice_counts,
    voice_detail,
    voice_list,
    voice_months,
    voice_product_choices,
    voice_rows,
    voice_topic_choices,
    voice_wishes,
)
from exchange.error_file import safe_cell
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import FilterForm, page_of
from scrm.web.ops.lead_forms import PERIODS
from tenants.selectors import tenant_zone

MOST = 10_000
"""Lines of a file."""


class VoiceFilter(FilterForm):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        self.choose("topic", gettext_lazy("Topic"), gettext_lazy("Any topic"), voice_topic_choices())
        self.choose("product", gettext_lazy("Product"), gettext_lazy("Any product"), voice_product_choices())
        self.choose("mood", gettext_lazy("Mood"), gettext_lazy("Any mood"), Sentiment.choices)
        periods = [(code, label) for code, label in PERIODS if code != "today"]
        self.choose("period", gettext_lazy("Period"), gettext_lazy("Any time"), periods)

    def rows(self, request: Visit) -> QuerySet[Voice]:
        chosen = self.chosen
        since = clock.now() - timedelta(days=int(chosen["period"])) if "period" in chosen else None
        return voice_list(
            request.user,
            search=chosen.get("q", ""),
            topic=chosen.get("topic", ""),
            product=chosen.get("product", ""),
            sentiment=chosen.get("mood", ""),
            since=since,
        )


@may("contact.view")
def index(request: Visit) -> HttpResponse:
    filters = VoiceFilter(request)
    rows = filters.rows(request)
    context = {
        "filters": filters,
        "filtered": bool(filters.chosen),
        "page": page_of(request, voice_rows(rows).order_by("-at", "-pk")),
        "counts": voice_counts(rows),
        "wishes": voice_wishes(rows),
    }
    return render(request, "ops/voice_list.html", context)


@may("contact.view")
def chart(request: Visit) -> HttpResponse:
    """How many voices of each mood came in each month."""
    counted = voice_months(VoiceFilter(request).rows(request), tenant_zone())
    months = sorted({month for month, _mood, _count in counted})
    numbers = {(month, mood): count for month, mood, count in counted}
    data = {
        "kind": "bar",
        "stacked": True,
        "categories": [date_format(month, "YEAR_MONTH_FORMAT") for month in months],
        "series": [
            {"name": str(mood.label), "data": [numbers.get((month, mood.value), 0) for month in months]}
            for mood in Sentiment
        ],
        "format": "number",
    }
    return JsonResponse(data)


@may("contact.view")
def export(request: Visit) -> HttpResponse:
    """The quotes as a CSV file, within what the reader may see."""
    rows = voice_rows(VoiceFilter(request).rows(request)).order_by("-at", "-pk")[:MOST]
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([_("When"), _("Contact"), _("Product"), _("Topics"), _("Mood"), _("What they said"), _("Wish")])
    for voice in rows:
        topics = ", ".join(str(topic) for topic in voice.topics.all())
        at = localtime(voice.at, tenant_zone()).isoformat(timespec="minutes")
        cells = [at, voice.contact, voice.product or "", topics, voice.get_sentiment_display(), voice.text, voice.wish]
        writer.writerow([safe_cell(str(cell)) for cell in cells])
    # With the mark, without which Excel reads Chinese as Latin.
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="voices.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@may("contact.edit")
def remove(request: Visit, voice_id: UUID) -> HttpResponse:
    voice = found(voice_detail(request.user, voice_id))
    remove_voice(voice=voice, by=request.user, now=clock.now())
    messages.success(request, _("Taken out."))
    return redirect("ops:voice_list")
