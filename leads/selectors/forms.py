"""Reads about hosted forms."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from leads.models import Form, Lead
from scrm.core.counting import count_of


def form_list(viewer: User) -> QuerySet[Form]:
    """Hosted forms, the newest first, each with the leads it brought that the viewer may see as `submissions`."""
    brought = visible_to(viewer, Lead.objects.filter(form__isnull=False))
    rows = Form.objects.select_related("source").annotate(submissions=count_of(brought, "form"))
    return rows.order_by("-created_at", "-pk")


def form_detail(form_id: UUID) -> Form | None:
    return Form.objects.select_related("source").filter(pk=form_id).first()


def form_published(slug: str) -> Form | None:
    """The hosted form at an address, as long as it is published."""
    return Form.objects.select_related("source").filter(slug=slug, active=True).first()
