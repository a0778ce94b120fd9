"""How a lead comes in: who it is, whose it becomes, and what begins with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import campaigns.services
import contacts.services
import leads.services
import lifecycle.services
import tagging.services
from accounts.models import User
from campaigns.enums import Reason, Trigger
from campaigns.models import Sop
from contacts.custom.undoing import FieldsSet
from exchange.enums import HookEvent
from exchange.outbox import publish_each
from leads.arrivals import LeadValues, values_of, with_defaults
from leads.enums import LeadOrigin, LeadStatus
from leads.inputs import REJECTED, UNCHANGED, Arrival, ArrivalOutcome
from leads.services import NewLead
from lifecycle.enums import MoveSource, StageKind
from lifecycle.transitions import Move, StageInfo
from scheduler.services import due_work
from scrm.core.postgres.statements import rows_together
from scrm.flows import duplicates
from scrm.flows.alerts import leads_assigned
from scrm.flows.assignment import owners_decided
from scrm.flows.engagement import follows_of, give_tags, starts_for, take_in
from scrm.flows.enquiries import (
    CAPTURED,
    Enquiry,
    audit,
    captured,
    forgotten_keys_of,
    keep_arrivals,
    names_of_kinds,
    outcomes_of,
    refused_forgotten,
    told_of,
)
from scrm.flows.pool import pool_left
from scrm.flows.prepared import Prepared, Unfit, as_one, prepare
from scrm.flows.responses import answers_awaited
from scrm.flows.stage_handover import stages_reached
from scrm.flows.telling import stages_told
from scrm.flows.ways import Way, is_touch, note_ways
from tagging.enums import TagSource
from tagging.rules import Grant
from tenants.selectors import tenant_keys

_TAG_SOURCE: Final = {
    LeadOrigin.FORM: TagSource.FORM,
    LeadOrigin.API: TagSource.API,
    LeadOrigin.IMPORT: TagSource.IMPORT,
    LeadOrigin.HAND: TagSource.HAND,
    LeadOrigin.WEBHOOK: TagSource.API,
}
_MOVE_SOURCE: Final = {LeadOrigin.IMPORT: MoveSource.IMPORT}


def lead_arrived(
    arrivals: Sequence[Arrival], *, now: datetime, actor: User | None = None, start_sops: bool = True
) -> list[ArrivalOutcome]:
    """Leads came in: each is kept once, with its contact, owner, stage and tags, and SOPs begin.

    One transaction for the batch, in a number of statements that does not grow with it. `now` is
    the T of what begins, also for leads that were captured long ago.
    """
    if not arrivals:
        return []
    return prepared_arrived(prepare(arrivals, tenant_keys()), now=now, actor=actor, start_sops=start_sops)


def prepared_arrived(
    prepared: Sequence[Prepared | Unfit], *, now: datetime, actor: User | None = None, start_sops: bool = True
) -> list[ArrivalOutcome]:
    """The same, where what follows from the arrivals alone is worked out already."""
    fit = {place: each for place, each in enumerate(prepared) if isinstance(each, Prepared)}
    outcomes = {
        place: ArrivalOutcome(each.arrival.lead.row, REJECTED, problems=tuple(each.problems))
        for place, each in enumerate(prepared)
        if isinstance(each, Unfit)
    }
    if fit:
        with due_work(), rows_together():
            outcomes |= _take(fit, now, actor, start_sops)
    return [outcomes[place] for place in range(len(prepared))]


def _take(
    prepared: Mapping[int, Prepared], now: datetime, actor: User | None, start: bool
) -> dict[int, ArrivalOutcome]:
    outcomes, enquiries = _recognise(prepared, now)
    new = [enquiry for enquiry in enquiries if enquiry.known is None]
    owners_decided(new, now)
    # Asked before rows are copied: a question in between would wait for them.
    stages = lifecycle.services.default_stages()
    follows = follows_of({CAPTURED}) if new else None
    sops = campaigns.services.sops_that_start(Trigger.LEAD_CAPTURED) if new and start else []
    kept = contacts.services.keep_people(
        people=[enquiry.said for enquiry in enquiries],
        again={enquiry.contact_id for enquiry in enquiries if enquiry.known is not None},
        found=[enquiry.person for enquiry in enquiries],
        identities=[enquiry.identities for enquiry in enquiries],
        owners=[enquiry.owner_id if enquiry.known is None else None for enquiry in enquiries],
        now=now,
    )
    _note_fields(enquiries, kept.fields)
    duplicates.note_taken([enquiry.person for enquiry in enquiries], now)
    _keep_leads(enquiries, new, kept.changed, now)
    _note_ways(enquiries, now)
    _place(enquiries, new, stages, now)
    _tag(enquiries, kept.zones, now, start)
    # Named after leads that were made just now, so they can't be there.
    happened = [captured(enquiry, now) for enquiry in new]
    take_in(happened, now=now, start=start, held=kept.zones, are_new=True, follows=follows)
    _start(sops, new, kept.zones, now)
    won = sorted({enquiry.contact_id for enquiry in enquiries if enquiry.changed and enquiry.is_won})
    if won:
        campaigns.services.exit_enrollments(contact_ids=won, reason=Reason.WON, now=now)
    pool_left(kept.taken, now)
    publish_each(HookEvent.LEAD_CAPTURED, new, told_of, now)
    _alert(new, actor, now)
    if new and start:
        answers_awaited(new, now)
    audit(enquiries, new, actor, now)
    arrivals = {place: each.arrival for place, each in prepared.items()}
    kinds = names_of_kinds(enquiries)
    for enquiry in enquiries:
        outcomes |= outcomes_of(enquiry, arrivals, kinds)
    keep_arrivals(enquiries, outcomes, arrivals, start, now)
    return outcomes


def _recognise(prepared: Mapping[int, Prepared], now: datetime) -> tuple[dict[int, ArrivalOutcome], list[Enquiry]]:
    """What is here already unchanged, and every other enquiry with its person, under lock."""
    places: dict[str, list[int]] = {}
    for place, each in prepared.items():
        places.setdefault(each.arrival.dedupe_key, []).append(place)
    together = {key: as_one([prepared[place] for place in found]) for key, found in places.items()}
    contacts.services.lock_people(
        identities=[each.identities for each in together.values()], also=[each.lock for each in together.values()]
    )
    known = leads.services.find_leads(dedupe_keys=together.keys())
    outcomes: dict[int, ArrivalOutcome] = {}
    rest: list[tuple[str, Prepared]] = []
    forgotten = forgotten_keys_of({key: (each.arrival, each.identities) for key, each in together.items()})
    for key, each in together.items():
        lead = known.get(key)
        if key in forgotten:
            outcomes |= {place: refused_forgotten(prepared[place].arrival) for place in places[key]}
        elif lead is not None and all(prepared[place].digest == lead.digest for place in places[key]):
            for place in places[key]:
                row = prepared[place].arrival.lead.row
                outcomes[place] = ArrivalOutcome(row, UNCHANGED, lead.id, lead.contact_id)
        else:
            rest.append((key, each))
    people = contacts.services.find_people(
        identities=[each.identities for _key, each in rest],
        settled={place: known[key].contact_id for place, (key, _each) in enumerate(rest) if key in known},
    )
    values, tag_ids = _read([each.arrival for _key, each in rest], now)
    enquiries = [
        Enquiry(
            arrival=each.arrival,
            places=places[key],
            digests=[prepared[place].digest for place in places[key]],
            identities=each.identities,
            known=known.get(key),
            said=each.said,
            person=person,
            contact_id=person.contact_id,
            values=said,
            tag_ids=tags,
        )
        for (key, each), person, said, tags in zip(rest, people, values, tag_ids, strict=True)
    ]
    return outcomes, enquiries


def _read(arrivals: Sequence[Arrival], now: datetime) -> tuple[list[LeadValues], list[list[UUID]]]:
    """What arrivals say about their leads, with sources and tags of ours; unknown tags stay attributes."""
    sources = leads.services.ensure_sources(names=[arrival.lead.source for arrival in arrivals], now=now)
    of_form = leads.services.form_sources(arrival.form_id for arrival in arrivals)
    named = tagging.services.tag_ids_named(tag for arrival in arrivals for tag in arrival.lead.tags)
    values, tag_ids = [], []
    for arrival in arrivals:
        source_id = sources.get(arrival.lead.source)
        if source_id is None and arrival.form_id is not None:
            source_id = of_form.get(arrival.form_id)
        said, tags = values_of(arrival, source_id), list(arrival.tag_ids)
        if arrival.lead.tags:
            unknown = [tag for tag in arrival.lead.tags if tag not in named]
            tags += [named[tag] for tag in arrival.lead.tags if tag in named]
            if unknown:
                said = replace(said, attributes={**said.attributes, "tags": ", ".join(unknown)})
        values.append(said)
        tag_ids.append(tags)
    return values, tag_ids


def _note_fields(enquiries: Sequence[Enquiry], fields: Mapping[UUID, FieldsSet]) -> None:
    """With the first arrival of each contact that says any: the batch wrote them together.

    Whom a file brings keeps them as long as its row: they go together.
    """
    left = dict(fields)
    for enquiry in enquiries if left else ():
        if enquiry.said.fields and (enquiry.arrival.job_id is None or enquiry.person.contact is not None):
            enquiry.fields_set = left.pop(enquiry.contact_id, None)


def _keep_leads(
    enquiries: Sequence[Enquiry], new: Sequence[Enquiry], changed_contacts: set[UUID], now: datetime
) -> None:
    added = leads.services.add_leads(
        leads=[
            NewLead(
                contact_id=enquiry.contact_id,
                dedupe_key=enquiry.arrival.dedupe_key,
                came_by=enquiry.arrival.came_by,
                values=with_defaults(enquiry.values, enquiry.person.defaults),
                digest=enquiry.digests[-1],
                owner_id=enquiry.owner_id,
            )
            for enquiry in new
        ],
        now=now,
    )
    for enquiry, lead_id in zip(new, added, strict=True):
        enquiry.lead_id, enquiry.changed = lead_id, True
    again = {
        enquiry.known.id: (enquiry.values, enquiry.digests[-1]) for enquiry in enquiries if enquiry.known is not None
    }
    changed = leads.services.change_leads(wanted=again, now=now)
    for enquiry in enquiries:
        if enquiry.known is not None:
            enquiry.lead_id = enquiry.known.id
            enquiry.changed = enquiry.known.id in changed or enquiry.contact_id in changed_contacts


def _note_ways(enquiries: Sequence[Enquiry], now: datetime) -> None:
    note_ways(
        [
            Way(
                contact_id=enquiry.contact_id,
                lead_id=enquiry.lead_id,
                arrival=enquiry.arrival,
                is_new=enquiry.known is None,
                was_known=enquiry.person.contact is not None,
                is_won=enquiry.is_won,
            )
            for enquiry in enquiries
            if enquiry.lead_id is not None and (is_touch(enquiry.arrival) or enquiry.is_won)
        ],
        now,
    )


def _place(enquiries: Sequence[Enquiry], new: Sequence[Enquiry], stages: Sequence[StageInfo], now: datetime) -> None:
    """New contacts enter the lifecycle; those with a deal stand at its end."""
    ends: dict[str, StageInfo | None] = {
        LeadStatus.WON: lifecycle.services.first_of_kind(stages, StageKind.WON),
        LeadStatus.LOST: lifecycle.services.first_of_kind(stages, StageKind.LOST),
    }
    first = lifecycle.services.first_of_kind(stages, StageKind.OPEN)
    moves: dict[MoveSource, list[Move]] = {}
    fresh = {id(enquiry) for enquiry in new}
    known = {enquiry.contact_id for enquiry in enquiries if enquiry.person.contact is not None}
    for enquiry in enquiries:
        stage = ends.get(enquiry.values.status, first)
        won = enquiry.is_won
        if stage is not None and (won or id(enquiry) in fresh):
            source = _MOVE_SOURCE.get(enquiry.arrival.came_by, MoveSource.ARRIVAL)
            # One that is lost says nothing of what the contact does elsewhere, so it only places newcomers.
            moves.setdefault(source, []).append(Move(enquiry.contact_id, stage.id, entering=not won, onward=won))
    for source, wishes in moves.items():
        moved = lifecycle.services.move_contacts(moves=wishes, source=source, stages=stages, known=known, now=now)
        stages_told(moved, now=now)
        stages_reached(moved, by=None, now=now)
        if len(moves) > 1:
            known.update(wish.contact_id for wish in wishes)


def _tag(enquiries: Sequence[Enquiry], zones: Mapping[UUID, str], now: datetime, start: bool) -> None:
    grants: dict[TagSource, list[Grant]] = {}
    for enquiry in enquiries:
        if enquiry.tag_ids:
            evidence = enquiry.arrival.evidence or enquiry.arrival.lead.source or enquiry.arrival.lead.origin
            found = [Grant(enquiry.contact_id, tag_id, evidence=evidence) for tag_id in enquiry.tag_ids]
            grants.setdefault(_TAG_SOURCE[enquiry.arrival.came_by], []).extend(found)
    for source, wishes in grants.items():
        added = give_tags(wishes, source=source, now=now, start=start, zones=zones)
        tagged = {contact_id for contact_id, _tag in added}
        for enquiry in enquiries:
            enquiry.changed |= enquiry.contact_id in tagged


def _alert(new: Sequence[Enquiry], actor: User | None, now: datetime) -> None:
    """Owners hear of their leads; of a file's rows each once, with a number."""
    fresh: dict[UUID | None, dict[UUID, list[UUID]]] = {}
    for enquiry in new:
        if enquiry.owner_id is not None and enquiry.lead_id is not None and enquiry.is_open:
            of_job = fresh.setdefault(enquiry.arrival.job_id, {})
            of_job.setdefault(enquiry.owner_id, []).append(enquiry.lead_id)
    for job_id, leads_of in fresh.items():
        leads_assigned(leads_of, now=now, by=actor, topic=f"job:{job_id}" if job_id else "")


def _start(sops: Sequence[Sop], new: Sequence[Enquiry], zones: Mapping[UUID, str], now: datetime) -> None:
    if not sops:
        return
    lead_of: dict[UUID, UUID | None] = {}
    for enquiry in new:
        lead_of.setdefault(enquiry.contact_id, enquiry.lead_id)
    starts = list(starts_for(lead_of, now, zones).values())
    for sop in sops:
        campaigns.services.enroll(sop=sop, starts=starts)
