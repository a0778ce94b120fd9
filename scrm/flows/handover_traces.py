"""What happened to customers since they were handed over: why they stay with whom they went to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from campaigns.enums import TaskState
from campaigns.models import RepTask
from contacts.models import Contact
from exchange.models import JobChange
from leads.enums import OPEN_STATUSES
from leads.models import Interaction, Lead, Opportunity


class Stay(TextChoices):
    """Why a customer stays; where several hold, the first says it."""

    GONE = "gone", _("Merged with somebody else, or erased")
    MOVED = "moved", _("In somebody else's hands by now")
    TALKED = "talked", _("Somebody talked to them")
    DONE = "done", _("A task about them was done")
    WORKED = "worked", _("A lead of theirs came in or was worked on")
    DEAL = "deal", _("A deal of theirs came on")
    EDITED = "edited", _("Somebody changed the contact")


_SINCE: Final[Sequence[tuple[Stay, Any, str]]] = (
    (Stay.TALKED, Interaction.objects.filter(deleted_at=None), "at"),
    (Stay.DONE, RepTask.objects.filter(state__in=[TaskState.DONE, TaskState.CANNOT]), "finished_at"),
    (Stay.WORKED, Lead.objects.all(), "updated_at"),
    (Stay.DEAL, Opportunity.objects.all(), "updated_at"),
)


def stays(rows: Sequence[JobChange], present: set[UUID]) -> dict[UUID, Stay]:
    """Those of these contacts, of which `present` are held, that don't go back."""
    at = {row.subject: row.at for row in rows}
    found = {pk: Stay.GONE for pk in at if pk not in present}
    held = list(Contact.objects.filter(pk__in=present).values_list("pk", "owner_id", "updated_at"))
    owners = {pk: owner_id for pk, owner_id, _updated_at in held}
    for row in rows:
        if row.subject in owners and owners[row.subject] != row.after:
            found[row.subject] = Stay.MOVED
    for stay, younger, moment in _SINCE:
        for pk in _later(younger.filter(contact__in=present), moment, at):
            found.setdefault(pk, stay)
    for pk, _owner_id, updated_at in held:
        if updated_at > at[pk]:
            found.setdefault(pk, Stay.EDITED)
    return found


def leads_as_they_were(rows: Sequence[JobChange]) -> dict[UUID, UUID]:
    """The leads of these changes that are open and that nobody touched since, each with its contact."""
    return _as_they_were(Lead.objects.filter(status__in=OPEN_STATUSES), rows, "updated_at")


def deals_as_they_were(rows: Sequence[JobChange]) -> dict[UUID, UUID]:
    return _as_they_were(Opportunity.objects.filter(settled_at=None), rows, "updated_at")


def tasks_as_they_were(rows: Sequence[JobChange]) -> dict[UUID, UUID]:
    return _as_they_were(RepTask.objects.filter(state=TaskState.OPEN), rows, "")


def open_with(contact_ids: Sequence[UUID]) -> dict[str, list[UUID]]:
    """What is open about these contacts: ids of leads, deals and tasks."""
    wanted = Q(contact__in=list(contact_ids))
    return {
        "lead": list(Lead.objects.filter(wanted, status__in=OPEN_STATUSES).values_list("pk", flat=True)),
        "deal": list(Opportunity.objects.filter(wanted, settled_at=None).values_list("pk", flat=True)),
        "task": list(RepTask.objects.filter(wanted, state=TaskState.OPEN).values_list("pk", flat=True)),
    }


def _later(rows: QuerySet[Any], moment: str, at: Mapping[UUID, datetime]) -> list[UUID]:
    youngest = rows.order_by().values_list("contact").annotate(youngest=Max(moment))
    return [pk for pk, last in youngest if last is not None and last > at[pk]]


def _as_they_were(known: QuerySet[Any], rows: Sequence[JobChange], moment: str) -> dict[UUID, UUID]:
    at = {row.subject: row.at for row in rows}
    names = ("pk", "contact", moment) if moment else ("pk", "contact")
    found = known.filter(pk__in=list(at)).values_list(*names)
    return {pk: contact_id for pk, contact_id, *last in found if not last or last[0] is None or last[0] <= at[pk]}
