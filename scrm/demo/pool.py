"""The demo's public pool: a few customers that their owners gave back, its rules, and two that go tomorrow."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle
from typing import Final

from django.db.models import F

from accounts.models import User
from contacts.enums import PutBack
from leads.enums import LeadStatus
from leads.models import Lead
from leads.services import save_pool_policy, save_pool_rule, warn_owners
from scrm.flows.releasing import put_back

_GIVEN_BACK: Final = 7
_REASONS: Final = (PutBack.NOT_MINE, PutBack.UNREACHABLE, PutBack.NO_NEED, PutBack.NO_TIME)


def fill_pool(users: Mapping[str, User], *, now: datetime) -> None:
    by, rep = users["ops"], users["rep"]
    save_pool_policy(across_departments=True, by=by, now=now)
    save_pool_rule(rule=None, source=None, days=90, by=by, now=now)
    held = Lead.objects.filter(status__in=[LeadStatus.ASSIGNED, LeadStatus.WORKING], owner=F("contact__owner"))
    held = held.select_related("owner").order_by("-captured_at", "pk")
    colleagues = held.exclude(owner=rep).exclude(contact__in=held.filter(owner=rep).values("contact"))
    given = [*colleagues[: _GIVEN_BACK - 1], *held.filter(owner=rep)[2:3]]
    for number, (lead, reason) in enumerate(zip(given, cycle(_REASONS), strict=False)):
        moment = now - timedelta(hours=5 * (len(given) - number))
        put_back([lead.contact_id], reason=reason, viewer=by, by=lead.owner, now=moment)
    goes = held.filter(owner=rep).order_by("captured_at", "pk")[:2]
    warn_owners(owners=dict.fromkeys((lead.contact_id for lead in goes), rep.pk), due_at=now + timedelta(days=1))
