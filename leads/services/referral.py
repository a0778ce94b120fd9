"""Writes about referral: programs and their links, who brought whom, and the ledger of rewards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts.enums import IdentityKind
from contacts.models import Contact, Identity
from contacts.sealing import blind_of
from leads.enums import LimitPeriod, LinkKind, RewardFor, RewardState
from leads.models import EntryLink, Referral, ReferralLink, ReferralProgram, Reward, RewardEntry
from leads.queries import referrers_above
from leads.referral_rules import Brought, Limits, limit_hit, refusal_of, states_before
from tenants.selectors import tenant_keys, tenant_zone

PROGRAM_FIELDS: Final = (
    *("name", "form", "source", "per_lead", "per_deal", "unit", "currency", "period"),
    *("person_limit", "total_limit", "newcomers_only", "active"),
)
_VERBS: Final = {
    RewardState.APPROVED: "reward.approved",
    RewardState.PAID: "reward.paid",
    RewardState.REFUSED: "reward.refused",
}


@dataclass(frozen=True, slots=True)
class NewReferral:
    """A new lead that came by a link, which may be somebody's referral link."""

    link_id: UUID | None
    contact_id: UUID
    lead_id: UUID
    was_known: bool


@transaction.atomic
def save_program(
    *, program: ReferralProgram | None = None, values: Mapping[str, Any], by: User | None, now: datetime
) -> ReferralProgram:
    """Make or change a referral program; its links follow to its form and source."""
    program = program or ReferralProgram(created_at=now)
    for name in PROGRAM_FIELDS:
        if name in values:
            setattr(program, name, values[name])
    program.name = " ".join(program.name.split())
    if program.per_lead == 0 and program.per_deal == 0:
        raise ValidationError({"per_lead": _("Say what a valid lead or a deal is worth.")})
    program.full_clean()
    program.save()
    EntryLink.objects.filter(referral__program=program).update(form=program.form, source=program.source)
    record_audit(action="referral.saved", actor=by, subject=program, details={"name": program.name}, now=now)
    return program


@transaction.atomic
def ensure_referral_link(
    *,
    program: ReferralProgram,
    contact: Contact | None = None,
    rep: User | None = None,
    by: User | None = None,
    now: datetime,
) -> ReferralLink:
    """The link by which this contact, or this representative, brings people: made once."""
    if (contact is None) == (rep is None):
        raise ValueError("a referral link is a contact's or a representative's")
    # The program's row is the lock, so that two at once don't make two links.
    ReferralProgram.objects.select_for_update(no_key=True).get(pk=program.pk)
    links = ReferralLink.objects.select_related("link").filter(program=program, contact=contact, rep=rep)
    found = links.order_by("second", "pk").first()
    if found is not None:
        return found
    link = EntryLink.objects.create(
        kind=LinkKind.REFERRAL,
        name=str(contact or rep)[:120],
        form=program.form,
        source=program.source,
        rep=rep,
        created_at=now,
    )
    made = ReferralLink.objects.create(program=program, link=link, contact=contact, rep=rep)
    record_audit(action="link.saved", actor=by, subject=link, details={"program": program.name}, now=now)
    return made


def attribute_referrals(*, brought: Sequence[NewReferral], now: datetime) -> None:
    """Credit whoever brought these new leads, or note why nobody is. In the transaction that keeps the leads."""
    rows = ReferralLink.objects.filter(link__in={each.link_id for each in brought}).select_related("rep")
    links: dict[UUID | None, ReferralLink] = {row.link_id: row for row in rows}
    if not links:
        return
    # Held until the end: no two attributions make a circle or bring one person twice.
    programs = _locked({link.program_id for link in links.values()})
    for each in brought:
        by = links.get(each.link_id)
        if by is not None:
            _attribute(each, by, programs[by.program_id], now)


def reward_leads(*, lead_ids: Collection[UUID], now: datetime) -> int:
    """Those who brought these leads earn what a valid lead is worth, once; gives how many rewards were made."""
    return _reward(lead_ids, (RewardFor.LEAD,), now)


def reward_deals(*, lead_ids: Collection[UUID], now: datetime) -> int:
    """The same for a deal, which was a valid lead too."""
    return _reward(lead_ids, (RewardFor.LEAD, RewardFor.DEAL), now)


