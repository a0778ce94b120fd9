"""Recognise the people of arrivals, and keep what those say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from contacts import queries
from contacts.custom.undoing import FieldsSet
from contacts.enums import ConsentWay, FieldSubject, OwnerWhy
from contacts.finding.keys import keys_of
from contacts.inputs import Known, PersonInput
from contacts.matching import PRECEDENCE, Key, Match, OwnKeys, match_people
from contacts.models import Company, Consent, Contact, DoNotContact, Identity
from contacts.sealing import SealedIdentity, hint_of, lock_number, seal_identities
from contacts.selectors.kinds import BUILT_IN, own_kinds_coded
from contacts.services.contacts import remember_owners
from contacts.services.sealed_fields import write_sealed
from scrm.core.bulk import insert_columns, update_columns
from scrm.core.ids import uuid7s
from tenants.selectors import tenant_keys

_SAID: Final = ("name", "city", "country", "zone")


_KEPT: Final = (*_SAID, "note", "company_id", "owner_id")


_WAYS: Final = {way: way for way in ConsentWay.values} | {"webhook": ConsentWay.API.value}


Defaults = Mapping[str, Mapping[str, Any]]
_NO_DEFAULTS: Final[Defaults] = MappingProxyType({})


class Taken(NamedTuple):
    """An identity of an arrival that is somebody else's: masked, and whose."""

    kind: str
    hint: str
    contact_id: UUID


class FoundPerson(NamedTuple):
    """Whose one arrival is; `contact` is None for somebody new. `taken` are identities that are others'; `surplus`
    those, by kind and masked, of which they have one already and can have no other.

    `defaults` are what fields hold in what is made without them, by what they are of.
    """

    contact_id: UUID
    match: Match
    contact: Contact | None = None
    taken: tuple[Taken, ...] = ()
    defaults: Defaults = _NO_DEFAULTS
    surplus: tuple[tuple[str, str], ...] = ()

    @property
    def owner_id(self) -> UUID | None:
        """Who is in charge and still works here."""
        owner = self.contact.owner if self.contact else None
        return owner.pk if owner is not None and owner.is_active else None


@dataclass(frozen=True, slots=True)
class KeptPeople:
    """Those known before that changed, everybody's time zone, and which fields of whom are others now.

    `fields` are by contact and code: before and after; `taken` who was nobody's, with their owner of now.
    """

    changed: set[UUID]
    zones: dict[UUID, str]
    fields: dict[UUID, FieldsSet] = field(default_factory=dict)
    taken: dict[UUID, UUID] = field(default_factory=dict)


def lock_people(*, identities: Iterable[Known], also: Iterable[bytes] = ()) -> None:
    """Hold every identity of these people, known or not, until the transaction ends.

    Nobody else can look one up in between, so the same person arriving twice at once is one contact.
    `also` are other blind indexes to hold.
    """
    blinds = [blind for known in identities for _kind, blind in known]
    queries.lock_numbers(map(lock_number, [*blinds, *also]))


def find_people(*, identities: Sequence[Known], settled: Mapping[int, UUID]) -> list[FoundPerson]:
    """Whose each arrival is; contacts that exist are locked. `settled` are those known otherwise."""
    keys = {key for known in identities for key in known}
    holders, precedence, defaults = queries.holders_of(keys)
    own = own_kinds_coded({kind for kind, _blind in keys} - BUILT_IN)
    single = frozenset(code for code, kind in own.items() if not kind.several)
    # Held before it is asked what they have, so that two at once can't both be the first.
    contacts = _locked({*holders.values(), *settled.values()}) if single else {}
    of_own = OwnKeys(
        frozenset(code for code, kind in own.items() if not kind.matches), single, _having(single, contacts)
    )
    matches = match_people(list(map(tuple, identities)), holders, settled, precedence or PRECEDENCE, of_own)
    if not single:
        contacts = _locked({match.person for match in matches if isinstance(match.person, UUID)})
    new = {match.person for match in matches if isinstance(match.person, int)}
    minted = dict(zip(sorted(new), uuid7s(len(new)), strict=True))
    found = []
    held: dict[Key, UUID | int] = {}
    if any(match.taken for match in matches):
        held = {**holders, **{key: match.person for match in matches for key in match.claimed}}
    for match, known in zip(matches, identities, strict=True):
        taken = tuple(
            Taken(key[0], hint_of(key[0], known[key].value), _whose(held[key], minted)) for key in match.taken
        )
        surplus = tuple((key[0], hint_of(key[0], known[key].value)) for key in match.surplus)
        if isinstance(match.person, int):
            found.append(FoundPerson(minted[match.person], match, None, taken, defaults, surplus))
        else:
            found.append(FoundPerson(match.person, match, contacts[match.person], taken, defaults, surplus))
    return found


