"""Arrivals that the tests of flows begin with."""

from contacts.normalise import normalise_email, normalise_phone
from leads.enums import LeadOrigin
from leads.inputs import Arrival, IdentityInput, LeadInput


def phone(text: str) -> IdentityInput:
    found = normalise_phone(text)
    return IdentityInput("phone", found.value, found.key)


def email(text: str) -> IdentityInput:
    found = normalise_email(text)
    return IdentityInput("email", found.value, found.key)


def make_arrival(
    number: int = 1, *, key: str = "", came_by: LeadOrigin = LeadOrigin.API, consents=(), owner_id=None, **said
) -> Arrival:
    """The `number`-th of many different people, unless it says otherwise."""
    ways = (phone(f"138{number:08d}"), email(f"person{number}@example.com"))
    said = {"name": f"Person {number}", "identities": ways, "source": "Expo", **said}
    return Arrival(
        LeadInput(row=number, **said), came_by, key or f"lead:{number}", consents=consents, owner_id=owner_id
    )
