"""Somebody begins to work for a company, or stops to; two companies become one."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from contacts.models import Company, CompanyMerge, Contact
from contacts.services import (
    company_of_name,
    hold_contact,
    merge_companies,
    note_opportunities,
    place_people,
    undo_company_merge,
)
from exchange.enums import HookEvent
from leads.services.companies import give_opportunities_back, move_opportunities
from scheduler.services import due_work
from scrm.flows.telling import told


def person_placed(
    *, contact: Contact, by: User | None, now: datetime, company: str = "", job_title: str = "", company_role: str = ""
) -> bool:
    """Say where somebody works; a company that is not known yet is made. False when nothing differs. ValidationError
    when they are no longer there."""
    with due_work():
        hold_contact(contact_id=contact.pk)
        place = company_of_name(name=company, now=now)
        before = (contact.company_id, contact.job_title, contact.company_role)
        if before == (place.pk if place else None, job_title, company_role):
            return False
        place_people(contact_ids=[contact.pk], company=place, job_title=job_title, company_role=company_role, now=now)
        fields = ["company", "job_title", "company_role"]
        told(HookEvent.CONTACT_UPDATED, [{"contact_id": contact.pk, "fields": fields}], now=now)
        record_audit(action="contact.placed", actor=by, subject=contact, details={"fields": fields}, now=now)
        return True


@transaction.atomic
def companies_merged(*, company: Company, into: Company, by: User | None, now: datetime) -> CompanyMerge:
    """People, parts and opportunities of one company become another's."""
    merge = merge_companies(company=company, into=into, by=by, now=now)
    note_opportunities(merge=merge, ids=move_opportunities(company=company, into=into))
    return merge


@transaction.atomic
def companies_parted(*, merge: CompanyMerge, by: User | None, now: datetime) -> None:
    """The merge is taken back, as far as what moved is still where it moved."""
    undo_company_merge(merge=merge, by=by, now=now)
    give_opportunities_back(ids=merge.opportunities, company=merge.company, into=merge.into)
