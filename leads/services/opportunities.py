"""Writes of possible deals: made, changed, moved through the pipeline, won and lost."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.passing import Passed
from accounts.services import record_audit
from leads.enums import DealKind
from leads.models import Lead, Opportunity, OpportunityMove, OpportunityStage
from scrm.core.bulk import update_columns

_FIELDS: Final = ("name", "amount", "currency", "expected_on", "note", "owner_id")


@dataclass(frozen=True, slots=True)
class Deal:
    """What is said of a possible deal."""

    name: str
    amount: Decimal | None = None
    currency: str = "CNY"
    expected_on: date | None = None
    note: str = ""
    owner_id: UUID | None = None

    def values(self) -> dict[str, Any]:
        return {
            "name": self.name.strip(),
            "amount": self.amount,
            "currency": self.currency.strip().upper(),
            "expected_on": self.expected_on,
            "note": self.note.strip(),
            "owner_id": self.owner_id,
        }


@transaction.atomic
def create_opportunity(
    *,
    contact_id: UUID,
    company_id: UUID | None = None,
    lead: Lead | None = None,
    deal: Deal,
    stage: OpportunityStage | None = None,
    reason: str = "",
    by: User | None,
    now: datetime,
) -> Opportunity:
    """A possible deal of a contact, at the first open stage unless another is named. ValidationError."""
    stage = stage or OpportunityStage.objects.filter(kind=DealKind.OPEN, archived=False).order_by("position").first()
    if stage is None:
        raise ValidationError(_("Give the pipeline its stages first."))
    made = Opportunity(
        contact_id=contact_id, company_id=company_id, lead=lead, created_at=now, updated_at=now, **deal.values()
    )
    reason = _stand_at(made, stage, reason, now)
    _check(made)
    made.save(force_insert=True)
    _note_move(made, None, stage, reason, by, now)
    record_audit(action="opportunity.created", actor=by, subject=made, details={"stage": stage.name}, now=now)
    return made


def hold_opportunity(*, opportunity_id: UUID) -> None:
    """Let nobody change the deal until the transaction ends."""
    Opportunity.objects.select_for_update().filter(pk=opportunity_id).values_list("pk").first()


@transaction.atomic
def change_opportunity(*, opportunity: Opportunity, deal: Deal, by: User | None, now: datetime) -> bool:
    """Change what is said of it; False when nothing differs. ValidationError."""
    held = Opportunity.objects.select_for_update().get(pk=opportunity.pk)
    said = deal.values()
    changed = [name for name in _FIELDS if getattr(held, name) != said[name]]
    if not changed:
        return False
    for name in changed:
        setattr(held, name, said[name])
    held.updated_at = now
    _check(held)
    held.save(update_fields=[*changed, "updated_at"])
    record_audit(action="opportunity.changed", actor=by, subject=held, details={"fields": changed}, now=now)
    return True


@transaction.atomic
def move_opportunity(
    *, opportunity: Opportunity, stage: OpportunityStage, reason: str = "", by: User | None, now: datetime
) -> tuple[Opportunity, UUID | None] | None:
    """Bring it to a stage; gives it and the stage before, None when it is there. ValidationError."""
    held = Opportunity.objects.select_for_update(of=("self",)).select_related("stage").get(pk=opportunity.pk)
    if held.stage_id == stage.pk:
        return None
    before, held.updated_at = held.stage, now
    reason = _stand_at(held, stage, reason, now)
    held.clean_fields(exclude={each.name for each in Opportunity._meta.fields} - {"reason"})
    held.save(update_fields=["stage", "settled_at", "reason", "updated_at"])
    _note_move(held, before, stage, reason, by, now)
    record_audit(action="opportunity.moved", actor=by, subject=held, details={"to": stage.name}, now=now)
    return held, before.pk if before else None


@transaction.atomic
def remove_opportunity(*, opportunity: Opportunity, by: User | None, now: datetime) -> None:
    """Delete one that was made by mistake, with its history."""
    record_audit(action="opportunity.removed", actor=by, subject=opportunity, now=now)
    Opportunity.objects.filter(pk=opportunity.pk).delete()


def hand_over_opportunities(*, to: Mapping[UUID, UUID], now: datetime) -> list[Passed]:
    """Open deals follow their contacts to their new owners."""
    rows = Opportunity.objects.filter(contact_id__in=list(to))
    return _pass_on(rows, lambda each: to[each.contact_id], now)


def give_opportunities(
    *, to: Mapping[UUID, UUID | None], of: Collection[UUID] | None = None, now: datetime
) -> list[Passed]:
    """Give each of these open deals to somebody, or to nobody. With `of` only those that are one of theirs still."""
    rows = Opportunity.objects.filter(pk__in=list(to))
    return _pass_on(rows if of is None else rows.filter(owner__in=list(of)), lambda each: to[each.id], now)


def _pass_on(rows: QuerySet[Opportunity], owner_of: Callable[[Passed], UUID | None], now: datetime) -> list[Passed]:
    held = rows.filter(settled_at=None).select_for_update(no_key=True).order_by("pk")
    found = [Passed(*row, None) for row in held.values_list("pk", "contact_id", "owner_id")]
    passed = [each._replace(after=to) for each in found if (to := owner_of(each)) != each.before]
    columns: dict[str, list[Any]] = {"id": [each.id for each in passed], "owner_id": [each.after for each in passed]}
    update_columns(Opportunity, columns, {"updated_at": now})
    return passed


def release_opportunities(*, contact_ids: Sequence[UUID], now: datetime) -> int:
    """Open deals of people who are nobody's are nobody's too."""
    rows = Opportunity.objects.filter(contact_id__in=list(contact_ids), settled_at=None, owner__isnull=False)
    return rows.update(owner=None, updated_at=now)


def ensure_opportunity_stages(*, stages: Sequence[tuple[str, str, int]]) -> None:
    """Write (name, kind, probability) of a pipeline; what is there already stays as people made it."""
    OpportunityStage.objects.bulk_create(
        [
            OpportunityStage(name=name, kind=kind, probability=probability, position=place)
            for place, (name, kind, probability) in enumerate(stages)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def save_opportunity_stage(
    *,
    stage: OpportunityStage | None,
    name: str,
    kind: str,
    probability: int,
    archived: bool,
    by: User | None,
    now: datetime,
) -> OpportunityStage:
    """Make or change a stage of the pipeline. Its kind stays while a deal stands there. ValidationError."""
    stage = stage or OpportunityStage(position=OpportunityStage.objects.count())
    used = stage.pk is not None and Opportunity.objects.filter(stage=stage).exists()
    if used and stage.kind != kind:
        raise ValidationError({"kind": _("Deals stand at this stage: what it means can't change.")})
    stage.name, stage.kind, stage.archived = name.strip(), kind, archived
    stage.probability = {DealKind.WON: 100, DealKind.LOST: 0}.get(DealKind(kind), probability)
    stage.full_clean()
    stage.save()
    details = {"name": stage.name, "probability": stage.probability}
    record_audit(action="opportunity_stage.saved", actor=by, subject=stage, details=details, now=now)
    return stage


def _stand_at(opportunity: Opportunity, stage: OpportunityStage, said: str, now: datetime) -> str:
    """It stands at this stage; gives the reason in one line. A lost one needs it. ValidationError."""
    reason = " ".join(said.split())
    if stage.kind == DealKind.LOST and not reason:
        raise ValidationError({"reason": _("Say why it was lost: a few words will do.")})
    opportunity.stage = stage
    opportunity.settled_at = None if stage.kind == DealKind.OPEN else now
    opportunity.reason = "" if stage.kind == DealKind.OPEN else reason
    return reason


def _check(opportunity: Opportunity) -> None:
    opportunity.clean_fields(exclude={"contact", "company", "lead", "stage", "owner"})
    if len(opportunity.currency) != 3 or not opportunity.currency.isascii() or not opportunity.currency.isalpha():
        raise ValidationError({"currency": _("Three letters, such as CNY.")})


def _note_move(
    opportunity: Opportunity,
    before: OpportunityStage | None,
    after: OpportunityStage,
    reason: str,
    by: User | None,
    now: datetime,
) -> None:
    OpportunityMove.objects.create(
        opportunity=opportunity,
        from_stage=before,
        to_stage=after,
        amount=opportunity.amount,
        currency=opportunity.currency,
        reason=reason,
        by=by,
        at=now,
    )
