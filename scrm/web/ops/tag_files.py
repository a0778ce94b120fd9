"""A taxonomy as a file, and those to begin with: what would change is shown before it does."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scrm.core import clock
from scrm.web.access import Visit, may
from scrm.web.ops.replies import first_message, form_page
from scrm.web.ops.sheet_upload import SheetForm
from tagging.enums import Act
from tagging.selectors import taxonomy_lines
from tagging.services_taxonomy import take_taxonomy
from tagging.starters import STARTERS
from tagging.taxonomy import Line, Step, steps_between
from tagging.taxonomy_file import as_csv, as_json, check_taxonomy

_SHOWN = 200


class TaxonomyFileForm(SheetForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file.")},
        widget=forms.ClearableFileInput({"accept": ".json,.csv,.tsv,.txt,.xlsx,.xls,text/csv,application/json"}),
        help_text=gettext_lazy("JSON, CSV, TSV, XLSX or XLS. 2,000 tags and 2 MB at most."),
    )


@require_safe
@may("tag.edit")
def starters(request: Visit) -> HttpResponse:
    return render(request, "ops/tag_starters.html", {"starters": STARTERS.values()})


@may("tag.edit")
def starter(request: Visit) -> HttpResponse:
    """What copying the taxonomy of a trade would bring; posted, it is copied."""
    chosen = STARTERS.get(request.GET.get("trade", ""))
    if chosen is None:
        return redirect("ops:tag_starter_list")
    spoken = request.POST.get("language") or request.GET.get("language") or get_language() or "en"
    lines = chosen.lines(chinese=spoken.startswith("zh"))
    if request.method == "POST" and _taken(request, lines):
        return redirect("ops:tag_list")
    context = {
        "starter": chosen,
        "language": "zh" if spoken.startswith("zh") else "en",
        "tree": _tree(lines),
        **_told(steps_between(taxonomy_lines(), lines)),
    }
    return render(request, "ops/tag_starter.html", context)


@may("tag.edit")
def take(request: Visit) -> HttpResponse:
    """Check a file of tags, show what would change, and do it when told so."""
    form = TaxonomyFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"checked": None}
    if request.method == "POST" and form.is_valid():
        checked = form.check(check_taxonomy)
        if checked and request.POST.get("action") == "take" and _taken(request, checked.made):
            return redirect("ops:tag_list")
        if checked:
            steps = steps_between(taxonomy_lines(), checked.made)
            context = {"checked": checked, "problems": checked.problems[:50], "carried": form.carried, **_told(steps)}
    return form_page(request, "ops/tag_import.html", form, context)


@require_safe
@may("tag.view")
def export(request: Visit) -> HttpResponse:
    """The tags in use as JSON or CSV, to be taken in elsewhere."""
    lines = taxonomy_lines(archived=False)
    if request.GET.get("as") == "csv":
        answer, name = HttpResponse(as_csv(lines), content_type="text/csv; charset=utf-8"), "tags.csv"
    else:
        answer, name = HttpResponse(as_json(lines), content_type="application/json"), "tags.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _taken(request: Visit, lines: list[Line]) -> bool:
    try:
        steps = take_taxonomy(lines=lines, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return False
    made = sum(step.act == Act.TAG for step in steps)
    if steps:
        told = ngettext("Done: %(count)s new tag.", "Done: %(count)s new tags.", made)
        messages.success(request, told % {"count": made})
    else:
        messages.success(request, _("Nothing to do: all of it is here already."))
    return True


def _told(steps: list[Step]) -> dict[str, Any]:
    """The steps as the page tells them."""
    alone = {"one": _("one at most"), "several": _("several")}
    rows = [
        {
            "act": Act(step.act).label,
            "is_taken": step.act == Act.TAKEN,
            "place": " › ".join(filter(None, step.line.place)),
            "name": step.line.name if step.act not in (Act.CATEGORY, Act.GROUP, Act.ALONE) else "",
            "colour": step.line.colour,
            "before": alone.get(step.before, step.before) if step.act == Act.ALONE else step.before,
            "after": alone.get(step.after, step.after) if step.act == Act.ALONE else step.after,
        }
        for step in steps
    ]
    changes = sum(step.act != Act.TAKEN for step in steps)
    return {"steps": rows[:_SHOWN], "more": max(len(rows) - _SHOWN, 0), "changes": changes}


def _tree(lines: list[Line]) -> dict[str, dict[str, list[Line]]]:
    tree: dict[str, dict[str, list[Line]]] = {}
    for line in lines:
        tree.setdefault(line.category, {}).setdefault(line.group, []).append(line)
    return tree
