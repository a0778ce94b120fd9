"""The public pool on the dashboard: who waits, handed out in bulk or claimed, and customers put into it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Scope
from accounts.selectors import user_visible
from contacts.enums import PUT_BACK_BY_HAND, PutBack
from contacts.selectors import contact_detail
from leads.selectors import pool_list, pool_list_filtered, pool_numbers, pool_policy
from scrm.core import clock
from scrm.flows.pool import day_began, pool_assigned, pool_claimed
from scrm.flows.releasing import put_back
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.lead_forms import OwnerForm, owner_choices
from scrm.web.ops.replies import page_or_part
from scrm.web.ops.ticked import ticked_ids
from scrm.web.pool_filter import PoolFilter
from scrm.web.pool_rows import pool_rows
from scrm.web.pool_words import refused_words


@require_safe
@may("pool.view")
def index(request: Visit) -> HttpResponse:
    policy, now = pool_policy(), clock.now()
    rows = pool_list(request.user, policy=policy, now=now)
    filters = PoolFilter(request, rows)
    page = page_of(request, pool_list_filtered(rows, **filters.chosen))
    context = {
        "filters": filters,
        "page": page,
        "rows": pool_rows(page, request.user, policy),
        "numbers": pool_numbers(request.user, policy=policy, now=now, day_began=day_began(now)),
        "owners": owner_choices(request.user),
        "filtered": bool(filters.chosen),
        # Whoever sees all records sees these anyhow.
        "in_clear": request.user.data_scope == Scope.ALL,
    }
    return page_or_part(request, "ops/pool_list.html", "list", context)


@require_POST
@may("contact.hand_over")
def assign(request: Visit) -> HttpResponse:
    """Give the ticked customers to a colleague."""
    form = OwnerForm(request.POST, owners=owner_choices(request.user))
    owner = user_visible(request.user, UUID(form.cleaned_data["owner"])) if form.is_valid() else None
    if owner is None:
        messages.error(request, _("Choose an owner."))
    else:
        ids = ticked_ids(request)
        given = pool_assigned(ids, owner, viewer=request.user, by=request.user, now=clock.now())
        told = ngettext(
            "%(count)s customer given to %(name)s.", "%(count)s customers given to %(name)s.", len(given)
        ) % {"count": len(given), "name": owner}
        messages.success(request, told)
        if len(given) < len(ids):
            messages.warning(request, _("The others were claimed meanwhile."))
    return redirect(f"{reverse('ops:pool_list')}?{QueryDict(request.POST.get('query', '')).urlencode()}")


@require_POST
@may("pool.claim")
def claim(request: Visit, pooled_id: UUID) -> HttpResponse:
    made = found(pool_claimed(pooled_id, by=request.user, now=clock.now()))
    if made.refusal is not None:
        messages.error(request, refused_words(made))
        return redirect("ops:pool_list")
    messages.success(request, _("Yours now. Say hello while it is fresh."))
    return redirect("ops:contact_detail", made.contact_id)


@require_POST
@may("pool.claim")
def release(request: Visit, contact_id: UUID) -> HttpResponse:
    """Put a customer into the pool, and say why."""
    contact = found(contact_detail(request.user, contact_id))
    reason = request.POST.get("reason", "")
    if reason not in PUT_BACK_BY_HAND:
        messages.error(request, _("Say why."))
    elif put_back([contact.pk], reason=PutBack(reason), viewer=request.user, by=request.user, now=clock.now()):
        messages.success(request, _("In the public pool now."))
        return redirect("ops:pool_list")
    else:
        messages.error(request, _("Only customers with an open enquiry go to the pool."))
    return redirect("ops:contact_detail", contact.pk)
