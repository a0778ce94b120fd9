"""The stories of segments: people come and go by themselves, and somebody starts an SOP for them."""

from datetime import datetime
from typing import Final

import contacts.services
from accounts.models import User
from accounts.services import record_audit
from audiences.models import Segment
from audiences.selectors import segment_member_ids
from audiences.services import refresh_stalest
from campaigns.models import Sop
from campaigns.services.enrolment import enroll
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.engagement import starts_for

_AT_ONCE: Final = 5000


def segments_due(budget: Budget) -> bool:
    """Refresh the segments that have become stale, the stalest first; True when more may be waiting."""
    while refresh_stalest(now=clock.now()):
        if budget.spent:
            return True
    return False


def segment_started(segment: Segment, sop: Sop, *, by: User, now: datetime) -> int:
    """Somebody starts an SOP for the members they may see; gives how many never were in it before.

    A transaction for each part of them: what broke off is taken up by starting it again, since
    nobody is enrolled twice.
    """
    members = segment_member_ids(by, segment)
    started = 0
    for first in range(0, len(members), _AT_ONCE):
        with due_work():
            present = contacts.services.lock_contacts(contact_ids=members[first : first + _AT_ONCE])
            starts = starts_for(dict.fromkeys(sorted(present)), now)
            started += enroll(sop=sop, starts=list(starts.values()))
    details = {"segment": segment.name, "contacts": started}
    record_audit(action="sop.started_by_hand", actor=by, subject=sop, details=details, now=now)
    return started
