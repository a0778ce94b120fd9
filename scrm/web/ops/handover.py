"""Customers change hands: one from its page, or all that a colleague leaves behind."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.selectors import user_list_with_leavers
from campaigns.task_selectors import task_count_open
from contacts.selectors import contact_count_of_owner, contact_detail
from leads.selectors import lead_ids_left_by
from scrm.core import clock
from scrm.flows.handover import HandedOver, contacts_handed_over, everything_handed_over
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import Choices, offer
from scrm.web.ops.lead_forms import OwnerForm, owner_choices


class LeaverForm(forms.Form):
    leaver = forms.ChoiceField(
        label=pgettext_lazy("hand-over", "From"), help_text=gettext_lazy("Whose customers need somebody.")
    )

    def __init__(self, request: HttpRequest, leavers: Choices) -> None:
        super().__init__(request.POST or request.GET or None, auto_id="leaver-%s")
        offer(self, "leaver", [("", gettext_lazy("Choose …")), *leavers])


@require_POST
@may("contact.hand_over")
def one(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = found(contact_detail(request.user, contact_id))
    form = OwnerForm(request.POST, owners=owner_choices(request.user))
    if not form.is_valid():
        messages.error(request, _("Choose an owner."))
    else:
        handed = contacts_handed_over([contact.pk], UUID(form.cleaned_data["owner"]), by=request.user, now=clock.now())
        messages.success(request, _told(handed) if handed.contacts else _("It is theirs already."))
    return redirect("ops:contact_detail", contact.pk)


@may("contact.hand_over")
def many(request: Visit) -> HttpResponse:
    """All that somebody leaves behind: first how much it is, then to whom."""
    leavers = list(user_list_with_leavers(request.user))
    asked = LeaverForm(request, [(str(user.pk), _named(user)) for user in leavers])
    leaver = asked.cleaned_data["leaver"] if asked.is_valid() else ""
    owners = [choice for choice in owner_choices(request.user) if choice[0] != leaver]
    form = OwnerForm(request.POST if leaver and request.method == "POST" else None, owners=owners)
    if form.is_valid():
        handed = everything_handed_over(
            UUID(leaver), UUID(form.cleaned_data["owner"]), by=request.user, now=clock.now()
        )
        messages.success(request, _told(handed))
        return redirect(f"{reverse('ops:contact_list')}?owner={form.cleaned_data['owner']}")
    context = {"asked": asked, "leaver": leaver, "form": form, "left": _left(request.user, leaver)}
    return render(request, "ops/contact_hand_over.html", context, status=422 if form.is_bound else 200)


def _left(viewer: User, leaver: str) -> HandedOver:
    if not leaver:
        return HandedOver()
    owner_id = UUID(leaver)
    return HandedOver(
        contact_count_of_owner(viewer, owner_id),
        len(lead_ids_left_by(viewer, owner_id)),
        task_count_open(viewer, owner_id),
    )


def _named(user: User) -> str:
    return str(user) if user.is_active else _("%(name)s (left)") % {"name": user}


def _told(handed: HandedOver) -> str:
    told = _("Handed over: %(contacts)s contacts, %(leads)s open leads, %(tasks)s open tasks.")
    return told % {"contacts": handed.contacts, "leads": handed.leads, "tasks": handed.tasks}
