"""Writes about hosted forms."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from leads.models import Form


def form_sources(form_ids: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """The source of each form."""
    wanted = {form_id for form_id in form_ids if form_id is not None}
    return dict(Form.objects.filter(pk__in=wanted).values_list("pk", "source_id")) if wanted else {}


def count_form_view(*, form: Form) -> None:
    """Somebody looked at a hosted form."""
    Form.objects.filter(pk=form.pk).update(views=F("views") + 1)
