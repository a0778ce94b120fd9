"""What people asked of us, within what the reader may see."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from contacts.enums import RequestKind, RequestState
from contacts.models import ForgottenIdentity, PersonRequest


def request_list(viewer: User, *, state: str = "", kind: str = "") -> QuerySet[PersonRequest]:
    """Requests of people whom the viewer may see: open ones first, the most urgent on top."""
    rows = visible_to(
        viewer, PersonRequest.objects.select_related("contact", "created_by", "job"), owner="contact__owner"
    )
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("-state", "due_on", "pk")


def request_detail(viewer: User, request_id: UUID) -> PersonRequest | None:
    return request_list(viewer).filter(pk=request_id).first()


def request_get(request_id: UUID) -> PersonRequest | None:
    return PersonRequest.objects.filter(pk=request_id).first()


def request_open(contact_id: UUID, kind: str) -> PersonRequest | None:
    """What the contact asked and is not settled, the oldest of its kind."""
    rows = PersonRequest.objects.filter(contact=contact_id, kind=kind, state=RequestState.OPEN)
    return rows.order_by("due_on", "pk").first()


def erasure_begun(contact_ids: Collection[UUID]) -> bool:
    """Whether one of these is about to be erased."""
    rows = PersonRequest.objects.filter(contact__in=contact_ids, kind=RequestKind.ERASURE, state=RequestState.OPEN)
    return rows.filter(job__isnull=False).exists()


def request_list_of_contact(contact_id: UUID) -> list[PersonRequest]:
    rows = PersonRequest.objects.filter(contact=contact_id).select_related("created_by", "job")
    return list(rows.order_by("-created_at", "-pk"))


def request_count_late(viewer: User, today: date) -> int:
    """How many open ones should have been answered before today."""
    return request_list(viewer, state=RequestState.OPEN).filter(due_on__lt=today).count()


def copy_of(request: PersonRequest, now: datetime) -> str:
    """The name of the copy's file while it may be fetched; empty before and after."""
    there = request.file and request.file_until is not None and now < request.file_until
    return str(request.file.name) if there else ""


def forgotten_keys(keys: Collection[tuple[str, bytes]]) -> set[tuple[str, bytes]]:
    """Those of the identities, as kind and blind index, whose people asked never to be brought in again."""
    # Asked of each batch of a file; most businesses have none.
    if not keys or not ForgottenIdentity.objects.exists():
        return set()
    rows = ForgottenIdentity.objects.filter(blind__in=[blind for _kind, blind in keys])
    return {(kind, bytes(blind)) for kind, blind in rows.values_list("kind", "blind")} & set(keys)
