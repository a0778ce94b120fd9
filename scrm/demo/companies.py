"""Where some of a demo business's people work, and what the business notes about them."""

from datetime import datetime
from typing import Final

from accounts.models import User
from contacts.enums import CompanyRole, CompanySize, FieldKind
from contacts.models import Contact
from contacts.services import save_company, save_field, set_fields
from scrm.flows.companies import person_placed
from tenants.selectors import tenant_zone

_CHINESE: Final = (
    ("华宇集团", "华宇科技有限公司"),
    "企业礼品",
    ("采购经理", "总经理"),
    ("方便联系的时间", ("午休", "晚上", "周末")),
    "年度预算",
)
_ENGLISH: Final = (
    ("North Fleet Group", "North Fleet Rental GmbH"),
    "Mobility",
    ("Fleet manager", "Managing director"),
    ("Best time to call", ("Noon", "Evening", "Weekend")),
    "Yearly budget",
)


def know_companies(people: list[Contact], *, by: User, language: str, now: datetime) -> None:
    """A group and its company where these people work, and two fields of the business."""
    words = _CHINESE if language.startswith("zh") else _ENGLISH
    (top, part), industry, titles, (choice, labels), budget = words
    group = save_company(company=None, name=top, parent=None, owner=by, industry=industry, by=by, now=now)
    size = CompanySize.TO_200
    save_company(company=None, name=part, parent=group, owner=by, industry=industry, size=size, by=by, now=now)
    chosen = save_field(field=None, kind=FieldKind.CHOICE, label=choice, choices=list(labels), by=by, now=now)
    amount = save_field(field=None, kind=FieldKind.MONEY, label=budget, position=1, by=by, now=now)
    roles = (CompanyRole.BUYS, CompanyRole.DECIDES)
    for place, contact in enumerate(people):
        title, role = titles[place % 2], roles[place % 2]
        person_placed(contact=contact, by=by, now=now, company=part, job_title=title, company_role=role)
        values = {chosen.code: chosen.choices[place % 3][0], amount.code: str(20_000 * (place + 1))}
        set_fields(contact_id=contact.pk, values=values, role=by.role, by=by, now=now, zone=tenant_zone())
