"""Writes about what was said: logged, corrected within a day, deleted and brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads.enums import InteractionKind
from leads.interaction_rules import CHANGED_FOR, is_effective
from leads.models import Interaction, InteractionEdit, Lead, Outcome
from leads.services.referral import reward_leads
from leads.upkeep import start_working
from scheduler.services import note_due

_FIELDS: Final = ("kind", "outcome_id", "text", "minutes", "effective", "effective_why", "next_on", "next_time")
_LONGEST: Final = 24 * 60
_PURGED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody logs about a talk. `effective` None: as its outcome says."""

    kind: str
    outcome: Outcome | None = None
    text: str = ""
    minutes: int | None = None
    effective: bool | None = None
    effective_why: str = ""
    next_on: date | None = None
    next_time: time | None = None

    def values(self) -> dict[str, Any]:
        """The columns of the row."""
        return {
            "kind": self.kind,
            "outcome_id": self.outcome.pk if self.outcome else None,
            "text": self.text.strip(),
            "minutes": self.minutes,
            "effective": is_effective(self.effective, self.outcome.effective if self.outcome else None),
            "effective_why": self.effective_why.strip(),
            "next_on": self.next_on,
            "next_time": self.next_time,
        }


@transaction.atomic
def log_interaction(
    *, contact_id: UUID, said: Said, lead: Lead | None = None, by: User | None, now: datetime
) -> Interaction:
    """Keep what was said; anything but a note means that the lead is in contact. ValidationError."""
    interaction = Interaction(contact_id=contact_id, lead=lead, by=by, at=now, **said.values())
    _check(interaction, said)
    interaction.save(force_insert=True)
    _follow(interaction, lead, by, now)
    details = {"kind": str(said.kind), "effective": interaction.effective}
    record_audit(action="interaction.logged", actor=by, subject=interaction, details=details, now=now)
    return interaction


@transaction.atomic
def change_interaction(*, interaction: Interaction, said: Said, by: User | None, now: datetime) -> bool:
    """Correct it, and keep what it said before; False when nothing differs. The caller holds its contact."""
    held = Interaction.objects.select_for_update(of=("self",)).select_related("lead").get(pk=interaction.pk)
    before, after = {name: getattr(held, name) for name in _FIELDS}, said.values()
    changed = [name for name in _FIELDS if before[name] != after[name]]
    if not changed:
        return False
    for name in changed:
        setattr(held, name, after[name])
    _check(held, said)
    held.edited_at = now
    InteractionEdit.objects.create(interaction=held, before={name: before[name] for name in changed}, by=by, at=now)
    held.save(update_fields=[*changed, "edited_at"])
    _follow(held, held.lead, by, now)
    record_audit(action="interaction.changed", actor=by, subject=held, details={"fields": changed}, now=now)
    return True


@transaction.atomic
def delete_interaction(*, interaction: Interaction, by: User | None, now: datetime) -> bool:
    """Take it out of sight; for a day it can come back, then it is gone. Inside `due_work`."""
    if not Interaction.objects.filter(pk=interaction.pk, deleted_at=None).update(deleted_at=now):
        return False
    note_due(now + CHANGED_FOR)
    record_audit(action="interaction.deleted", actor=by, subject=interaction, now=now)
    return True


@transaction.atomic
def restore_interaction(*, interaction: Interaction, by: User | None, now: datetime) -> bool:
    """Bring back what was deleted; False when it is there, or gone for good."""
    if not Interaction.objects.filter(pk=interaction.pk, deleted_at__isnull=False).update(deleted_at=None):
        return False
    record_audit(action="interaction.restored", actor=by, subject=interaction, now=now)
    return True


def purge_interactions(*, now: datetime) -> bool:
    """What was deleted a day ago goes for good; True when there may be more."""
    old = Interaction.objects.filter(deleted_at__lte=now - CHANGED_FOR).order_by("deleted_at")
    ids = list(old.values_list("pk", flat=True)[:_PURGED_AT_ONCE])
    Interaction.objects.filter(pk__in=ids, deleted_at__isnull=False).delete()
    return len(ids) == _PURGED_AT_ONCE


def ensure_outcomes(*, outcomes: Sequence[tuple[str, str, bool]]) -> None:
    """Write (kind, name, effective) of outcomes; those there already keep what people made of them."""
    Outcome.objects.bulk_create(
        [
            Outcome(kind=kind, name=name, effective=effective, position=place)
            for place, (kind, name, effective) in enumerate(outcomes)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def save_outcome(
    *, outcome: Outcome | None, kind: str, name: str, effective: bool, archived: bool, by: User, now: datetime
) -> Outcome:
    """Make or change an outcome; its kind stays once it is there. ValidationError."""
    if outcome is None:
        outcome = Outcome(kind=kind, position=Outcome.objects.filter(kind=kind).count())
    outcome.name, outcome.effective, outcome.archived = name.strip(), effective, archived
    outcome.full_clean()
    outcome.save()
    details = {"kind": outcome.kind, "name": outcome.name, "archived": archived}
    record_audit(action="outcome.saved", actor=by, subject=outcome, details=details, now=now)
    return outcome


def _check(interaction: Interaction, said: Said) -> None:
    interaction.clean_fields(exclude={"contact", "lead", "by", "outcome"})
    if said.outcome is not None and said.outcome.kind != said.kind:
        raise ValidationError({"outcome": _("This outcome belongs to another kind.")})
    if said.minutes is not None and not 0 < said.minutes <= _LONGEST:
        raise ValidationError({"minutes": _("Between one minute and a day.")})
    if said.next_time is not None and said.next_on is None:
        raise ValidationError({"next_on": _("Choose the day, too.")})


def _follow(interaction: Interaction, lead: Lead | None, by: User | None, now: datetime) -> None:
    """What a talk means for the lead that it was about."""
    if lead is None:
        return
    if interaction.kind != InteractionKind.NOTE:
        start_working(lead_ids=[lead.pk], by=by, now=now)
    if interaction.effective:
        reward_leads(lead_ids=[lead.pk], now=now)
