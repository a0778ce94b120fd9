"""What becomes of a segment: how it was gone through, what uses it, put away, deleted, taken along as a file."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tenants.utils import tenant_context

from accounts.models import User
from audiences.models import Segment, SegmentMember
from audiences.selectors import member_identities, run_list, segment_get, segment_members_behind
from audiences.services import restore_segment
from exchange.error_file import safe_cell
from scrm.core import clock
from scrm.core.conditions import Scope
from scrm.flows.audience import members_taken_along, segment_archived, segment_removed
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.rules import rule_words
from tenants.models import Tenant
from tenants.selectors import tenant_zone

AT_ONCE: Final = 1000


@may("segment.view")
def runs(request: Visit, segment_id: UUID) -> HttpResponse:
    """When it was gone through, why, how long it took, who came and went."""
    segment = found(segment_get(request.user, segment_id))
    words = rule_words(segment.condition, Scope.CONTACT)
    context = {
        "segment": segment,
        "words": words,
        "page": page_of(request, run_list(request.user, segment)),
        "tab": "runs",
    }
    return render(request, "ops/segment_runs.html", context)


@require_POST
@may("segment.edit")
def archive(request: Visit, segment_id: UUID) -> HttpResponse:
    segment = found(segment_get(request.user, segment_id))
    segment_archived(segment, by=request.user, now=clock.now())
    messages.success(request, _("Archived. It keeps its members, and nobody comes or goes any more."))
    return redirect("ops:segment_detail", segment.pk)


@require_POST
@may("segment.edit")
def restore(request: Visit, segment_id: UUID) -> HttpResponse:
    segment = found(segment_get(request.user, segment_id))
    restore_segment(segment=segment, by=request.user, now=clock.now())
    messages.success(request, _("It is back. Who came or went meanwhile follows in a moment."))
    return redirect("ops:segment_detail", segment.pk)


@require_POST
@may("segment.edit")
def delete(request: Visit, segment_id: UUID) -> HttpResponse:
    segment = found(segment_get(request.user, segment_id))
    named = segment_removed(segment, by=request.user, now=clock.now())
    if named:
        told = _("It is used: %(names)s. Let them do without it first.")
        messages.error(request, told % {"names": ", ".join(named)})
        return redirect("ops:segment_detail", segment.pk)
    messages.success(request, _("Segment “%(name)s” deleted.") % {"name": segment.name})
    return redirect("ops:segment_list")


@require_POST
@may("segment.edit")
def export(request: Visit, segment_id: UUID) -> HttpResponseBase:
    """Its members as a CSV file, as far as the reader sees them; phones and e-mails stay masked."""
    segment = found(segment_get(request.user, segment_id))
    members_taken_along(segment, by=request.user, now=clock.now())
    language = get_language() or ""
    pieces = _pieces(request.user, segment, tenant=request.tenant, language=language)
    answer = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="segment.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _pieces(user: User, segment: Segment, *, tenant: Tenant, language: str) -> Iterator[bytes]:
    """The file, some lines at a time; each piece enters its tenant and language, as the request is over by then."""
    last: SegmentMember | None = None
    while True:
        with tenant_context(tenant), translation.override(language):
            members = segment_members_behind(user, segment, last, limit=AT_ONCE)
            lines = _lines(members)
            # With the mark, without which Excel reads Chinese as Latin.
            piece = _written(lines).encode() if last else _written([_heads(), *lines]).encode("utf-8-sig")
        yield piece
        if len(members) < AT_ONCE:
            return
        last = members[-1]


def _heads() -> list[str]:
    return [_("Contact"), _("Known by"), _("City"), _("Company"), _("Owner"), _("In it since")]


def _lines(members: list[SegmentMember]) -> list[list[str]]:
    hints = member_identities(members)
    zone = tenant_zone()
    rows = [
        [
            member.contact,
            ", ".join(hints.get(member.contact_id, ())),
            member.contact.city,
            member.contact.company or "",
            member.contact.owner or "",
            localtime(member.entered_at, zone).isoformat(timespec="minutes"),
        ]
        for member in members
    ]
    return [[safe_cell(str(cell)) for cell in row] for row in rows]


def _written(lines: list[list[str]]) -> str:
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(lines)
    return text.getvalue()
