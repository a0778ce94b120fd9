"""What one box finds: people and companies, the likeliest first, and why each was found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import owner_ids_visible
from contacts.enums import IdentityKind
from contacts.finding.asking import ask
from contacts.finding.matching import Rank, match_name
from contacts.models import Company, Contact
from contacts.selectors.contacts import contact_list
from contacts.selectors.search import begins_with, id_meant, identities_meant, names_like

_LOOKED_AT: Final = 200
"""So many of the newest that match are ranked; a name that is or begins with what was typed is asked for by itself."""


BY_NAME: Final = "name"
BY_COMPANY: Final = "company"
BY_ID: Final = "id"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody was found: `by` name, company, id or a kind of identity; `shown` places of the name, or `hint`."""

    by: str
    shown: tuple[tuple[int, int], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ContactHit:
    contact: Contact
    reason: Reason


@dataclass(frozen=True, slots=True)
class CompanyHit:
    company: Company
    reason: Reason


class _Ranked(NamedTuple):
    """Sorts: how well it fits, mine before others', the newest first."""

    rank: tuple[int, ...]
    is_others: bool
    age: int
    reason: Reason


def contact_search_list(viewer: User, text: str, limit: int = 8) -> list[Contact]:
    """The likeliest of the contacts whom the viewer may see; nobody for an empty text."""
    if not text.strip():
        return []
    companies = company_hits(text, limit=limit)
    return [hit.contact for hit in contact_hits(viewer, text, limit=limit, companies=companies)]


def contact_hits(
    viewer: User, text: str, *, limit: int, companies: list[CompanyHit], within: Iterable[QuerySet[Any]] = ()
) -> list[ContactHit]:
    """Contacts whom the viewer may see by a part of their name, an identity, their id or one of the companies.

    Each of `within` selects ids of contacts to look among.
    """
    text = " ".join(text.split())
    owners = owner_ids_visible(viewer)
    visible = Contact.objects.filter(erased_at=None)
    if owners is not None:
        visible = visible.filter(owner__in=owners)
    for ids in within:
        visible = visible.filter(pk__in=ids)
    best: dict[UUID, _Ranked] = {}
    for pk, owner_id, rank, reason in _found(viewer, visible, text, limit, companies):
        ranked = _Ranked(rank, owner_id != viewer.pk, -pk.int, reason)
        if pk not in best or ranked[:3] < best[pk][:3]:
            best[pk] = ranked
    chosen = sorted(best, key=lambda pk: best[pk][:3])[:limit]
    contacts = contact_list(viewer).in_bulk(chosen)
    return [ContactHit(contacts[pk], best[pk].reason) for pk in chosen if pk in contacts]


_Found = tuple[UUID, UUID | None, tuple[int, ...], Reason]


def _found(
    viewer: User, visible: QuerySet[Contact], text: str, limit: int, companies: list[CompanyHit]
) -> Iterator[_Found]:
    yield from _by_id(visible, text)
    yield from _by_identity(visible, text)
    yield from _by_name(viewer, visible, text, limit)
    yield from _by_company(visible, companies, limit)


def _by_id(visible: QuerySet[Contact], text: str) -> Iterator[_Found]:
    pk = id_meant(text)
    for contact_id, owner_id in visible.filter(pk=pk).values_list("pk", "owner") if pk else ():
        yield contact_id, owner_id, (0,), Reason(BY_ID)


def _by_identity(visible: QuerySet[Contact], text: str) -> Iterator[_Found]:
    meant = identities_meant(text).order_by("-contact")[:_LOOKED_AT].values_list("contact", "kind", "hint")
    said = {contact_id: (kind, hint) for contact_id, kind, hint in meant}
    for pk, owner_id in visible.filter(pk__in=list(said)).values_list("pk", "owner") if said else ():
        kind, hint = said[pk]
        part = kind == IdentityKind.PHONE and len(text) == 4
        yield pk, owner_id, (1 + Rank.WHOLE if part else 0,), Reason(kind, hint=hint)


def _by_name(viewer: User, visible: QuerySet[Contact], text: str, limit: int) -> Iterator[_Found]:
    asked = ask(text)
    like = visible.filter(names_like(text))
    sets = [
        visible.filter(name=text).order_by("-pk")[:limit],
        visible.filter(begins_with(text)).order_by("-pk")[: 2 * limit],
        like.filter(owner=viewer.pk).order_by("-pk")[: 2 * limit],
        like.order_by("-pk")[:_LOOKED_AT],
    ]
    first, *others = (rows.values_list("pk", "name", "owner") for rows in sets)
    for pk, name, owner_id in first.union(*others):
        match = match_name(name, asked)
        if match is not None:
            yield pk, owner_id, (1 + match.rank,), Reason(BY_NAME, match.shown)


def _by_company(visible: QuerySet[Contact], companies: list[CompanyHit], limit: int) -> Iterator[_Found]:
    names = {hit.company.pk: hit.company.name for hit in companies}
    people = visible.filter(company__in=list(names)).order_by("-pk")[:limit].values_list("pk", "owner", "company")
    for pk, owner_id, company_id in people if names else ():
        yield pk, owner_id, (2 + Rank.PART,), Reason(BY_COMPANY, hint=names[company_id])


def company_hits(text: str, *, limit: int) -> list[CompanyHit]:
    """Companies by a part of their name, or their id."""
    text = " ".join(text.split())
    asked, pk = ask(text), id_meant(text)
    living = Company.objects.filter(merged_into=None)
    found: list[tuple[int, str, CompanyHit]] = []
    rows = [
        *(living.filter(pk=pk) if pk else ()),
        *living.filter(begins_with(text)).order_by("name")[:limit],
        *living.filter(names_like(text)).order_by("-pk")[:_LOOKED_AT],
    ]
    for company in dict.fromkeys(rows):
        match = match_name(company.name, asked)
        if company.pk == pk:
            found.append((-1, "", CompanyHit(company, Reason(BY_ID))))
        elif match is not None:
            found.append((match.rank, company.name, CompanyHit(company, Reason(BY_NAME, match.shown))))
    return [hit for _rank, _name, hit in sorted(found, key=lambda each: each[:2])[:limit]]
