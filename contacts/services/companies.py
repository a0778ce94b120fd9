"""Make, change and merge companies, and say what somebody does in one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts import queries
from contacts.custom.values import written
from contacts.enums import FieldSubject
from contacts.finding.keys import keys_of
from contacts.models import Company, CompanyMerge, Contact
from contacts.sealing import lock_number
from contacts.selectors.fields import field_defaults
from scrm.core import crypto
from scrm.core.bulk import insert_columns
from scrm.core.ids import uuid7
from tenants.selectors import tenant_keys

DEPTH_MOST: Final = 10
"""So many companies stand one above another at most."""


@transaction.atomic
def save_company(
    *,
    company: Company | None,
    name: str,
    parent: Company | None,
    owner: User | None,
    by: User | None,
    now: datetime,
    domains: Sequence[str] = (),
    industry: str = "",
    size: str = "",
    note: str = "",
    fields: Mapping[str, Any] | None = None,
) -> Company:
    """Make one, or change it; ValidationError when the name is taken or the parent is part of it.

    `fields` are as `read_values` gives them; those that are left out stay.
    """
    _hold_tree()
    made = company is None
    company = _held(company, "name") if company is not None else Company(created_at=now)
    name = " ".join(name.split())
    taken = Company.objects.filter(name__iexact=name).exclude(pk=company.pk).first()
    if taken is not None:
        raise ValidationError({"name": _("There is a company of this name already.")})
    if parent is not None:
        parent = _held(parent, "parent")
        _refuse_circle(company.pk, parent)
    company.name, company.parent, company.owner = name, parent, owner
    company.domains, company.industry, company.size, company.note = list(domains), industry, size, note
    company.updated_at = now
    held = field_defaults(FieldSubject.COMPANY) if made else company.fields
    changed, company.fields = written(held, fields or {})
    company.clean_fields(exclude=["created_at", "fields"])
    company.save(force_insert=made)
    details = {"fields": changed} if changed else {}
    action = "company.made" if made else "company.edited"
    record_audit(action=action, actor=by, subject=company, details=details, now=now)
    return company


def _hold_tree() -> None:
    """Nobody else changes what is part of what, or what means what: only two at once could close a circle."""
    index = crypto.blind_index("companies", keys=tenant_keys(), purpose="company.tree")
    queries.lock_numbers([lock_number(index)])


def _held(company: Company, field: str) -> Company:
    """As it stands now. ValidationError, about the field, where it was merged meanwhile."""
    held = Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
    if held.merged_into_id:
        raise ValidationError({field: _("This company was merged into another meanwhile.")})
    return held


def _refuse_circle(company_id: UUID, parent: Company) -> None:
    above: Company | None = parent
    for _level in range(DEPTH_MOST):
        if above is None:
            return
        if above.pk == company_id:
            raise ValidationError({"parent": _("A company can't be part of itself.")})
        above = above.parent
    raise ValidationError({"parent": _("So many companies can't stand one above another.")})


@transaction.atomic
def merge_companies(*, company: Company, into: Company, by: User | None, now: datetime) -> CompanyMerge:
    """Give people and parts of one company to another; its name leads there from now on."""
    _hold_tree()
    held = Company.objects.select_for_update(of=("self",)).filter(pk__in=[company.pk, into.pk]).order_by("pk")
    rows = {row.pk: row for row in held}
    company, into = rows[company.pk], rows[into.pk]
    if company.pk == into.pk or company.merged_into_id or into.merged_into_id:
        raise ValidationError({"into": _("Choose another company that was not merged itself.")})
    if company.pk in _ids_above(into):
        raise ValidationError({"into": _("Choose a company that is not part of this one.")})
    people = Contact.objects.filter(company=company).select_for_update(no_key=True).order_by("pk")
    merge = CompanyMerge.objects.create(
        company=company,
        into=into,
        people=list(people.values_list("pk", flat=True)),
        parts=list(Company.objects.filter(parent=company).order_by("pk").values_list("pk", flat=True)),
        second_names=list(Company.objects.filter(merged_into=company).order_by("pk").values_list("pk", flat=True)),
        domains=[domain for domain in company.domains if domain not in into.domains],
        by=by,
        at=now,
    )
    Contact.objects.filter(pk__in=merge.people).update(company=into, updated_at=now)
    Company.objects.filter(pk__in=merge.parts).update(parent=into)
    Company.objects.filter(pk__in=merge.second_names).update(merged_into=into)
    Company.objects.filter(pk=company.pk).update(merged_into=into, updated_at=now)
    Company.objects.filter(pk=into.pk).update(domains=[*into.domains, *merge.domains], updated_at=now)
    record_audit(action="company.merged", actor=by, subject=into, details=_told(merge), now=now)
    return merge


def note_opportunities(*, merge: CompanyMerge, ids: Sequence[UUID]) -> None:
    """Remember which opportunities moved, in the transaction of the merge."""
    CompanyMerge.objects.filter(pk=merge.pk).update(opportunities=list(ids))


@transaction.atomic
def undo_company_merge(*, merge: CompanyMerge, by: User | None, now: datetime) -> None:
    """Give back what moved and has not been moved on since; ValidationError when it was taken back already."""
    _hold_tree()
    merge = CompanyMerge.objects.select_for_update(of=("self",)).select_related("company", "into").get(pk=merge.pk)
    company, into = merge.company, merge.into
    if merge.undone_at or company.merged_into_id != into.pk:
        raise ValidationError(_("This merge was taken back, or the company was merged on."))
    Company.objects.filter(pk=company.pk).update(merged_into=None, updated_at=now)
    Company.objects.filter(pk__in=merge.second_names, merged_into=into).update(merged_into=company)
    Company.objects.filter(pk__in=merge.parts, parent=into).update(parent=company)
    people = Contact.objects.filter(pk__in=merge.people, company=into).select_for_update(no_key=True).order_by("pk")
    back = list(people.values_list("pk", flat=True))
    Contact.objects.filter(pk__in=back).update(company=company, updated_at=now)
    kept = [domain for domain in into.domains if domain not in merge.domains]
    Company.objects.filter(pk=into.pk).update(domains=kept, updated_at=now)
    CompanyMerge.objects.filter(pk=merge.pk).update(undone_at=now)
    record_audit(action="company.merge_undone", actor=by, subject=company, details=_told(merge), now=now)


def company_of_name(*, name: str, now: datetime) -> Company | None:
    """The company of this name, or that the name leads to; made where there is none. None for an empty name."""
    name = " ".join(name.split())
    if not name:
        return None
    known = queries.company_ids_by_name([name])
    if not known:
        columns: dict[str, list[Any]] = {"id": [uuid7()], "name": [name], "search_keys": [keys_of(name)]}
        constants = {"created_at": now, "fields": field_defaults(FieldSubject.COMPANY)}
        insert_columns(Company, columns, constants, on_conflict="DO NOTHING")
        known = queries.company_ids_by_name([name])
    return Company.objects.get(pk=known[name])


def place_people(
    *,
    contact_ids: Collection[UUID],
    company: Company | None,
    now: datetime,
    job_title: str = "",
    company_role: str = "",
) -> int:
    """Say where held contacts work, as what, and what they do when their company buys."""
    said = {"company": company, "job_title": job_title, "company_role": company_role, "updated_at": now}
    return Contact.objects.filter(pk__in=set(contact_ids)).update(**said)


def _ids_above(company: Company) -> set[UUID]:
    above: set[UUID] = set()
    step: Company | None = company
    while step is not None and step.pk not in above:
        above.add(step.pk)
        step = step.parent
    return above


def _told(merge: CompanyMerge) -> dict[str, Any]:
    return {"merge": str(merge.pk), "from": merge.company.name, "into": merge.into.name, "people": len(merge.people)}