def _having(kinds: Collection[str], contact_ids: Iterable[UUID]) -> frozenset[tuple[UUID, str]]:
    """Who of these has one of which kind."""
    if not kinds:
        return frozenset()
    rows = Identity.objects.filter(contact__in=list(contact_ids), kind__in=kinds)
    return frozenset(rows.values_list("contact", "kind"))


def _whose(person: UUID | int, minted: Mapping[int, UUID]) -> UUID:
    return minted[person] if isinstance(person, int) else person


def keep_people(
    *,
    people: Sequence[PersonInput],
    found: Sequence[FoundPerson],
    identities: Sequence[Known],
    owners: Sequence[UUID | None],
    again: Collection[UUID],
    now: datetime,
) -> KeptPeople:
    """Write what arrivals say about the people found.

    `owners`, one for each arrival, become the owner of contacts that have none, the first of each; `again` are
    contacts of whom the same was told before, so that it may be corrected now.
    """
    defaults = found[0].defaults if found else _NO_DEFAULTS
    held = defaults.get(FieldSubject.CONTACT, {})
    companies = _company_ids([person.company for person in people], defaults.get(FieldSubject.COMPANY, {}), now)
    # What no arrival speaks of is not written either: a file without fields costs what it did.
    kept = (*_KEPT, "fields") if held or any(person.fields for person in people) else _KEPT
    before = {each.contact_id: _state(each.contact, kept) for each in found if each.contact is not None}
    states = {contact_id: dict(state) for contact_id, state in before.items()}
    newcomers: dict[UUID, dict[str, Any]] = {}
    taken_over: set[UUID] = set()
    for person, each, owner_id in zip(people, found, owners, strict=True):
        contact_id = each.contact_id
        state = newcomers.get(contact_id) if each.contact is None else states[contact_id]
        if state is None:
            newcomers[contact_id] = _newcomer(person, companies, owner_id)
            continue
        _say(state, person, companies, held, replace=person.overwrites and contact_id in again)
        is_owned = each.owner_id or contact_id in taken_over if each.contact else state["owner_id"]
        if owner_id is not None and not is_owned:
            state["owner_id"] = owner_id
            taken_over.add(contact_id)
    changed = {contact_id for contact_id, state in before.items() if states[contact_id] != state}
    fields = _fields_set(before, {**states, **newcomers}) if kept != _KEPT else {}
    for state in newcomers.values():
        state["fields"] = {**held, **state["fields"]}
    _write_contacts(newcomers, kept, now, new=True)
    _write_contacts({pk: states[pk] for pk in sorted(changed)}, kept, now, new=False)
    taken = {pk: states[pk]["owner_id"] for pk in sorted(changed) if before[pk]["owner_id"] != states[pk]["owner_id"]}
    remember_owners(before=dict.fromkeys(taken), after=taken, why=OwnerWhy.ARRIVAL, now=now)
    states |= newcomers
    changed |= before.keys() & _claim(people, found, identities, now)
    changed |= before.keys() & _bar(people, found, now)
    _agree(people, found, now)
    changed |= before.keys() & _seal(people, found, again, now)
    zones = {contact_id: state["zone"] for contact_id, state in states.items()}
    return KeptPeople(changed, zones, fields, taken)


def _fields_set(before: Mapping[UUID, Mapping[str, Any]], states: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, Any]:
    found = {}
    for contact_id, state in states.items():
        had, has = before[contact_id]["fields"] if contact_id in before else {}, state["fields"]
        if had != has:
            found[contact_id] = {code: [had.get(code), said] for code, said in has.items() if had.get(code) != said}
    return found


def _locked(contact_ids: set[UUID]) -> dict[UUID, Contact]:
    if not contact_ids:
        return {}
    rows = Contact.objects.filter(pk__in=contact_ids).select_related("owner").order_by("pk")
    return {contact.pk: contact for contact in rows.select_for_update(of=("self",), no_key=True)}


def _state(contact: Contact, kept: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in kept}


def _newcomer(person: PersonInput, companies: Mapping[str, UUID], owner_id: UUID | None) -> dict[str, Any]:
    """What is said of somebody of whom nothing was known."""
    return {
        "name": person.name,
        "city": person.city,
        "country": person.country,
        "zone": person.zone,
        "note": person.note,
        "company_id": companies[person.company] if person.company else None,
        "owner_id": owner_id,
        "fields": person.fields or {},
    }


def _say(
    state: dict[str, Any],
    person: PersonInput,
    companies: Mapping[str, UUID],
    defaults: Mapping[str, Any],
    *,
    replace: bool,
) -> None:
    for name in _SAID:
        said = getattr(person, name)
        if said and (replace or not state[name]):
            state[name] = said
    if person.company and (replace or state["company_id"] is None):
        state["company_id"] = companies[person.company]
    held = state.get("fields", {})
    # What nobody said but a field holds from the beginning is not known.
    said_fields = {
        code: said
        for code, said in person.fields.items()
        if replace or code not in held or held[code] == defaults.get(code)
    }
    if said_fields:
        state["fields"] = {**held, **said_fields}
    if person.note and person.note not in state["note"]:
        state["note"] = "\n".join(filter(None, [state["note"], person.note]))


