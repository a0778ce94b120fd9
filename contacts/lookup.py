"""Reads of who is behind an identity that another system knows."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.selectors import visible_to
from contacts.custom.kinds import OwnKind, read_own_id
from contacts.inputs import IdentityLike
from contacts.models import Contact, Identity
from contacts.normalise import normalise_email, normalise_external_id, normalise_phone
from contacts.sealing import blind_of, kind_of
from tenants.selectors import tenant_keys


class AskedIdentity(NamedTuple):
    kind: str
    value: str
    key: str


def read_identity(kind: str, text: str, *, region: str) -> AskedIdentity:
    """A phone, email, external_id or wecom_id as it is kept; InvalidValue when it can't be one."""
    if kind == "phone":
        phone = normalise_phone(text, region=region)
        return AskedIdentity(kind, phone.value, phone.key)
    if kind == "email":
        email = normalise_email(text)
        return AskedIdentity(kind, email.value, email.key)
    external = normalise_external_id(text)
    return AskedIdentity(kind, external.value, external.key)


def read_own(kind: OwnKind, text: str) -> AskedIdentity:
    """The same of a kind of the business's own."""
    known = read_own_id(kind, text)
    return AskedIdentity(kind.code, known.value, known.key)


def people_known_as(viewer: User, identities: Collection[IdentityLike]) -> list[Contact | None]:
    """Whose these identities are, each person once; None is somebody whom the viewer may not see."""
    keys = tenant_keys()
    asked = [(kind_of(each.kind), blind_of(kind_of(each.kind), each.key, keys)) for each in identities]
    meant = Q(*(Q(kind=kind, blind=blind) for kind, blind in asked), _connector=Q.OR)
    held = list(dict.fromkeys(Identity.objects.filter(meant).values_list("contact", flat=True))) if asked else []
    if not held:
        return []
    seen = visible_to(viewer, Contact.objects.filter(pk__in=held).select_related("owner"))
    people: list[Contact | None] = list(seen.order_by("pk"))
    return [*people, None] if len(people) < len(held) else people


def contact_ids_known_as(viewer: User, identities: Collection[IdentityLike]) -> dict[tuple[str, str], UUID]:
    """By (kind, key) as given: the contact that the viewer may see."""
    keys = tenant_keys()
    asked = {
        (kind_of(each.kind), blind_of(kind_of(each.kind), each.key, keys)): (each.kind, each.key) for each in identities
    }
    rows = visible_to(
        viewer, Identity.objects.filter(blind__in=[blind for _kind, blind in asked]), owner="contact__owner"
    )
    return {
        asked[kind, bytes(blind)]: contact_id
        for kind, blind, contact_id in rows.values_list("kind", "blind", "contact")
        if (kind, bytes(blind)) in asked
    }
