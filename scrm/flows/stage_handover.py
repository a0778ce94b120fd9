"""Customers who reach a stage go to the team that looks after them from there: from sales to delivery, say."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import contacts.services
from accounts.models import User
from accounts.selectors import user_ids_of_department
from accounts.services import record_audit
from contacts.enums import OwnerWhy
from contacts.selectors import owners_before, owners_of
from leads.assignment import Desk, Wish
from leads.enums import AssignMethod, OrElse
from leads.models import AssignmentMember, AssignmentRule
from lifecycle.models import StageHandOver
from lifecycle.selectors_hand_over import contact_ids_newest_in_stage, stage_hand_overs_active
from lifecycle.transitions import Transition
from scrm.flows.alerts import handed_on_by_stage
from scrm.flows.assignment import Snapshot, snapshot_taken, turns_remembered
from scrm.flows.handover import passed_on
from scrm.flows.wishes import wishes_of_contacts

SHOWN: Final = 100


def stages_reached(moved: Sequence[Transition], *, by: User | None, now: datetime) -> None:
    """Locked contacts came from one stage to another; where that is another team's, they get an owner of it.

    Whoever enters a lifecycle has just been assigned and stays. In a number of statements that does not grow with the
    contacts, one where nothing is set up. Inside `due_work`.
    """
    reached = {each.contact_id: each.to.id for each in moved if each.before is not None}
    if not reached:
        return
    for each in stage_hand_overs_active(set(reached.values())):
        _hand_on(sorted(pk for pk, stage_id in reached.items() if stage_id == each.stage_id), each, by=by, now=now)


def who_would_get_them(rule: StageHandOver, people: Collection[UUID], *, now: datetime) -> dict[UUID | None, int]:
    """How many of the hundred who reached the stage last would have gone to whom; None: they stay. Writes nothing."""
    contact_ids = contact_ids_newest_in_stage(rule.stage_id, SHOWN)
    owners, _desk, _snapshot = _chosen(contact_ids, rule, people, now=now, hold=False)
    counts: Counter[UUID | None] = Counter(owners.values())
    counts[None] = len(contact_ids) - len(owners)
    return {pk: count for pk, count in counts.most_common() if count}


def _hand_on(contact_ids: Sequence[UUID], rule: StageHandOver, *, by: User | None, now: datetime) -> None:
    people = [user.pk for user in rule.people.all()]
    owners, desk, snapshot = _chosen(contact_ids, rule, people, now=now, hold=True)
    turns_remembered(desk, snapshot, now)
    passage = passed_on(owners, why=OwnerWhy.STAGE, by=by, now=now)
    if not passage.contacts:
        return
    had = {pk: before for pk, before in passage.contacts.items() if before is not None}
    if rule.keep_days:
        contacts.services.let_read_on(readers=had, until=now + timedelta(days=rule.keep_days))
    handed_on_by_stage({pk: owners[pk] for pk in passage.contacts}, had, stage_id=rule.stage_id, by=by, now=now)
    details = {"contacts": len(passage.contacts), "leads": len(passage.leads), "tasks": len(passage.tasks)}
    record_audit(action="stage.handed_over", actor=by, subject=rule.stage, details=details, now=now)


def _chosen(
    contact_ids: Sequence[UUID], rule: StageHandOver, people: Collection[UUID], *, now: datetime, hold: bool
) -> tuple[dict[UUID, UUID], Desk, Snapshot]:
    """An owner of the team for each contact that is not one of its people's, as far as somebody is free."""
    team = set(people)
    if rule.department_id is not None:
        team |= user_ids_of_department(rule.department_id)
    had = owners_of(contact_ids)
    going = [pk for pk in contact_ids if had.get(pk) not in team]
    snapshot = snapshot_taken([_as_rule(rule, people)], ways=set(), now=now, hold=hold)
    desk = Desk(snapshot.reps, snapshot.rules, now=now)
    wishes = _wishes(going, rule, team)
    found = ((pk, desk.give(wishes[pk])) for pk in going if pk in wishes)
    return {pk: given.owner_id for pk, given in found if given.owner_id is not None}, desk, snapshot


def _wishes(going: Sequence[UUID], rule: StageHandOver, team: Collection[UUID]) -> Mapping[UUID, Wish]:
    """What the method asks of each; by turns and by load it asks nothing."""
    match rule.method:
        case AssignMethod.PREVIOUS:
            before = owners_before(going, among=team)
            return {pk: Wish(pk, previous=before.get(pk)) for pk in going}
        case AssignMethod.REGION | AssignMethod.SKILL:
            return wishes_of_contacts(going, previous={})
    return {pk: Wish(pk) for pk in going}


def _as_rule(rule: StageHandOver, people: Collection[UUID]) -> AssignmentRule:
    """As the desk knows rules: those for whom nobody is free stay where they are."""
    draft = AssignmentRule(
        pk=rule.pk, condition={}, method=rule.method, department_id=rule.department_id, or_else=OrElse.POOL
    )
    members = [AssignmentMember(rule=draft, user_id=pk) for pk in people]
    vars(draft)["_prefetched_objects_cache"] = {"members": members}
    return draft
