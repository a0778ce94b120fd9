"""The builder of a form: its draft with a preview beside it, and publishing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads.form_content import Content
from leads.models import Form
from leads.selectors import form_detail, form_draft
from leads.services import drop_form_draft, publish_form, save_form_draft
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.hosted_cover import preview_cover_url
from scrm.web.hosted_form import HostedForm
from scrm.web.ops.form_builder import (
    COLOUR_NAMES,
    Palette,
    asks_for_room,
    own_questions,
    posted_content,
    problems_of,
    question_kinds,
    rows_of,
)
from scrm.web.ops.form_cover import with_cover
from scrm.web.ops.forms import public_url


@may("form.edit")
def edit(request: Visit, form_id: UUID) -> HttpResponse:
    hosted, palette = found(form_detail(form_id)), Palette(request.user.role)
    if request.method != "POST":
        return _builder(request, hosted, form_draft(hosted), palette, check="check" in request.GET)
    content, refused = with_cover(posted_content(request.POST, palette), request, clock.now())
    save_form_draft(form=hosted, content=content)
    if refused:
        messages.error(request, refused)
    if refused or "action" in request.POST:
        return redirect("ops:form_edit", hosted.pk)
    lacks = problems_of(content, palette)
    if "publish" not in request.POST:
        messages.success(request, _("Draft saved."))
        return redirect(f"{reverse('ops:form_edit', args=[hosted.pk])}?check=1")
    if lacks:
        told = ngettext(
            "%(count)s thing is missing before it can be published.",
            "%(count)s things are missing before it can be published.",
            len(lacks),
        )
        messages.error(request, told % {"count": len(lacks)})
        return redirect(f"{reverse('ops:form_edit', args=[hosted.pk])}?check=1")
    return _publish(request, hosted)


@require_POST
@may("form.edit")
def questions(request: Visit, form_id: UUID) -> HttpResponse:
    """The questions as the page has them, after one was added, removed, moved or changed its kind."""
    hosted, palette = found(form_detail(form_id)), Palette(request.user.role)
    content = posted_content(request.POST, palette)
    context = _drawn(hosted, content, palette, {}, room=asks_for_room(request.POST))
    answer = render(request, "ops/form_questions.html", context)
    answer["HX-Trigger-After-Settle"] = "formChanged"
    return answer


@require_POST
@may("form.edit")
def preview(request: Visit, form_id: UUID) -> HttpResponse:
    """The page as it would be, in a frame of its own."""
    hosted = found(form_detail(form_id))
    content = posted_content(request.POST, Palette(request.user.role))
    shown = preview_cover_url(hosted, content, clock.now())
    context = {"content": content, "cover_url": shown, "form": HostedForm(content)}
    return render(request, "ops/form_preview.html", context)


@require_POST
@may("form.edit")
def drop(request: Visit, form_id: UUID) -> HttpResponse:
    """Throw the draft away: what is live stays."""
    drop_form_draft(form=found(form_detail(form_id)))
    return redirect("ops:form_edit", form_id)


def _publish(request: Visit, hosted: Form) -> HttpResponse:
    try:
        version = publish_form(form=hosted, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('ops:form_edit', args=[hosted.pk])}?check=1")
    told = _("Version %(number)s is live. Whoever has an older page open may still send it.")
    messages.success(request, told % {"number": version.number})
    return redirect("ops:form_edit", hosted.pk)


def _builder(request: Visit, hosted: Form, content: Content, palette: Palette, *, check: bool) -> HttpResponse:
    lacks = problems_of(content, palette) if check else {}
    context = {
        **_drawn(hosted, content, palette, lacks),
        "public_url": public_url(hosted),
        "cover_url": preview_cover_url(hosted, content, clock.now()),
        "checked": check,
        "missing": len(lacks),
        "colours": list(COLOUR_NAMES.items()),
        "tag_names": sorted(palette.names.values()),
        "tab": "form_edit",
    }
    return render(request, "ops/form_edit.html", context)


def _drawn(
    hosted: Form, content: Content, palette: Palette, lacks: dict[str, str], *, room: str = ""
) -> dict[str, Any]:
    return {
        "hosted": hosted,
        "content": content,
        "lacks": lacks,
        "rows": rows_of(content, palette, lacks, room),
        "kinds": question_kinds(content),
        "own_kinds": own_questions(content, palette),
    }
