"""What people left on leads and contacts since a file brought them: why they stay when the file is taken back.

A table that points to them and is not named here keeps them, so that nothing is lost that somebody adds later.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Model, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from audiences.models import SegmentMember
from campaigns.enums import TaskState
from campaigns.models import Enrollment, RepTask, Touchpoint
from commerce.models import CouponGrant, Order, TierMove, TierPlace, Voice
from contacts.models import Consent, Contact, DoNotContact, DuplicatePair, Identity, OwnerChange, SealedValue
from content.models import TrackedLink
from events.models import Event
from leads.models import (
    Attachment,
    ContactRating,
    Interaction,
    Lead,
    LeadArrival,
    MergedLead,
    Opportunity,
    PoolWarning,
    RatingChange,
    Touch,
)
from lifecycle.models import Position, StageTransition
from scrm.core.pointers import pointers_to
from tagging.models import ContactScore, TagAssignment, TagChange


class Stay(TextChoices):
    """Why a lead that a file brought stays; where several hold, the first says it."""

    SENT = "sent", _("Something was sent to them")
    ORDERED = "ordered", _("They ordered or got a coupon")
    DEAL = "deal", _("There is an opportunity")
    TALKED = "talked", _("Somebody talked to them")
    TOLD_AGAIN = "told_again", _("They came in by another way, too")
    HAPPENED = "happened", _("They did something since")
    EDITED = "edited", _("Somebody changed the lead or the contact")
    OTHER = "other", _("Something else belongs to them")


@dataclass(frozen=True, slots=True)
class Trace:
    """Rows that keep what they point to; with `since` those alone that are younger than the file's last word."""

    stay: Stay
    since: str = ""
    where: Q | None = None


_TRACES: Final[Mapping[type[Model], Trace]] = {
    # Made for a message that is on its way, or that somebody sends by hand.
    TrackedLink: Trace(Stay.SENT),
    Order: Trace(Stay.ORDERED),
    CouponGrant: Trace(Stay.ORDERED),
    Opportunity: Trace(Stay.DEAL),
    Interaction: Trace(Stay.TALKED),
    Voice: Trace(Stay.TALKED),
    Attachment: Trace(Stay.TALKED),
    RepTask: Trace(Stay.TALKED, where=Q(touchpoint=None) | ~Q(state__in=[TaskState.OPEN, TaskState.CANCELLED])),
    Event: Trace(Stay.HAPPENED, where=~Q(type__code="lead_captured")),
    Touch: Trace(Stay.TOLD_AGAIN, "at"),
    Identity: Trace(Stay.EDITED, "created_at"),
    DoNotContact: Trace(Stay.EDITED, "since"),
    Consent: Trace(Stay.EDITED, "at"),
    TagChange: Trace(Stay.EDITED, "at"),
    RatingChange: Trace(Stay.EDITED, "at"),
    ContactRating: Trace(Stay.EDITED),
    OwnerChange: Trace(Stay.EDITED, "at"),
    StageTransition: Trace(Stay.EDITED, "at"),
}
_GO_ALONG: Final = frozenset(
    {
        *(ContactScore, DuplicatePair, Enrollment, Touchpoint, Lead, LeadArrival, MergedLead),
        *(PoolWarning, Position, SealedValue, SegmentMember, TagAssignment, TierMove, TierPlace),
    }
)
"""What the file itself set off, what became of its source, what changes only along with its contact, or what is worked
out anew; touches that were sent are looked at apart."""


def stays(subject: type[Contact] | type[Lead], settled_at: Mapping[UUID, datetime]) -> dict[UUID, set[Stay]]:
    """Why these contacts or leads stay, by what points to them; each with when the file spoke of it last.

    What stays for the same reason, however old it is, is asked for in one statement.
    """
    found: dict[UUID, set[Stay]] = {}
    alike: dict[Stay, list[Any]] = {}
    for model, name in _pointers(subject):
        trace = _TRACES.get(model, Trace(Stay.OTHER))
        rows: Any = model._default_manager.filter(trace.where or Q(), **{f"{name}__in": list(settled_at)}).order_by()
        if trace.since:
            youngest = rows.values_list(name).annotate(youngest=Max(trace.since))
            for pk in (pk for pk, at in youngest if at > settled_at[pk]):
                found.setdefault(pk, set()).add(trace.stay)
        else:
            alike.setdefault(trace.stay, []).append(rows.values_list(name, flat=True))
    for stay, (first, *others) in alike.items():
        for pk in set(first.union(*others) if others else first):
            found.setdefault(pk, set()).add(stay)
    return found


def first_of(reasons: Collection[Stay]) -> Stay | None:
    """The reason that is told."""
    return next((stay for stay in Stay if stay in reasons), None)


def _pointers(subject: type[Model]) -> list[tuple[type[Model], str]]:
    return [(model, name) for model, name in pointers_to(subject) if model not in _GO_ALONG]
