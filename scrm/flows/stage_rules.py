"""The story of stage rules that wait for no event: whoever they come to hold for is moved, set by set."""

from typing import Final

import contacts.services
from contacts.queries import contact_ids_matching, next_contact_ids_matching
from lifecycle.enums import MoveSource
from lifecycle.rules import wish
from lifecycle.services_rules import go_on_behind, hold_due_rule, keep_looked
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows import progress

_AT_ONCE: Final = 500
"""People moved in one transaction."""


def stage_rules_due(budget: Budget) -> bool:
    """Look after the rules whose time has come; True when more is waiting."""
    while _looked_after():
        if budget.spent:
            return True
    return False


def _looked_after() -> bool:
    """One batch of one rule; the next goes on behind it, so that nobody is asked about twice in one look."""
    with due_work():
        now = clock.now()
        due = hold_due_rule(now=now)
        if due is None:
            return False
        rule, about, after = due
        found = next_contact_ids_matching(about, now, after=after, limit=_AT_ONCE + 1)
        # Asked again once they are held: some were moved meanwhile.
        some = found[:_AT_ONCE]
        held = contacts.services.lock_contacts(contact_ids=some)
        going = contact_ids_matching(about, now, among=held)
        progress.move([wish(rule, pk) for pk in sorted(going)], source=MoveSource.RULE, now=now)
        if len(found) > _AT_ONCE:
            go_on_behind(rule_id=rule.id, contact_id=some[-1])
        else:
            keep_looked(rule_id=rule.id, now=now)
        return True
