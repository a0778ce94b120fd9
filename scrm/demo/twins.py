"""Customers who are, or may be, one person: a pair that came in with identities of both, one alike, one merged."""

from datetime import datetime, timedelta

from contacts.normalise import normalise_email, normalise_phone
from leads.enums import LeadOrigin
from leads.inputs import Arrival, IdentityInput, LeadInput
from scrm.demo.ground import Ground
from scrm.flows.arrival import lead_arrived
from scrm.flows.contact_merge import contacts_merged
from scrm.flows.duplicates import look_for_duplicates


def meet_twins(ground: Ground, *, language: str, now: datetime) -> None:
    """Four people under five names; the last two were found to be one."""
    chinese = language.startswith("zh")
    names = (
        ("许可馨", "许女士", "何浩然", "何先生") if chinese else ("Anna Vogel", "A. Vogel", "Jonas Keller", "J. Keller")
    )
    first, second = ("+8619900009801", "+8619900009802") if chinese else ("+49302312590", "+49302312591")
    said = [
        (names[0], first, ""),
        (names[1], "", "vogel@example.org"),
        (names[0], first, "vogel@example.org"),
        (names[2], second, ""),
        (names[3], "", "keller@example.org"),
    ]
    source, when = ground.sources[0].name, now - timedelta(days=20)
    arrivals = [_arrival(number, *each, source, when) for number, each in enumerate(said)]
    told = [lead_arrived([each], now=now, start_sops=False)[0] for each in arrivals]
    stays, goes = told[3].contact_id, told[4].contact_id
    if stays is not None and goes is not None:
        contacts_merged(stays, goes, by=ground.users["ops"], now=now)
    look_for_duplicates(by=ground.users["ops"], now=now)


def _arrival(number: int, name: str, phone: str, mail: str, source: str, when: datetime) -> Arrival:
    ways = []
    if phone:
        found = normalise_phone(phone)
        ways.append(IdentityInput("phone", found.value, found.key))
    if mail:
        address = normalise_email(mail)
        ways.append(IdentityInput("email", address.value, address.key))
    said = LeadInput(row=number, name=name, identities=tuple(ways), source=source, captured_at=when)
    return Arrival(said, LeadOrigin.API, f"demo:twin:{number}")
