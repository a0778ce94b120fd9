"""What somebody sent by a hosted form, as it can be kept and read again, and the enquiry that it makes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.datastructures import MultiValueDict

from contacts.sealing import hint_of
from leads.arrival_payloads import payload_of
from leads.enums import HeldReason, LeadOrigin
from leads.form_content import Content
from leads.inputs import Arrival
from leads.models import Form
from leads.services.held import NewHeld
from scrm.core import crypto
from scrm.flows.entry import through_link
from scrm.web.hosted_form import HostedForm
from tenants.selectors import tenant_keys, tenant_zone


@dataclass(frozen=True, slots=True)
class Sent:
    """Answers to a version of a form, when its page was opened, and what led there."""

    version: int
    said: Mapping[str, list[str]]
    opened_at: datetime
    utm: Mapping[str, str]
    link_id: UUID | None = None
    touched_at: datetime | None = None

    def filled(self, content: Content) -> HostedForm:
        return HostedForm(content, MultiValueDict(self.said))


def as_bytes(sent: Sent) -> bytes:
    """What `read_sent` reads."""
    times = {"opened_at": sent.opened_at, "touched_at": sent.touched_at}
    said = {
        "version": sent.version,
        "said": dict(sent.said),
        "utm": dict(sent.utm),
        "link": str(sent.link_id) if sent.link_id else None,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")


def read_sent(payload: bytes) -> Sent:
    said = json.loads(payload)
    return Sent(
        version=said["version"],
        said=said["said"],
        opened_at=datetime.fromisoformat(said["opened_at"]),
        utm=said["utm"],
        link_id=UUID(said["link"]) if said["link"] else None,
        touched_at=datetime.fromisoformat(said["touched_at"]) if said["touched_at"] else None,
    )


def arrival_of(form: Form, sent: Sent, filled: HostedForm) -> Arrival:
    """The same person through the same form on the same day is the same enquiry, however often they send it."""
    lead = filled.lead(form)
    known_by = lead.identities[0]
    who = crypto.blind_index(f"{known_by.kind} {known_by.key}", keys=tenant_keys(), purpose="lead.form").hex()
    day = sent.opened_at.astimezone(tenant_zone()).date()
    arrival = Arrival(
        lead=lead,
        came_by=LeadOrigin.FORM,
        dedupe_key=f"form:{form.pk}:{who}:{day:%Y%m%d}",
        form_id=form.pk,
        form_version=sent.version,
        utm=dict(sent.utm),
        consents=filled.consents(form, sent.version),
        payload=payload_of(dict(sent.said)),
    )
    if sent.link_id is None or sent.touched_at is None:
        return arrival
    return through_link(arrival, sent.link_id, sent.touched_at)


def held_of(form: Form, sent: Sent, arrival: Arrival, reason: HeldReason) -> NewHeld:
    """The same, to wait for a person's word."""
    known_by = arrival.lead.identities[0]
    return NewHeld(
        form_id=form.pk,
        dedupe_key=arrival.dedupe_key,
        name=arrival.lead.name,
        hint=hint_of(known_by.kind, known_by.value),
        payload=as_bytes(sent),
        reason=reason,
    )
