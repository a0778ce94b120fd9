"""Companies. Everybody finds them; of their people each reader sees and counts only whom they may see."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.models import User
from accounts.selectors import visible_to
from contacts.company_names import core_of, may_be_one
from contacts.enums import CompanyRole
from contacts.models import Company, CompanyMerge, Contact
from contacts.selectors.contacts import contact_list
from contacts.selectors.search import names_like
from scrm.core.counting import count_of


def company_list(viewer: User, *, q: str = "", industry: str = "", size: str = "") -> QuerySet[Company]:
    """Companies, with how many of their people the viewer may see as `seen`."""
    people = visible_to(viewer, Contact.objects.filter(erased_at=None))
    rows = Company.objects.filter(merged_into=None).select_related("owner", "parent")
    if q:
        rows = rows.filter(names_like(q))
    if industry:
        rows = rows.filter(industry=industry)
    if size:
        rows = rows.filter(size=size)
    return rows.annotate(seen=count_of(people, "company"))


def company_get(pk: UUID) -> Company | None:
    """One company, merged or not."""
    return Company.objects.select_related("owner", "parent", "merged_into").filter(pk=pk).first()


def company_people(viewer: User, company_ids: Collection[UUID]) -> QuerySet[Contact]:
    """Those of its people whom the viewer may see; who decides comes first."""
    order = Case(
        *(When(company_role=role, then=Value(place)) for place, role in enumerate(CompanyRole.values)),
        default=Value(len(CompanyRole.values)),
        output_field=IntegerField(),
    )
    return contact_list(viewer).filter(company__in=list(company_ids)).order_by(order, "name", "pk")


def company_parts(company: Company) -> list[Company]:
    return list(Company.objects.filter(parent=company, merged_into=None).order_by("name"))


def company_ids_with_parts(company: Company) -> set[UUID]:
    """The company and everything that is part of it, however far below."""
    found, level = {company.pk}, {company.pk}
    while level:
        level = set(Company.objects.filter(parent__in=level).values_list("pk", flat=True)) - found
        found |= level
    return found


def company_doubles(company: Company, *, limit: int = 5) -> list[Company]:
    """Companies that differ from this one in legal form and spelling alone: to be looked at, never merged by itself."""
    alike = Company.objects.filter(names_like(core_of(company.name)), merged_into=None).exclude(pk=company.pk)
    return [row for row in alike.order_by("pk")[:200] if may_be_one(row.name, company.name)][:limit]


def company_merges(company: Company) -> list[CompanyMerge]:
    """Merges into this company that can be taken back."""
    rows = CompanyMerge.objects.filter(into=company, undone_at=None, company__merged_into=company)
    return list(rows.select_related("company", "by").order_by("-at"))


def company_merge_get(pk: UUID) -> CompanyMerge | None:
    return CompanyMerge.objects.select_related("company", "into").filter(pk=pk).first()


def company_industries() -> list[str]:
    rows: Any = Company.objects.exclude(industry="").order_by("industry").values_list("industry", flat=True)
    return list(rows.distinct()[:200])


def company_named(name: str) -> Company | None:
    """The company of this name, or the one that the name leads to."""
    found = Company.objects.select_related("merged_into").filter(name__iexact=" ".join(name.split())).first()
    return found.merged_into or found if found else None
