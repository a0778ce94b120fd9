"""Who may do what, and to what: the one declared matrix that code, docs and tests read. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from accounts.enums import Reach, Role, Scope

DEFAULT_SCOPE: Final = {
    Role.PRINCIPAL: Scope.ALL,
    Role.ADMIN: Scope.ALL,
    Role.OPS: Scope.ALL,
    Role.MANAGER: Scope.DEPARTMENT,
    Role.REP: Scope.OWN,
    Role.AUDITOR: Scope.ALL,
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: the roles that may, how far it reaches, and what it means."""

    roles: frozenset[Role]
    reach: Reach
    meaning: str


def _records(roles: Iterable[Role], meaning: str) -> Action:
    return Action(frozenset(roles), Reach.RECORDS, meaning)


def _business(roles: Iterable[Role], meaning: str) -> Action:
    return Action(frozenset(roles), Reach.BUSINESS, meaning)


_RULE = {Role.PRINCIPAL, Role.ADMIN}
_PLAN = {*_RULE, Role.OPS}
_LEAD = {*_PLAN, Role.MANAGER}
_FIELD = {*_LEAD, Role.REP}
_DESK = {*_LEAD, Role.AUDITOR}
_EVERY = {*_DESK, Role.REP}

ACTIONS: Final[dict[str, Action]] = {
    "desk.open": _records(_DESK, "Enter the dashboard and its home page"),
    "lead.view": _records(_EVERY, "See leads"),
    "lead.edit": _records(_FIELD, "Enter, rate, work, win, lose and hand over leads"),
    "lead.import": _business(_PLAN, "Bring in files of leads, and see what became of them"),
    "contact.view": _records(_EVERY, "See contacts and their story"),
    "contact.edit": _records(_FIELD, "Change, tag, move and bar contacts, log what was said"),
    "contact.reveal": _records(_FIELD, "See a phone, an e-mail or an id in clear"),
    "contact.merge": _records(_LEAD, "Merge contacts who are one person, and take that back"),
    "contact.hand_over": _records(_LEAD, "Give contacts, with what is open about them, to a colleague"),
    "assignment.view": _records(_DESK, "See by which rules new leads find their owner"),
    "assignment.edit": _business(_PLAN, "Make and change assignment rules, opening hours and times to answer"),
    "pool.view": _business(_EVERY, "See, masked, who in the public pool may be offered to them"),
    "pool.claim": _business(_FIELD, "Claim customers from the public pool, and put their own into it"),
    "pool.edit": _business(_PLAN, "Say what may be claimed, and when customers go to the public pool"),
    "availability.edit": _records(_LEAD, "Say what colleagues take on and when they are away"),
    "follow_up.edit": _business(_PLAN, "Make and change outcomes of talks, topics of voices and stages of deals"),
    "person.view": _records(_DESK, "See what people ask of us, and who looked at how many in clear"),
    "person.note": _records(_PLAN, "Note and settle what people ask of us"),
    "person.export": _records(_PLAN, "Make and fetch a copy of all that is known of a person"),
    "person.erase": _records(_RULE, "Erase a person"),
    "privacy.edit": _business(_RULE, "Say how many may be seen in clear, what people agree to and where they must"),
    "company.view": _records(_EVERY, "See companies, and of their people those who are the reader's to see"),
    "company.edit": _records(_FIELD, "Make and change companies, and say what people do there"),
    "company.merge": _business(_LEAD, "Merge companies that are the same, and take that back"),
    "field.edit": _business(_PLAN, "Make, change and archive custom fields, and say which role sees them"),
    "source.view": _records(_DESK, "See sources and what they brought"),
    "source.edit": _business(_PLAN, "Make and change sources and their costs"),
    "review.view": _records(_DESK, "See reviews on outside sites and how far their answers are"),
    "review.edit": _business(_LEAD, "Enter, import and settle reviews, and say which leads came of them"),
    "form.view": _records(_DESK, "See forms and what they brought"),
    "form.edit": _business(_PLAN, "Make and change forms"),
    "tag.view": _records(_EVERY, "See tags, their rules and how many have them"),
    "tag.edit": _business(_PLAN, "Make and change tags and their rules"),
    "lifecycle.view": _records(_EVERY, "See stages, the board and the history"),
    "lifecycle.edit": _business(_PLAN, "Make and change lifecycles, stages and their rules"),
    "segment.view": _records(_DESK, "See segments and who is in them"),
    "segment.edit": _business(_PLAN, "Make, change, refresh and delete segments"),
    "match.view": _business(_DESK, "See what suits whom, and when"),
    "match.edit": _business(_PLAN, "Say what suits whom, and when"),
    "link.view": _records(_DESK, "See entry links and referral, and what they brought"),
    "link.edit": _business(_PLAN, "Make, change and pause entry links and referral programs"),
    "link.allow": _business(_RULE, "Say to which sites elsewhere links may lead"),
    "reward.decide": _records(_PLAN, "Approve, refuse and pay rewards"),
    "material.view": _records(_EVERY, "See materials and who opened them"),
    "material.edit": _business(_PLAN, "Make and change materials"),
    "sop.view": _records(_DESK, "See SOPs, campaigns and the ledger of touches"),
    "sop.edit": _business(_PLAN, "Make, publish, start, pause and stop SOPs; settle unknown touches"),
    "order.view": _records(_DESK, "See orders and products"),
    "order.add": _records(_PLAN, "Report orders"),
    "order.edit": _business(_PLAN, "Make and change products"),
    "report.view": _records(_DESK, "See the funnel and the table by source"),
    "dealer.view": _records(_DESK, "Compare dealers, departments and representatives by what they came to"),
    "commission.edit": _business(_RULE, "Say which share of their deals dealers get"),
    "task.work": _records(_FIELD, "Enter the phone pages and work tasks"),
    "event.add": _records(_PLAN, "Report what contacts did"),
    "api_key.edit": _business(_RULE, "Make and revoke keys of other systems"),
    "webhook_in.edit": _business(_PLAN, "Make and change the addresses that other systems push leads to"),
    "webhook_out.edit": _business(_RULE, "Choose who outside is told of changes, and see what they were told"),
    "domain.edit": _business(_RULE, "Claim, prove, choose and give up the hosts of the business"),
    "recognition.edit": _business(_PLAN, "Say by what customers are recognised"),
    "user.edit": _business(_RULE, "See and change the people of the business"),
    "admin.open": _business(_RULE, "Enter the administration: every table of the business"),
    "support.grant": _business(_RULE, "Let an operator of the platform in for a while"),
    "audit.view": _business({*_RULE, Role.AUDITOR}, "Read the audit trail"),
}


def allowed(role: str, action: str) -> bool:
    """Whether the role may do the action; an action nobody declared is a KeyError."""
    return role in ACTIONS[action].roles
