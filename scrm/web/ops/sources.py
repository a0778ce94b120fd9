"""Sources: the tree with what each brings and costs, and each source by itself."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from analytics.source_tree import source_figures
from leads.enums import SourceKind
from leads.models import Source
from leads.selectors import source_choices, source_costs, source_detail
from leads.selectors.sources import merge_get, merge_list
from leads.services.source_merges import undo_merge
from leads.services.sources import archive_source, save_source
from scrm.core import clock
from scrm.flows.source_merge import sources_merged
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.reports import PeriodFilter, today
from scrm.web.ops.source_costs import CostForm, saved_cost
from tenants.selectors import tenant_current


class SourceForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SourceKind.choices)
    parent = forms.ChoiceField(label=gettext_lazy("Part of"), required=False)

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "parent", [("", gettext_lazy("Nothing")), *_others(source)])


class MergeForm(forms.Form):
    into = forms.ChoiceField(label=gettext_lazy("Merge into"))

    def __init__(self, *args: Any, source: Source, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "into", [("", gettext_lazy("Choose a source")), *_others(source)])


@may("source.view")
def index(request: Visit) -> HttpResponse:
    filters = PeriodFilter(request)
    asked = filters.filters()
    archived = request.GET.get("archived") == "yes"
    tree = source_figures(request.user, since=asked.since, until=asked.until, archived=archived)
    context = {
        "tree": tree,
        "filters": filters,
        "archived": archived,
        "query": f"?{request.GET.urlencode()}",
        "currency": tenant_current().currency,
    }
    return render(request, "ops/source_list.html", context)


@may("source.edit")
def create(request: Visit) -> HttpResponse:
    form = SourceForm(request.POST or None, initial={"parent": request.GET.get("parent", "")})
    saved = _save(request, form, None)
    if saved:
        messages.success(request, _("Source saved."))
        return redirect("ops:source_detail", saved.pk)
    return form_page(request, "ops/source_form.html", form, {})


@may("source.view")
def detail(request: Visit, source_id: UUID) -> HttpResponse:
    """A source with its costs; those who may also change it here."""
    source = found(source_detail(source_id))
    if source.merged_into_id:
        return redirect("ops:source_detail", source.merged_into_id)
    editing = request.method == "POST" and request.user.may("source.edit")
    form = SourceForm(request.POST if editing else None, source=source, initial=_said(source))
    if editing and _save(request, form, source):
        messages.success(request, _("Source saved."))
        return redirect("ops:source_detail", source.pk)
    return _detail(request, source, form=form)


@require_POST
@may("source.edit")
def set_cost(request: Visit, source_id: UUID) -> HttpResponse:
    source = found(source_detail(source_id))
    form = CostForm(request.POST, auto_id="cost-%s")
    if saved_cost(request, source.merged_into_id or source.pk, form):
        return redirect("ops:source_detail", source.pk)
    return _detail(request, source, cost_form=form)


@require_POST
@may("source.edit")
def archive(request: Visit, source_id: UUID) -> HttpResponse:
    """No longer offer it, or offer it again."""
    source = found(source_detail(source_id))
    archived = request.POST.get("archived") == "yes"
    if not source.merged_into_id:
        archive_source(source=source, archived=archived, by=request.user, now=clock.now())
        messages.success(request, _("Archived.") if archived else _("Offered again."))
    return redirect("ops:source_detail", source.pk)


@require_POST
@may("source.edit")
def merge(request: Visit, source_id: UUID) -> HttpResponse:
    source = found(source_detail(source_id))
    form = MergeForm(request.POST, source=source, auto_id="merge-%s")
    if form.is_valid():
        into = found(source_detail(UUID(form.cleaned_data["into"])))
        try:
            merged = sources_merged(source=source, into=into, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            said = _("Merged with %(leads)s leads. It can be taken back here.") % {"leads": merged.leads}
            messages.success(request, said)
            return redirect("ops:source_detail", into.pk)
    return _detail(request, source, merge_form=form)


@require_POST
@may("source.edit")
def undo(request: Visit, source_id: UUID, merge_id: UUID) -> HttpResponse:
    """Take a merge into this source back."""
    merged = found(merge_get(merge_id))
    try:
        undo_merge(merge=merged, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("ops:source_detail", source_id)
    messages.success(request, _("The merge was taken back."))
    return redirect("ops:source_detail", merged.source_id)


def _save(request: Visit, form: SourceForm, source: Source | None) -> Source | None:
    if request.method != "POST" or not form.is_valid():
        return None
    values = form.cleaned_data
    parent = found(source_detail(UUID(values["parent"]))) if values["parent"] else None
    try:
        return save_source(
            source=source,
            name=values["name"],
            kind=values["kind"],
            parent=parent,
            active=source.active if source else True,
            by=request.user,
            now=clock.now(),
        )
    except ValidationError as error:
        take_errors(form, error)
        return None


def _detail(
    request: Visit,
    source: Source,
    *,
    form: SourceForm | None = None,
    cost_form: CostForm | None = None,
    merge_form: MergeForm | None = None,
) -> HttpResponse:
    costs = source_costs(source.pk)
    form = form or SourceForm(source=source, initial=_said(source))
    cost_form = cost_form or CostForm(initial={"first": today()}, auto_id="cost-%s")
    merge_form = merge_form or MergeForm(source=source, auto_id="merge-%s")
    context = {
        "source": source,
        "costs": costs,
        "cost_form": cost_form,
        "merge_form": merge_form,
        "merges": merge_list(source),
        "trend": [float(cost.amount) for cost in reversed(costs)],
    }
    answer = form_page(request, "ops/source_detail.html", form, context)
    if cost_form.errors or merge_form.errors:
        answer.status_code = 422
    return answer


def _said(source: Source) -> dict[str, Any]:
    return {"name": source.name, "kind": source.kind, "parent": str(source.parent_id or "")}


def _others(source: Source | None) -> list[tuple[str, str]]:
    own = str(source.pk) if source else ""
    return [one for one in source_choices() if one[0] != own]
