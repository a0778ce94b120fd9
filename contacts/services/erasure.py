"""Hold a person against everything, and note that they are nobody any more."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from contacts import queries
from contacts.enums import IdentityKind
from contacts.models import Contact, Identity
from contacts.sealing import lock_number


def hold_identities(*, contact_id: UUID, also: Iterable[bytes]) -> set[bytes]:
    """Let nobody arrive by what somebody is known by, and, as `lock_people` does, by `also`; gives their indexes."""
    blinds = identity_blinds(contact_id)
    queries.lock_numbers(lock_number(blind) for blind in [*blinds, *also])
    return blinds


def identity_blinds(contact_id: UUID) -> set[bytes]:
    rows = Identity.objects.filter(contact=contact_id).values_list("blind", flat=True)
    return {bytes(blind) for blind in rows}


def hold_whole(*, contact_id: UUID) -> None:
    """Keep out rows that would begin to point to a contact that is locked."""
    list(Contact.objects.filter(pk=contact_id).select_for_update().values_list("pk"))


def hold_erased(*, contact_id: UUID) -> bool:
    """Hold what is left of an erased contact; False when there is none."""
    rows = Contact.objects.filter(pk=contact_id, erased_at__isnull=False)
    return bool(rows.select_for_update().values_list("pk", flat=True))


def end_contact(*, contact_id: UUID, now: datetime) -> None:
    """A held contact is nobody from now on. Before what they were known by goes: it says whether they were reached."""
    reachable = Identity.objects.filter(contact=contact_id, kind__in=[IdentityKind.PHONE, IdentityKind.EMAIL])
    Contact.objects.filter(pk=contact_id).update(erased_at=now, updated_at=now, was_reachable=reachable.exists())
