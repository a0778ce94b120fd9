"""A representative's own QR code: shown to people, shared, and what it brought today."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.selectors import form_choices_published, form_get_published, own_link, own_link_numbers
from leads.services import ensure_own_link
from scrm.core import clock
from scrm.web.access import Visit, found
from scrm.web.qr import address_of, svg_answer
from scrm.web.rep.page import day_began, on_phone, show


class TargetForm(forms.Form):
    form = forms.ChoiceField(label=gettext_lazy("It leads to"), choices=form_choices_published)


@on_phone()
def index(request: Visit) -> HttpResponse:
    """The code; whoever has none yet, or wants another form behind it, chooses one."""
    now, link = clock.now(), own_link(request.user)
    form = TargetForm(request.POST or None, initial={"form": str(link.form_id) if link else ""})
    if request.method == "POST" and form.is_valid():
        target = found(form_get_published(UUID(form.cleaned_data["form"])))
        ensure_own_link(rep=request.user, form=target, now=now)
        messages.success(request, _("Your code leads to “%(form)s”.") % {"form": target.title})
        return redirect("rep:own_code")
    context = {
        "link": link,
        "form": form,
        "address": address_of(request.tenant, link) if link else "",
        "numbers": own_link_numbers(request.user, link, day_began=day_began(now)) if link else {},
    }
    return show(request, "rep/own_code.html", "me", context, status=422 if form.errors else 200)


@on_phone()
def qr(request: Visit) -> HttpResponse:
    link = own_link(request.user)
    if link is None:
        raise Http404
    return svg_answer(request.tenant, link, download="download" in request.GET)
