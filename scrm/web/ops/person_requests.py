"""What people ask of us and until when it is answered, the copies that are ready, and who looked at how many."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from contacts.enums import RequestKind, RequestState
from contacts.selectors import (
    copy_of,
    looked_list,
    request_count_late,
    request_detail,
    request_list,
)
from contacts.services import settle_request
from scrm.core import clock
from scrm.flows.person_copy import copy_fetched
from scrm.web.access import Visit, found, may
from scrm.web.account.step_up import second_factor
from scrm.web.ops.filters import FilterForm, page_of
from tenants.selectors import tenant_zone


class RequestFilter(FilterForm):
    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.choose("state", gettext_lazy("State"), gettext_lazy("Any state"), RequestState.choices)
        self.choose("kind", gettext_lazy("What is asked"), gettext_lazy("Anything"), RequestKind.choices)


@may("person.view")
def index(request: Visit) -> HttpResponse:
    filters, now = RequestFilter(request), clock.now()
    chosen, today = filters.chosen, now.astimezone(tenant_zone()).date()
    rows = request_list(request.user, state=chosen.get("state", ""), kind=chosen.get("kind", ""))
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [(row, bool(copy_of(row, now))) for row in page],
        "filters": filters,
        "filtered": bool(chosen),
        "late": request_count_late(request.user, today),
        "today": today,
    }
    return render(request, "ops/request_list.html", context)


@require_POST
@may("person.note")
def settle(request: Visit, request_id: UUID) -> HttpResponse:
    asked = found(request_detail(request.user, request_id))
    state = RequestState.REFUSED if request.POST.get("state") == RequestState.REFUSED else RequestState.DONE
    reason = " ".join(request.POST.get("note", "").replace("\0", "").split())
    if state == RequestState.REFUSED and not reason:
        messages.error(request, _("Say why it is refused: the person is to be told."))
    elif settle_request(request=asked, state=state, note=reason, by=request.user, now=clock.now()):
        messages.success(request, _("Settled."))
    return redirect("ops:request_list")


@require_GET
@may("person.export")
@second_factor
def copy(request: Visit, request_id: UUID) -> HttpResponseBase:
    """The copy as a file, for a day; who fetched it is in the audit trail."""
    asked = found(request_detail(request.user, request_id))
    pieces = copy_fetched(asked, by=request.user, now=clock.now())
    if pieces is None:
        raise Http404
    answer = StreamingHttpResponse(pieces, content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="copy.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@may("person.view")
def reveals(request: Visit) -> HttpResponse:
    """How many people each colleague looked at in clear."""
    return render(request, "ops/reveal_list.html", {"rows": looked_list(request.user, now=clock.now())})
