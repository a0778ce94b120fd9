"""What a touch says to whom: address, owner, links and the filled text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.enums import Channel
from campaigns.inputs import Message
from campaigns.models import Step
from campaigns.policy import Standing
from campaigns.queries import Claimed
from campaigns.rendering import FIELD, fields_used, render, variables_used
from contacts.addresses import addresses_for
from contacts.custom.values import show_field
from contacts.models import Contact, DoNotContact
from contacts.selectors import field_shapes, refusing_consent
from content.links import create_touchpoint_links
from scrm.core.signing import tenant_signer
from tenants.selectors import tenant_base_url, tenant_current, tenant_zone

log = structlog.get_logger(__name__)
Written = TypeVar("Written")

WITHDRAWAL = "withdrawal"
"""The purpose of the tokens in withdrawal links."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A contact as the engine sees it at the moment of a touch."""

    contact_id: UUID
    name: str
    city: str
    language: str
    owner_id: UUID | None
    owner_name: str
    address: str
    standing: Standing
    fields: Mapping[str, Any] = field(default_factory=dict)


def reach_of(contact_ids: Iterable[UUID], channel: str) -> dict[UUID, Reach]:
    """Everything that decides and fills a touch, in five statements."""
    ids = list(set(contact_ids))
    contacts = Contact.objects.filter(pk__in=ids).select_related("owner")
    closed: dict[UUID, set[str]] = {}
    for contact_id, closed_channel in DoNotContact.objects.filter(contact_id__in=ids).values_list(
        "contact_id", "channel"
    ):
        closed.setdefault(contact_id, set()).add(closed_channel)
    addresses = addresses_for(ids, "email") if channel == Channel.EMAIL else {}
    refusing = refusing_consent(ids, channel)
    return {
        contact.pk: Reach(
            contact_id=contact.pk,
            name=contact.name,
            city=contact.city,
            fields=contact.fields,
            language=contact.language,
            owner_id=contact.owner_id,
            owner_name=str(contact.owner) if contact.owner else "",
            address=addresses.get(contact.pk, ""),
            standing=Standing(
                do_not_contact=frozenset(closed.get(contact.pk, ())),
                has_address=contact.pk in addresses,
                has_owner=contact.owner_id is not None and contact.owner is not None and contact.owner.is_active,
                agreed=contact.pk not in refusing,
            ),
        )
        for contact in contacts
    }


def compose(
    *, rows: Sequence[Claimed], steps: Mapping[int, Step], reach: Mapping[UUID, Reach], now: datetime
) -> dict[int, Message]:
    """The mails of these touches; one that can't be written is left out.

    Each carries a way out, in its text and as RFC 8058 asks.
    """
    tenant = tenant_current()
    base = tenant_base_url(tenant)
    host = base.partition("://")[2].partition(":")[0]
    signer = tenant_signer(tenant.uuid, WITHDRAWAL)
    links, said_of = _links(rows, steps, base, now), _fields_of(steps)

    def write(row: Claimed) -> Message:
        step, person = steps[row.step_id], reach[row.contact_id]
        way_out = f"{base}/u/{signer.sign({'c': str(row.contact_id), 'ch': 'email'})}"
        values = (
            values_of(person, tenant.name) | said_of(person) | {"withdraw_link": way_out, "link": links.get(row.id, "")}
        )
        body = render(step.body, values)
        if "withdraw_link" not in variables_used(step.body):
            with translation.override(person.language or tenant.language):
                body += "\n\n-- \n" + _("No more of these messages? %(link)s") % {"link": way_out}
        return Message(
            touchpoint_id=row.id,
            to=person.address,
            subject=" ".join(render(step.subject, values).split()),
            body=body,
            headers={
                "List-Unsubscribe": f"<{way_out}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Message-ID": f"<touch.{row.id}.{tenant.schema_name}@{host}>",
                "Auto-Submitted": "auto-generated",
            },
        )

    return _each(rows, write)


def compose_task(
    *, rows: Sequence[Claimed], steps: Mapping[int, Step], reach: Mapping[UUID, Reach], now: datetime
) -> dict[int, tuple[str, str]]:
    """Title and text of each representative's task; one that can't be written is left out."""
    tenant = tenant_current()
    links, said_of = _links(rows, steps, tenant_base_url(tenant), now), _fields_of(steps)

    def write(row: Claimed) -> tuple[str, str]:
        step = steps[row.step_id]
        person = reach[row.contact_id]
        values = values_of(person, tenant.name) | said_of(person) | {"link": links.get(row.id, "")}
        title = render(step.subject, values) or step.name
        return title[:200], render(step.body, values)

    return _each(rows, write)


def _each(rows: Sequence[Claimed], write: Callable[[Claimed], Written]) -> dict[int, Written]:
    """What was written for each row. One that fails must not hold up the others for good."""
    written = {}
    for row in rows:
        try:
            written[row.id] = write(row)
        except Exception:
            log.exception("touch.unwritable", touchpoint=row.id)
    return written


def values_of(person: Reach, business: str) -> dict[str, str]:
    """What the variables of a message say to this contact, links left out."""
    return {
        "contact.name": person.name,
        "contact.city": person.city,
        "rep.name": person.owner_name,
        "business.name": business,
    }


def _fields_of(steps: Mapping[int, Step]) -> Callable[[Reach], dict[str, str]]:
    """What the fields of the business that these steps speak of say of a contact."""
    used = fields_used(*(text for step in steps.values() for text in (step.subject, step.body)))
    shapes, zone = field_shapes(used), tenant_zone()

    def said(person: Reach) -> dict[str, str]:
        return {FIELD + code: show_field(shape, person.fields.get(code), zone=zone) for code, shape in shapes.items()}

    return said


def _links(rows: Sequence[Claimed], steps: Mapping[int, Step], base: str, now: datetime) -> dict[int, str]:
    """The tracked link of each touch whose step shows a material."""
    shown = {step.pk: step.material_id for step in steps.values() if step.material_id is not None}
    wanted = [(shown[row.step_id], row.contact_id, row.id) for row in rows if row.step_id in shown]
    codes = create_touchpoint_links(links=wanted, now=now) if wanted else {}
    return {touchpoint_id: f"{base}/t/{code}" for touchpoint_id, code in codes.items()}
