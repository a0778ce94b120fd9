"""Entry links: make one or many, print their QR codes, pause them."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.link_selectors import campaign_id_of_link
from leads.enums import LinkKind
from leads.models import EntryLink
from leads.selectors import link_get, link_host_get, link_hosts, link_list, links_among
from leads.services import allow_host, forbid_host, switch_link
from scrm.core import clock
from scrm.flows.entry_links import link_saved, links_made
from scrm.web.access import Visit, found, may
from scrm.web.ops.entry_link_forms import HostForm, LinkFilter, LinkForm, PlacesForm, initial_of
from scrm.web.ops.filters import page_of, sorted_by
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.qr import address_of, png_answer, svg_answer

SORTS = {"name": "name", "visits": "visits", "visitors": "visitors", "leads": "brought", "created": "created_at"}
SHEET_MAX = 500


@may("link.view")
def index(request: Visit) -> HttpResponse:
    filters = LinkFilter(request)
    chosen = filters.chosen
    rows = link_list(
        request.user,
        search=chosen.get("q", ""),
        kind=chosen.get("kind", ""),
        state=chosen.get("state", ""),
        now=clock.now(),
    )
    page = page_of(request, sorted_by(request, rows, SORTS, "-created_at"))
    context = {"page": page, "filters": filters, "filtered": bool(chosen), "now": clock.now()}
    return render(request, "ops/entry_link_list.html", context)


@may("link.edit")
def create(request: Visit) -> HttpResponse:
    form = LinkForm(request.POST or None, viewer=request.user)
    saved = _save(request, form, None)
    if saved:
        messages.success(request, _("Link saved."))
        return redirect("ops:entry_link_detail", saved.pk)
    return form_page(request, "ops/entry_link_form.html", form, {"link": None})


@may("link.edit")
def edit(request: Visit, link_id: UUID) -> HttpResponse:
    link = found(link_get(request.user, link_id))
    form = LinkForm(request.POST or None, viewer=request.user, initial=initial_of(link, campaign_id_of_link(link.pk)))
    if link.kind == LinkKind.REFERRAL or link.personal:
        # What a program or a representative made follows them.
        return redirect("ops:entry_link_detail", link.pk)
    if _save(request, form, link):
        messages.success(request, _("Link saved."))
        return redirect("ops:entry_link_detail", link.pk)
    return form_page(request, "ops/entry_link_form.html", form, {"link": link})


@may("link.edit")
def create_many(request: Visit) -> HttpResponse:
    """One link per place of a pasted list; then their sheet to print."""
    form = PlacesForm(request.POST or None, viewer=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = links_made(
                form.listed, form.values(), campaign=form.chosen_campaign, by=request.user, now=clock.now()
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            text = ngettext("%(count)s link made.", "%(count)s links made.", len(made))
            messages.success(request, text % {"count": len(made)})
            return redirect("ops:entry_link_list")
    return form_page(request, "ops/entry_link_many.html", form, {})


@require_POST
@may("link.edit")
def switch(request: Visit, link_id: UUID) -> HttpResponse:
    link = found(link_get(request.user, link_id))
    switch_link(link=link, active=request.POST.get("active") == "yes", by=request.user, now=clock.now())
    return redirect("ops:entry_link_detail", link.pk)


@may("link.view")
def qr(request: Visit, link_id: UUID, kind: str) -> HttpResponse:
    """The QR code; `?download` saves it, `?size=` says how many pixels a module of the PNG has."""
    link, download = found(link_get(request.user, link_id)), "download" in request.GET
    if kind == "svg":
        return svg_answer(request.tenant, link, download=download)
    return png_answer(request.tenant, link, size=request.GET.get("size", ""), download=download)


@may("link.view")
def sheet(request: Visit) -> HttpResponse:
    """Many QR codes to print, each with its name below: those asked for by `?ids=`."""
    asked = [pk for pk in map(_uuid, request.GET.getlist("ids")[:SHEET_MAX]) if pk]
    links = [(link, address_of(request.tenant, link)) for link in links_among(request.user, asked)]
    return render(request, "ops/entry_link_sheet.html", {"links": links})


@may("link.allow")
def hosts(request: Visit) -> HttpResponse:
    """The sites elsewhere to which links may lead."""
    form = HostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            allow_host(host=form.cleaned_data["host"], by=request.user, now=clock.now())
        except ValidationError as error:
            form.add_error("host", error)
        else:
            return redirect("ops:entry_link_hosts")
    return form_page(request, "ops/entry_link_hosts.html", form, {"hosts": link_hosts()})


@require_POST
@may("link.allow")
def remove_host(request: Visit, host_id: int) -> HttpResponse:
    forbid_host(host=found(link_host_get(host_id)), by=request.user, now=clock.now())
    return redirect("ops:entry_link_hosts")


def _save(request: Visit, form: LinkForm, link: EntryLink | None) -> EntryLink | None:
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return link_saved(link, form.values(), campaign=form.chosen_campaign, by=request.user, now=clock.now())
    except ValidationError as error:
        take_errors(form, error)
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
