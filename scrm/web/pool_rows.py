"""A customer of the public pool as a list shows them: masked, unless the reader sees all records anyhow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.enums import Scope
from accounts.masking import masked
from accounts.models import User
from contacts.enums import PutBack
from contacts.masking import masked_name
from leads.models import Lead, PoolPolicy
from scrm.flows.assignment import products_of


@dataclass(frozen=True, slots=True)
class PoolRow:
    """`face` is what their picture is drawn from, `wish` what they ask for, `barred_until` from when on the reader may
    have them again."""

    lead: Lead
    name: str
    face: str
    since: datetime
    wish: str
    left_by: str
    left_why: str
    barred_until: datetime | None


def pool_rows(leads: Iterable[Any], viewer: User, policy: PoolPolicy) -> list[PoolRow]:
    """The rows of `pool_list` for this reader."""
    in_clear = viewer.data_scope == Scope.ALL
    return [
        PoolRow(
            lead,
            str(lead.contact) if in_clear else masked_name(lead.contact.name),
            str(lead.contact) if in_clear else lead.contact.name[:1],
            lead.since,
            str(masked(", ".join(sorted(products_of(lead.attributes))))),
            lead.left_by or "",
            str(PutBack(lead.left_why).label) if lead.left_why else "",
            lead.left_me_at + timedelta(days=policy.barred_days) if lead.left_me_at else None,
        )
        for lead in leads
    ]