def _company_ids(names: Iterable[str], fields: Mapping[str, Any], now: datetime) -> dict[str, UUID]:
    """The companies of these names; those that are missing are made."""
    # Sorted as the index sorts, so that two batches that make the same companies can't wait for each other.
    wanted = sorted(filter(None, dict.fromkeys(names)), key=str.lower)
    if not wanted:
        return {}
    found = queries.company_ids_by_name(wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        keys = [keys_of(name) for name in missing]
        columns: dict[str, list[Any]] = {"id": uuid7s(len(missing)), "name": missing, "search_keys": keys}
        constants = {"created_at": now, "fields": dict(fields)}
        insert_columns(Company, columns, constants, on_conflict="DO NOTHING")
        found |= queries.company_ids_by_name(missing)
    return found


def _write_contacts(states: Mapping[UUID, Mapping[str, Any]], kept: Sequence[str], now: datetime, *, new: bool) -> None:
    columns: dict[str, list[Any]] = {"id": list(states)}
    columns |= {name: [state[name] for state in states.values()] for name in kept}
    columns["search_keys"] = [keys_of(name) for name in columns["name"]]
    if new:
        insert_columns(Contact, columns, {"created_at": now, "updated_at": now})
    else:
        update_columns(Contact, columns, {"updated_at": now})


def _claim(
    people: Sequence[PersonInput], found: Sequence[FoundPerson], identities: Sequence[Known], now: datetime
) -> list[UUID]:
    """Write identities that were nobody's; gives whose each is now."""
    owners: list[UUID] = []
    provenance: list[str] = []
    given: list[tuple[str, str, bytes]] = []
    for person, each, known in zip(people, found, identities, strict=True):
        contact_id, came_by = each.contact_id, person.provenance[:20]
        for key in each.match.claimed:
            kind, blind = key
            owners.append(contact_id)
            provenance.append(came_by)
            given.append((kind, known[key].value, blind))
    if given:
        sealed = seal_identities(given, keys=tenant_keys())
        columns: dict[str, Sequence[Any]] = dict(zip(SealedIdentity._fields, zip(*sealed, strict=True), strict=True))
        insert_columns(Identity, {**columns, "contact_id": owners, "provenance": provenance}, {"created_at": now})
    return owners


def _bar(people: Sequence[PersonInput], found: Sequence[FoundPerson], now: datetime) -> set[UUID]:
    said = [(each, person.barred) for person, each in zip(people, found, strict=True) if person.barred]
    marks = sorted({(each.contact_id, channel.value) for each, barred in said for channel in barred})
    columns: dict[str, list[Any]] = {
        "contact_id": [contact_id for contact_id, _ in marks],
        "channel": [channel for _, channel in marks],
    }
    constants = {"reason": "arrival", "since": now}
    rows = insert_columns(DoNotContact, columns, constants, on_conflict="DO NOTHING", returning="contact_id")
    return {row[0] for row in rows}


def _seal(
    people: Sequence[PersonInput], found: Sequence[FoundPerson], again: Collection[UUID], now: datetime
) -> set[UUID]:
    """Keep what was said of sensitive fields; gives of whom any changed."""
    said: dict[UUID, dict[str, Any]] = {}
    over = set()
    for person, each in zip(people, found, strict=True):
        if person.sealed:
            replace = person.overwrites and each.contact_id in again
            held = said.setdefault(each.contact_id, {})
            held |= {code: value for code, value in person.sealed.items() if replace or code not in held}
            over |= {each.contact_id} if replace else set()
    return set(write_sealed(said=said, over=over, now=now)) if said else set()


def _agree(people: Sequence[PersonInput], found: Sequence[FoundPerson], now: datetime) -> None:
    # A mark stays, whatever a form says: anybody can type somebody else's address into one.
    said = [
        (each, person.provenance, person.consents)
        for person, each in zip(people, found, strict=True)
        if person.consents
    ]
    given = [(each.contact_id, way, consent) for each, way, consents in said for consent in consents]
    columns: dict[str, list[Any]] = {
        "contact_id": [contact_id for contact_id, _, _ in given],
        "channel": [consent.channel.value for _, _, consent in given],
        "purpose": [consent.purpose.value for _, _, consent in given],
        "given": [consent.given for _, _, consent in given],
        "text_version": [consent.text_version for _, _, consent in given],
        "way": [_WAYS.get(provenance, "") for _, provenance, _ in given],
        "proof": [dict(consent.proof) for _, _, consent in given],
    }
    insert_columns(Consent, columns, {"at": now})
