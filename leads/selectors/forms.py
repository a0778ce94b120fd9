"""Reads about hosted forms."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from leads.form_content import Content, read_content
from leads.models import Form, FormVersion, Lead
from scrm.core.counting import count_of


def form_list(viewer: User) -> QuerySet[Form]:
    """Hosted forms, the newest first, each with the leads it brought that the viewer may see as `submissions`."""
    brought = visible_to(viewer, Lead.objects.filter(form__isnull=False))
    rows = Form.objects.select_related("source").annotate(submissions=count_of(brought, "form"))
    return rows.order_by("-created_at", "-pk")


def form_choices() -> list[tuple[str, str]]:
    return [(str(pk), title) for pk, title in Form.objects.order_by("title", "pk").values_list("pk", "title")]


def form_detail(form_id: UUID) -> Form | None:
    return Form.objects.select_related("source").filter(pk=form_id).first()


def form_published(slug: str) -> Form | None:
    """The hosted form at an address, as long as it is published."""
    rows = Form.objects.select_related("source")
    return rows.filter(slug=slug, active=True, live_version__isnull=False).first()


def form_version_list(form: Form) -> QuerySet[FormVersion]:
    """What was published, the latest first."""
    return FormVersion.objects.filter(form=form).select_related("published_by").order_by("-number")


def form_content(form: Form, number: int | None) -> Content | None:
    """What a version of the form holds; None when there is no such version."""
    kept = FormVersion.objects.filter(form=form, number=number or 0).values_list("content", flat=True).first()
    return None if kept is None else read_content(kept)


def form_draft(form: Form) -> Content:
    """What the next version begins with: the draft, else what is live."""
    if form.draft is not None:
        return read_content(form.draft)
    return form_content(form, form.live_version) or Content()


def form_answers(lead: Lead) -> list[tuple[str, str]]:
    """What a lead says of itself: answers to a form under the words that were asked, in their order, then the rest."""
    said = {name: str(value) for name, value in lead.attributes.items()}
    content = form_content(lead.form, lead.form_version) if lead.form and lead.form_version else None
    asked = content.questions if content else ()
    answers = [(each.label, said.pop(each.key)) for each in asked if each.key in said]
    return [*answers, *said.items()]
