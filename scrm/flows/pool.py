"""How customers leave the public pool: claimed by one of many who want them, or handed out by somebody in charge."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import accounts.services
import contacts.services
import leads.services
from accounts.models import User
from accounts.services import record_audit
from contacts.enums import OwnerWhy
from contacts.models import Contact
from exchange.enums import HookEvent
from leads.models import PoolPolicy
from leads.pool import Limits, Refusal, Standing, refusal_of
from leads.selectors import claim_count, claimed_lead, left_at, pool_lead, pool_list, pool_policy
from leads.services.opportunities import hand_over_opportunities
from scheduler.services import due_work
from scrm.flows.alerts import handed_over
from scrm.flows.handover import passed_on
from scrm.flows.pool_queries import unworked_count
from scrm.flows.responses import answers_awaited_again
from scrm.flows.telling import assigned, told
from tenants.selectors import tenant_zone


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of wanting a customer. `winner` is who was faster, `until` when they may again, `most` a limit."""

    contact_id: UUID
    refusal: Refusal | None = None
    winner: str = ""
    until: datetime | None = None
    most: int = 0


def pool_claimed(lead_id: UUID, *, by: User, now: datetime) -> Claim | None:
    """Somebody takes a customer out of the pool for themselves; None when it is not offered to them.

    Of many at once one gets it: they wait for the contact, and whoever comes next finds its owner. Claiming once more
    what one has claimed changes nothing.
    """
    with due_work():
        found = leads.services.contact_ids_of([lead_id])
        contacts.services.lock_contacts(contact_ids=found.values())
        policy = pool_policy()
        lead = pool_lead(by, lead_id, policy=policy)
        if lead is None:
            return _lost(lead_id, policy, by)
        # Their other claims wait, so that what is counted holds until this one is committed.
        accounts.services.hold_user(user_id=by.pk)
        refused = _refused(lead.contact_id, policy, by, now)
        if refused is not None:
            return refused
        _given([lead.contact_id], by, by=by, now=now)
        record_audit(action="pool.claimed", actor=by, subject=lead.contact, now=now)
        return Claim(lead.contact_id)


def pool_assigned(
    lead_ids: Collection[UUID], owner: User, *, viewer: User, by: User | None, now: datetime
) -> list[UUID]:
    """Somebody in charge gives customers of the pool to a colleague, whatever that one's limits; gives those that were
    still there."""
    with due_work():
        contacts.services.lock_contacts(contact_ids=leads.services.contact_ids_of(lead_ids).values())
        offered = pool_list(viewer, policy=pool_policy(), now=now).filter(pk__in=list(lead_ids))
        contact_ids = sorted(set(offered.values_list("contact", flat=True)))
        if not contact_ids:
            return []
        given = _given(contact_ids, owner, by=by, now=now)
        handed_over(owner.pk, given, contacts=len(contact_ids), by=by, now=now)
        subject = Contact(pk=contact_ids[0]) if len(contact_ids) == 1 else None
        details = {"contacts": len(contact_ids), "to": str(owner.pk)}
        record_audit(action="pool.assigned", actor=by, subject=subject, details=details, now=now)
        return contact_ids


def pool_left(owners: Mapping[UUID, UUID], now: datetime) -> None:
    """Held customers who were nobody's got somebody with a new enquiry: earlier ones go along. Inside `due_work`."""
    if owners:
        lead_ids = leads.services.open_lead_ids_without_owner(owners)
        handed = leads.services.hand_over(to={pk: owners[each] for pk, each in lead_ids.items()}, now=now)
        told(HookEvent.LEAD_ASSIGNED, assigned(handed), now=now)
        hand_over_opportunities(to=owners, now=now)


def day_began(now: datetime) -> datetime:
    """From when on claims count for the limit of the day."""
    return now.astimezone(tenant_zone()).replace(hour=0, minute=0, second=0, microsecond=0)


def _lost(lead_id: UUID, policy: PoolPolicy, by: User) -> Claim | None:
    lead = claimed_lead(by, lead_id, policy=policy)
    if lead is None or lead.contact.owner is None:
        return None
    if lead.contact.owner_id == by.pk:
        return Claim(lead.contact_id)
    return Claim(lead.contact_id, Refusal.TAKEN, winner=str(lead.contact.owner))


def _refused(contact_id: UUID, policy: PoolPolicy, by: User, now: datetime) -> Claim | None:
    barred = timedelta(days=policy.barred_days)
    left = left_at(contact_id, by.pk, since=now - barred)
    standing = Standing(
        claimed=claim_count(by.pk, since=day_began(now)),
        unworked=unworked_count(by.pk, at_most=policy.most_unworked) if policy.most_unworked is not None else 0,
        barred_until=left + barred if left else None,
    )
    match refusal_of(Limits(policy.claims_a_day, policy.most_unworked), standing, now):
        case Refusal.BARRED:
            return Claim(contact_id, Refusal.BARRED, until=standing.barred_until)
        case Refusal.SPENT:
            return Claim(contact_id, Refusal.SPENT, most=policy.claims_a_day or 0)
        case Refusal.FULL:
            return Claim(contact_id, Refusal.FULL, most=policy.most_unworked or 0)
    return None


def _given(contact_ids: list[UUID], owner: User, *, by: User | None, now: datetime) -> list[UUID]:
    """Held customers of the pool become somebody's, with what is open about them; gives the leads."""
    passage = passed_on(dict.fromkeys(contact_ids, owner.pk), why=OwnerWhy.POOL, by=by, now=now)
    given = [each.id for each in passage.leads]
    answers_awaited_again(given, owner.pk, now)
    return given
