"""What a lead's first answer is promised by: its rule's terms, and the opening hours in which its time runs."""

from uuid import UUID

from accounts.hours import Hours
from accounts.selectors_duty import Offices
from leads.models import ResponseRule
from leads.responses import Promise


def promise_of(rule: ResponseRule) -> Promise:
    return Promise(rule.minutes, rule.remind_before, rule.escalate_after, rule.take_after)


def hours_of(rule: ResponseRule, offices: Offices, department_id: UUID | None) -> Hours | None:
    """Those of the owner's department; None where the time runs by the clock alone."""
    return offices.hours_of(department_id) if rule.within_hours else None
