"""Whom somebody knows among us, and who belongs to their company."""

from uuid import UUID

from accounts.models import User
from accounts.selectors import visible_to
from contacts.models import Contact, Friendship, GroupMember, OwnerChange


def friendships_of(contact_id: UUID) -> list[Friendship]:
    """With whom of us they are connected, those that hold first."""
    return list(Friendship.objects.filter(contact=contact_id).select_related("rep").order_by("ended_at", "since"))


def groups_of(contact_id: UUID) -> list[GroupMember]:
    """The chat groups that they are in."""
    rows = GroupMember.objects.filter(contact=contact_id, left_at=None)
    return list(rows.select_related("group__owner").order_by("-joined_at"))


def colleagues_of(viewer: User, contact: Contact, limit: int = 8) -> list[Contact]:
    """People of the same company that the viewer may see."""
    if contact.company_id is None:
        return []
    rows = Contact.objects.filter(company=contact.company_id).exclude(pk=contact.pk).select_related("owner")
    return list(visible_to(viewer, rows).order_by("name", "pk")[:limit])


def owner_changes_of(contact_id: UUID) -> list[OwnerChange]:
    """How they changed hands, the latest first."""
    rows = OwnerChange.objects.filter(contact=contact_id).select_related("before", "after", "by")
    return list(rows.order_by("-at", "-pk")[:50])
