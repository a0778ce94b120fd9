"""What is worked out of arrivals before the database is asked, so that another thread may do it."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.inputs import Known, PersonInput
from contacts.sealing import known_of
from exchange.problems import Problem
from leads.arrivals import all_said, merged, person_of, problems_of, said_digests
from leads.inputs import Arrival
from scrm.core.crypto import TenantKeys, blind_indexes
from tenants.selectors import tenant_keys


@dataclass(slots=True)
class Prepared:
    """An arrival that can be kept: a digest of what it says, its person with their identities, and its key's lock."""

    arrival: Arrival
    digest: bytes
    said: PersonInput
    identities: Known
    lock: bytes


@dataclass(slots=True)
class Unfit:
    """An arrival that can't be kept, and why."""

    arrival: Arrival
    problems: list[Problem]


def prepare(arrivals: Sequence[Arrival], keys: TenantKeys) -> list[Prepared | Unfit]:
    """Each arrival with what follows from it alone; no database."""
    found: list[Prepared | Unfit] = []
    said = [all_said(arrival) for arrival in arrivals]
    problems = [problems_of(arrival, parts) for arrival, parts in zip(arrivals, said, strict=True)]
    fit = [place for place, found_here in enumerate(problems) if not found_here]
    people = [person_of(arrivals[place]) for place in fit]
    ready = zip(
        (arrivals[place] for place in fit),
        said_digests([said[place] for place in fit], keys),
        people,
        known_of(people, keys),
        blind_indexes([arrivals[place].dedupe_key for place in fit], keys=keys, purpose="lead.key"),
        strict=True,
    )
    for arrival, why in zip(arrivals, problems, strict=True):
        found.append(Unfit(arrival, why) if why else Prepared(*next(ready)))
    return found


def as_one(several: Sequence[Prepared]) -> Prepared:
    """Arrivals of one enquiry as one, with what the last of them says about what it was told."""
    if len(several) == 1:
        return several[0]
    arrival = merged([each.arrival for each in several])
    person = person_of(arrival)
    return Prepared(arrival, several[-1].digest, person, known_of([person], tenant_keys())[0], several[0].lock)
