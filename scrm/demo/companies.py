"""Where some of a demo business's people work, and what the business notes about them."""

from datetime import datetime
from typing import Any, Final

from accounts.models import User
from contacts.enums import CompanyRole, CompanySize, FieldKind, FieldSubject
from contacts.models import Contact
from contacts.services import save_company, save_field, set_fields
from leads.services import lead_ids_of
from leads.services.fields import write_lead_fields
from scrm.flows.companies import person_placed
from tenants.selectors import tenant_zone

_CHINESE: Final = (
    ("华宇集团", "华宇科技有限公司"),
    "企业礼品",
    ("采购经理", "总经理"),
    ("方便联系的时间", ("午休", "晚上", "周末")),
    "年度预算",
    ("意向产品", ("入门套餐", "标准套餐", "定制方案")),
    "税号",
)
_ENGLISH: Final = (
    ("North Fleet Group", "North Fleet Rental GmbH"),
    "Mobility",
    ("Fleet manager", "Managing director"),
    ("Best time to call", ("Noon", "Evening", "Weekend")),
    "Yearly budget",
    ("Wants", ("Starter", "Standard", "Made to measure")),
    "Tax number",
)


def know_companies(people: list[Contact], *, by: User, language: str, now: datetime) -> None:
    """A group and its company where these people work, and fields of contacts, leads and companies."""
    words = _CHINESE if language.startswith("zh") else _ENGLISH
    (top, part), industry, titles, (choice, labels), budget, (wanted, wants), tax = words
    group = save_company(company=None, name=top, parent=None, owner=by, industry=industry, by=by, now=now)
    size = CompanySize.TO_200
    said: dict[str, Any] = {"by": by, "now": now}
    number = save_field(field=None, kind=FieldKind.TEXT, label=tax, subject=FieldSubject.COMPANY, **said)
    fields = {number.code: "91310000MA1FL0L11X"}
    save_company(company=None, name=part, parent=group, owner=by, industry=industry, size=size, fields=fields, **said)
    chosen = save_field(field=None, kind=FieldKind.CHOICE, label=choice, choices=list(labels), by=by, now=now)
    amount = save_field(field=None, kind=FieldKind.MONEY, label=budget, position=1, by=by, now=now)
    about = {"subject": FieldSubject.LEAD, "choices": list(wants), **said}
    want = save_field(field=None, kind=FieldKind.CHOICE, label=wanted, **about)
    roles = (CompanyRole.BUYS, CompanyRole.DECIDES)
    for place, contact in enumerate(people):
        title, role = titles[place % 2], roles[place % 2]
        person_placed(contact=contact, by=by, now=now, company=part, job_title=title, company_role=role)
        values = {chosen.code: chosen.choices[place % 3][0], amount.code: str(20_000 * (place + 1))}
        set_fields(contact_id=contact.pk, values=values, role=by.role, zone=tenant_zone(), **said)
        for lead_id in lead_ids_of(contact.pk):
            write_lead_fields(lead_id=lead_id, read={want.code: want.choices[place % 3][0]}, **said)
