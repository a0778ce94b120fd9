"""All arrivals of one lead in a batch: what is known of them, and what is told about them afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

import accounts.services
import leads.services
from accounts.models import User
from contacts.custom.undoing import FieldsSet
from contacts.inputs import Known, PersonInput
from contacts.selectors import forgotten_keys
from contacts.selectors.kinds import kind_names
from contacts.services import FoundPerson
from events.inputs import Happening
from exchange.problems import Problem
from leads.arrivals import LeadValues
from leads.enums import CLOSED_STATUSES, MATCHED_LEAD, MATCHED_NEW, AssignedBy, LeadOrigin, LeadStatus
from leads.inputs import CREATED, REJECTED, UNCHANGED, UPDATED, Arrival, ArrivalOutcome
from leads.models import Lead
from leads.services import KnownLead, NewArrival
from scrm.flows.telling import plain

CAPTURED: Final = "lead_captured"


@dataclass(slots=True)
class Enquiry:
    """All arrivals of one lead in this batch, and what comes of them."""

    arrival: Arrival
    places: list[int]
    digests: list[bytes]
    identities: Known
    known: KnownLead | None
    said: PersonInput
    person: FoundPerson
    contact_id: UUID
    values: LeadValues
    tag_ids: list[UUID]
    owner_id: UUID | None = None
    assigned_by: AssignedBy = AssignedBy.STAYS
    rule_id: UUID | None = None
    method: str = ""
    lead_id: UUID | None = None
    changed: bool = False
    fields_set: FieldsSet | None = None

    @property
    def is_open(self) -> bool:
        return self.values.status not in CLOSED_STATUSES

    @property
    def is_won(self) -> bool:
        return self.values.status == LeadStatus.WON


def names_of_kinds(enquiries: Iterable[Enquiry]) -> dict[str, str]:
    """What the kinds of identity are called of which something could not become theirs."""
    people = [enquiry.person for enquiry in enquiries]
    return kind_names({kind for each in people for kind in (*(t.kind for t in each.taken), *dict(each.surplus))})


def outcomes_of(
    enquiry: Enquiry, arrivals: Mapping[int, Arrival], kinds: Mapping[str, str]
) -> dict[int, ArrivalOutcome]:
    """What became of each of its arrivals, by place; `kinds` as `names_of_kinds` has them."""
    found = {}
    for at, place in enumerate(enquiry.places):
        if enquiry.known is not None:
            outcome = UPDATED if enquiry.changed else UNCHANGED
        elif at == 0:
            outcome = CREATED
        else:
            outcome = UNCHANGED if enquiry.digests[at] == enquiry.digests[at - 1] else UPDATED
        row = arrivals[place].lead.row
        problems = _problems_of(row, enquiry.person, kinds) if at == 0 else ()
        found[place] = ArrivalOutcome(row, outcome, enquiry.lead_id, enquiry.contact_id, problems)
    return found


def forgotten_keys_of(together: Mapping[str, tuple[Arrival, Known]]) -> set[str]:
    """Those of files whose people asked never to be brought in again; who comes by themselves is welcome."""
    ways = {key: found for key, (arrival, found) in together.items() if arrival.came_by == LeadOrigin.IMPORT}
    barred = forgotten_keys({way for found in ways.values() for way in found}) if ways else set()
    return {key for key, found in ways.items() if not barred.isdisjoint(found)}


def refused_forgotten(arrival: Arrival) -> ArrivalOutcome:
    reason = gettext("This person asked to be erased and not to be brought in again.")
    fix = gettext("Leave the row out.")
    return ArrivalOutcome(arrival.lead.row, REJECTED, problems=(Problem(arrival.lead.row, "", "", reason, fix),))


def _problems_of(row: int, person: FoundPerson, kinds: Mapping[str, str]) -> tuple[Problem, ...]:
    """Identities that did not become theirs."""
    if not person.taken and not person.surplus:
        return ()
    taken = gettext("This belongs to another customer already, and stays theirs.")
    compare = gettext("Check whether the two are one person.")
    surplus = gettext("They have another one already, and can have one only.")
    correct = gettext("Check which of the two is right.")
    return (
        *(Problem(row, kinds[each.kind], each.hint, taken, compare) for each in person.taken),
        *(Problem(row, kinds[kind], hint, surplus, correct) for kind, hint in person.surplus),
    )


def keep_arrivals(
    enquiries: Sequence[Enquiry],
    outcomes: Mapping[int, ArrivalOutcome],
    arrivals: Mapping[int, Arrival],
    start: bool,
    now: datetime,
) -> None:
    """How each came in, for its lead's page; what was here already unchanged came in before."""
    leads.services.keep_arrivals(
        arrivals=[
            NewArrival(
                lead_id=enquiry.lead_id,
                arrival=arrivals[place],
                outcome=outcomes[place].outcome,
                matched_by=MATCHED_LEAD if enquiry.known is not None else enquiry.person.match.by or MATCHED_NEW,
                assigned_by=enquiry.assigned_by,
                owner_id=enquiry.owner_id,
                rule_id=enquiry.rule_id,
                method=enquiry.method,
                fields_set=enquiry.fields_set if place == enquiry.places[0] else None,
            )
            for enquiry in enquiries
            for place in enquiry.places
            if enquiry.lead_id is not None
        ],
        starts_sops=start,
        now=now,
    )


def told_of(enquiry: Enquiry) -> dict[str, Any]:
    return plain(
        {
            "lead_id": enquiry.lead_id,
            "contact_id": enquiry.contact_id,
            "owner_id": enquiry.owner_id,
            "source": enquiry.arrival.lead.source,
            "came_by": str(enquiry.arrival.came_by),
        }
    )


def captured(enquiry: Enquiry, now: datetime) -> Happening:
    lead = str(enquiry.lead_id)
    said: dict[str, Any] = {
        "lead": lead,
        "source": enquiry.arrival.lead.source,
        "came_by": str(enquiry.arrival.came_by),
    }
    moment = enquiry.values.captured_at or now
    return Happening(enquiry.contact_id, CAPTURED, moment, f"{CAPTURED}:{lead}", said)


def audit(enquiries: Sequence[Enquiry], new: Sequence[Enquiry], actor: User | None, now: datetime) -> None:
    """One line for a lead by hand or API, one for a whole batch; a form speaks for itself."""
    changed = [enquiry for enquiry in enquiries if enquiry.changed]
    came_by = {enquiry.arrival.came_by for enquiry in changed}
    if not changed or came_by == {LeadOrigin.FORM}:
        return
    details = {"came_by": ", ".join(sorted(came_by)), "created": len(new), "updated": len(changed) - len(new)}
    subject = Lead(pk=changed[0].lead_id) if len(changed) == 1 else None
    action = "lead.captured" if new else "lead.updated"
    accounts.services.record_audit(action=action, actor=actor, subject=subject, details=details, now=now)
