"""What one box finds: people and companies, the likeliest first, and why each was found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import Reach, reach_of
from contacts.enums import IdentityKind
from contacts.finding.asking import Asked, ask
from contacts.finding.matching import Rank, match_name
from contacts.finding_queries import companies_named, contacts_named
from contacts.models import Company, Contact
from contacts.selectors.contacts import contact_rows
from contacts.selectors.kinds import kind_names
from contacts.selectors.search import id_meant, identities_meant

_LOOKED_AT: Final = 200
"""So many of those with a number's last four digits are ranked, the newest."""


BY_NAME: Final = "name"
BY_COMPANY: Final = "company"
BY_ID: Final = "id"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody was found: `by` name, company, id or a kind of identity, `called` so; `shown` places of the name,
    or `hint`."""

    by: str
    shown: tuple[tuple[int, int], ...] = ()
    hint: str = ""
    called: str = ""


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


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody typed, and what it means beside names: companies, an id, identities with their contacts."""

    text: str
    asked: Asked
    companies: list[CompanyHit]
    identities: list[tuple[UUID, str, str]]
    pk: UUID | None


def question_of(text: str, *, limit: int) -> Question:
    """Read what was typed; up to `limit` companies."""
    text = " ".join(text.split())
    rows = identities_meant(text).order_by("-contact").values_list("contact", "kind", "hint")
    return Question(text, ask(text), company_hits(text, limit=limit), list(rows[:_LOOKED_AT]), id_meant(text))


def contact_search_list(viewer: User, text: str, limit: int = 8) -> list[Contact]:
    """The likeliest of the contacts whom the viewer may see; nobody for an empty text."""
    if not text.strip():
        return []
    return [hit.contact for hit in contact_hits(reach_of(viewer), question_of(text, limit=limit), limit=limit)]


def contact_hits(
    reach: Reach, question: Question, *, limit: int, within: Iterable[QuerySet[Any]] = ()
) -> list[ContactHit]:
    """Contacts within reach by a part of their name, an identity, their id or one of the companies.

    Each of `within` selects ids of contacts to look among.
    """
    narrowed = list(within)
    visible = reach.among(Contact.objects.filter(erased_at=None))
    for ids in narrowed:
        visible = visible.filter(pk__in=ids)
    best: dict[UUID, _Ranked] = {}
    for pk, owner_id, rank, reason in (
        *_by_id(visible, question),
        *_by_identity(visible, question),
        *_by_name(reach, question, limit, narrowed),
        *_by_company(visible, question, limit),
    ):
        ranked = _Ranked(rank, owner_id != reach.viewer_id, -pk.int, reason)
        if pk not in best or ranked[:3] < best[pk][:3]:
            best[pk] = ranked
    chosen = sorted(best, key=lambda pk: best[pk][:3])[:limit]
    rows = reach.among(contact_rows()).defer("search_keys", "company__search_keys")
    contacts = rows.in_bulk(chosen) if chosen else {}
    return [ContactHit(contacts[pk], best[pk].reason) for pk in chosen if pk in contacts]


_Found = tuple[UUID, UUID | None, tuple[int, ...], Reason]


def _by_id(visible: QuerySet[Contact], question: Question) -> Iterator[_Found]:
    for pk, owner_id in visible.filter(pk=question.pk).values_list("pk", "owner") if question.pk else ():
        yield pk, owner_id, (0,), Reason(BY_ID)


def _by_identity(visible: QuerySet[Contact], question: Question) -> Iterator[_Found]:
    said = {contact_id: (kind, hint) for contact_id, kind, hint in question.identities}
    names = kind_names(kind for kind, _hint in said.values())
    for pk, owner_id in visible.filter(pk__in=list(said)).values_list("pk", "owner") if said else ():
        kind, hint = said[pk]
        part = kind == IdentityKind.PHONE and len(question.text) == 4
        yield pk, owner_id, (1 + Rank.WHOLE if part else 0,), Reason(kind, hint=hint, called=names[kind])


def _by_name(reach: Reach, question: Question, limit: int, within: list[QuerySet[Any]]) -> Iterator[_Found]:
    named = contacts_named(question.asked, owners=reach.owners, mine=reach.viewer_id, limit=limit, within=within)
    for pk, name, owner_id in named:
        match = match_name(name, question.asked)
        if match is not None:
            yield pk, owner_id, (1 + match.rank,), Reason(BY_NAME, match.shown)


def _by_company(visible: QuerySet[Contact], question: Question, limit: int) -> Iterator[_Found]:
    names = {hit.company.pk: hit.company.name for hit in question.companies}
    people = visible.filter(company__in=list(names)).order_by("-pk")[:limit].values_list("pk", "owner", "company")
    for pk, owner_id, company_id in people if names else ():
        yield pk, owner_id, (2 + Rank.PART,), Reason(BY_COMPANY, hint=names[company_id])


def company_hits(text: str, *, limit: int) -> list[CompanyHit]:
    """Companies by a part of their name, or their id."""
    text = " ".join(text.split())
    asked, pk = ask(text), id_meant(text)
    best: dict[UUID, tuple[int, str, Reason]] = {pk: (-1, "", Reason(BY_ID))} if pk else {}
    for company_id, name in companies_named(asked, limit=limit):
        match = match_name(name, asked)
        if match is not None:
            best.setdefault(company_id, (match.rank, name, Reason(BY_NAME, match.shown)))
    chosen = sorted(best, key=lambda each: best[each][:2])[:limit]
    living = Company.objects.filter(merged_into=None).defer("search_keys").in_bulk(chosen) if chosen else {}
    return [CompanyHit(living[each], best[each][2]) for each in chosen if each in living]
