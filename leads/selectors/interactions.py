"""Reads about calls, visits, meetings and chats, and the files that go with them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from leads.models import Attachment, Interaction, InteractionEdit, Outcome
from scrm.core.pagination import earlier

_OWNER = "contact__owner"


def interaction_list(viewer: User) -> QuerySet[Interaction]:
    """Those of contacts that the viewer may see."""
    rows = Interaction.objects.filter(deleted_at=None).select_related("outcome", "by")
    return visible_to(viewer, rows, owner=_OWNER)


def interaction_detail(viewer: User, interaction_id: UUID) -> Interaction | None:
    """One of a contact that the viewer may see, also when it is deleted and can still come back."""
    rows = visible_to(viewer, Interaction.objects.filter(pk=interaction_id), owner=_OWNER)
    return rows.select_related("outcome", "by", "contact", "lead").first()


def interaction_list_of_lead(lead_id: UUID) -> list[Interaction]:
    rows = Interaction.objects.filter(lead=lead_id, deleted_at=None).select_related("by", "outcome")
    return list(rows.order_by("-at", "-pk")[:100])


def interaction_list_of_contact(
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: UUID | None = None,
    text: str = "",
    limit: int = 30,
) -> list[Interaction]:
    """A contact's interactions, newest first, older than a place in its timeline; with files and edits."""
    files = Prefetch("attachments", Attachment.objects.defer("sealed").order_by("name"))
    rows = Interaction.objects.filter(contact=contact_id, deleted_at=None).select_related("by", "outcome")
    if text:
        rows = rows.filter(text__icontains=text)
    rows = rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk").prefetch_related(files)
    return list(rows[:limit])


def interaction_totals_of_companies(viewer: User, company_ids: Collection[UUID]) -> dict[str, Any]:
    """How often one talked with people of these companies, how often to effect, when last; within the viewer's."""
    rows = interaction_list(viewer).filter(contact__company__in=list(company_ids)).order_by()
    return rows.aggregate(total=Count("pk"), effective=Count("pk", filter=Q(effective=True)), last=Max("at"))


def interaction_latest(contact_id: UUID) -> Interaction | None:
    """The last one that says when to talk again, or the last one at all."""
    rows = Interaction.objects.filter(contact=contact_id, deleted_at=None)
    return rows.order_by("-at", "-pk").first()


def interactions_deleted(contact_id: UUID, by: User, since: datetime) -> list[Interaction]:
    """What this user logged of a contact, and deleted since then."""
    rows = Interaction.objects.filter(contact=contact_id, by=by, deleted_at__gt=since)
    return list(rows.select_related("outcome").order_by("-deleted_at"))


def interaction_edits(interaction: Interaction) -> list[InteractionEdit]:
    return list(InteractionEdit.objects.filter(interaction=interaction).select_related("by").order_by("-at", "-pk"))


def outcome_list(*, archived: bool = False) -> list[Outcome]:
    """The business's outcomes in their order; those that are no longer chosen only where asked for."""
    rows = Outcome.objects.order_by("kind", "position", "name")
    return list(rows if archived else rows.filter(archived=False))


def outcomes_counted() -> QuerySet[Outcome]:
    """With `uses`, how often each was logged."""
    return Outcome.objects.annotate(uses=Count("interactions")).order_by("kind", "position", "name")


def outcome_get(outcome_id: UUID) -> Outcome | None:
    return Outcome.objects.filter(pk=outcome_id).first()


def outcome_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Outcome.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def attachment_list_of_contact(contact_id: UUID) -> list[Attachment]:
    """A contact's files without their content, the newest first."""
    rows = Attachment.objects.filter(contact=contact_id).exclude(interaction__deleted_at__isnull=False)
    return list(rows.defer("sealed").select_related("by").order_by("-at", "-pk"))


def attachment_list_loose(
    contact_id: UUID, *, before: datetime | None = None, before_id: UUID | None = None, text: str = "", limit: int = 30
) -> list[Attachment]:
    """Files that belong to no talk, newest first, older than a place in the contact's timeline."""
    rows = Attachment.objects.filter(contact=contact_id, interaction=None).defer("sealed").select_related("by")
    if text:
        rows = rows.filter(name__icontains=text)
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def attachment_visible(viewer: User, attachment_id: UUID) -> Attachment | None:
    """A file of a contact that the viewer may see, with its sealed content."""
    rows = visible_to(viewer, Attachment.objects.filter(pk=attachment_id), owner=_OWNER)
    return rows.exclude(interaction__deleted_at__isnull=False).first()