@transaction.atomic
def move_rewards(
    *, reward_ids: Iterable[UUID], to: RewardState, reason: str = "", by: User | None, now: datetime
) -> int:
    """Approve, pay or refuse rewards; gives how many moved. Those that can't come there from where they are stay."""
    reason = " ".join(reason.split())[:200]
    if to == RewardState.REFUSED and not reason:
        raise ValidationError({"reason": _("Say why it is refused.")})
    movable = Reward.objects.filter(pk__in=list(reward_ids), state__in=states_before(to))
    rewards = list(movable.select_for_update().order_by("pk"))
    if not rewards:
        return 0
    Reward.objects.filter(pk__in=[reward.pk for reward in rewards]).update(state=to, reason=reason)
    RewardEntry.objects.bulk_create(
        RewardEntry(reward=reward, state=to, reason=reason, by=by, at=now) for reward in rewards
    )
    subject = rewards[0] if len(rewards) == 1 else None
    details = {"rewards": len(rewards), "amount": str(sum(reward.amount for reward in rewards)), "reason": reason}
    record_audit(action=_VERBS[to], actor=by, subject=subject, details=details, now=now)
    return len(rewards)


def _locked(program_ids: Collection[UUID]) -> dict[UUID, ReferralProgram]:
    rows = ReferralProgram.objects.filter(pk__in=program_ids).select_for_update(no_key=True).order_by("pk")
    return {program.pk: program for program in rows}


def _attribute(new: NewReferral, by: ReferralLink, program: ReferralProgram, now: datetime) -> None:
    counted = Referral.objects.filter(program=program, contact=new.contact_id, refusal="")
    said = Brought(
        contact_id=new.contact_id,
        by_contact=by.contact_id,
        above=referrers_above(program.pk, by.contact_id) if by.contact_id else (),
        is_self=by.rep is not None and _is_same_person(by.rep, new.contact_id),
        was_known=new.was_known,
        was_brought=counted.exists(),
    )
    refusal = refusal_of(said, running=program.active, newcomers_only=program.newcomers_only)
    Referral.objects.create(
        by=by, program=program, contact_id=new.contact_id, lead_id=new.lead_id, refusal=refusal, at=now
    )


def _is_same_person(rep: User, contact_id: UUID) -> bool:
    """Whether the representative's own address is one of the contact's."""
    address = rep.email.strip().lower()
    if not address:
        return False
    blind = blind_of(IdentityKind.EMAIL, address, tenant_keys())
    return Identity.objects.filter(contact=contact_id, kind=IdentityKind.EMAIL, blind=blind).exists()


@transaction.atomic
def _reward(lead_ids: Collection[UUID], earned: Sequence[RewardFor], now: datetime) -> int:
    referrals = list(Referral.objects.filter(lead__in=list(lead_ids), refusal="").order_by("pk")) if lead_ids else []
    if not referrals:
        return 0
    # Under the program's lock nobody else gives away what is left.
    programs = _locked({referral.program_id for referral in referrals})
    made = 0
    for referral in referrals:
        had = set(Reward.objects.filter(referral=referral).values_list("earned_for", flat=True))
        for each in earned:
            program = programs[referral.program_id]
            amount = program.per_lead if each == RewardFor.LEAD else program.per_deal
            if amount > 0 and each not in had:
                _give(referral, each, amount, program, now)
                made += 1
    return made


def _give(referral: Referral, earned: RewardFor, amount: Decimal, program: ReferralProgram, now: datetime) -> None:
    given = Reward.objects.filter(program=program, unit=program.unit, currency=program.currency)
    given = given.exclude(state=RewardState.REFUSED)
    if program.period == LimitPeriod.MONTH:
        began = now.astimezone(tenant_zone()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        given = given.filter(created_at__gte=began)
    total = given.aggregate(found=Sum("amount", default=Decimal(0)))["found"]
    person = given.filter(by=referral.by_id).aggregate(found=Sum("amount", default=Decimal(0)))["found"]
    hit = limit_hit(amount, person, total, Limits(program.person_limit, program.total_limit))
    state = RewardState.REFUSED if hit else RewardState.PENDING
    reward = Reward.objects.create(
        program=program,
        referral=referral,
        by_id=referral.by_id,
        earned_for=earned,
        amount=amount,
        unit=program.unit,
        currency=program.currency,
        state=state,
        reason=hit,
        created_at=now,
    )
    RewardEntry.objects.create(reward=reward, state=state, reason=hit, at=now)
