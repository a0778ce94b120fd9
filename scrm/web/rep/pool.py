"""The public pool on the phone: who is there, masked, one tap to claim, and the way back."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.enums import PUT_BACK_BY_HAND, PutBack
from contacts.selectors import contact_detail
from leads.selectors import pool_list, pool_list_filtered, pool_policy, warning_list
from scrm.core import clock
from scrm.flows.pool import pool_claimed
from scrm.flows.releasing import put_back
from scrm.web.access import Visit, found
from scrm.web.pool_filter import PoolFilter
from scrm.web.pool_rows import pool_rows
from scrm.web.pool_words import refused_words
from scrm.web.rep.page import on_phone, show

_PAGE_SIZE: Final = 20


@on_phone("pool.view")
def index(request: Visit) -> HttpResponse:
    policy = pool_policy()
    rows = pool_list(request.user, policy=policy, now=clock.now())
    filters = PoolFilter(request, rows, narrow=True)
    page = Paginator(pool_list_filtered(rows, **filters.chosen), _PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "filters": filters,
        "rows": pool_rows(page, request.user, policy),
        "query": urlencode(filters.chosen),
        "warnings": warning_list(request.user),
    }
    return show(request, "rep/pool.html", "customers", context)


@require_POST
@on_phone("pool.claim")
def claim(request: Visit, pooled_id: UUID) -> HttpResponse:
    """Take a customer, and open them at once; or hear who was faster."""
    made = found(pool_claimed(pooled_id, by=request.user, now=clock.now()))
    if made.refusal is not None:
        messages.error(request, refused_words(made))
        return redirect("rep:pool")
    messages.success(request, _("Yours now. Say hello while it is fresh."))
    return redirect("rep:customer", made.contact_id)


@require_POST
@on_phone("pool.claim")
def release(request: Visit, contact_id: UUID) -> HttpResponse:
    """Put a customer back, and say why."""
    contact = found(contact_detail(request.user, contact_id))
    reason = request.POST.get("reason", "")
    if reason not in PUT_BACK_BY_HAND:
        messages.error(request, _("Say why."))
    elif put_back([contact.pk], reason=PutBack(reason), viewer=request.user, by=request.user, now=clock.now()):
        messages.success(request, _("In the public pool now."))
        return redirect("rep:customer_list")
    else:
        messages.error(request, _("Only customers with an open enquiry go to the pool."))
    return redirect("rep:customer", contact.pk)
