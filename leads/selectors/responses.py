"""Reads of times to answer, of leads that wait, and of how well they were kept."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from leads.enums import LeadStatus, ResponseEnd, ResponseStep
from leads.models import Lead, ResponseClock, ResponsePause, ResponseRule
from leads.queries import response_rules_standing
from scrm.core.pagination import earlier


class Median(Aggregate):
    """The middle of the values that are there."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Terms:
    """The active rules by source, under None that of all others; and whether the time of any lead stands still."""

    rules: dict[UUID | None, ResponseRule]
    has_paused: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """How a person, or a source, kept the time: of what was due the share in time, and the median to an answer."""

    name: str
    leads: int
    met: int
    late: int
    waiting_late: int
    median: timedelta | None

    @property
    def minutes(self) -> int | None:
        return round(self.median.total_seconds() / 60) if self.median is not None else None

    @property
    def share(self) -> float | None:
        due = self.met + self.late + self.waiting_late
        return self.met / due if due else None


def response_terms() -> Terms:
    """What leads that come in now are to be answered within; one small statement."""
    rows = response_rules_standing()
    rules = {rule.source_id: rule for rule in rows if rule.active}
    return Terms(rules, any(rule.__dict__["has_paused"] for rule in rows))


def response_rule_list() -> list[ResponseRule]:
    rows = ResponseRule.objects.select_related("source")
    return sorted(rows, key=lambda rule: (rule.source is None, rule.source.name.lower() if rule.source else ""))


def response_rule_rows() -> QuerySet[ResponseRule]:
    return ResponseRule.objects.select_related("source")


def response_rule_detail(pk: UUID) -> ResponseRule | None:
    return ResponseRule.objects.select_related("source").filter(pk=pk).first()


def leads_to_take(*, limit: int, now: datetime) -> list[tuple[UUID, UUID]]:
    """Leads that nobody answered for so long that they go to somebody else, each with its contact.

    Of those due longest, in no order: who drains at once with others, or again, does not begin with the same lead,
    which somebody may hold, or which can't be taken at all.
    """
    due = ResponseClock.objects.filter(next_at__lte=now, step=ResponseStep.TAKE, paused_at=None).order_by("next_at")
    found = list(due.values_list("lead_id", "lead__contact_id")[:limit])
    random.shuffle(found)
    return found


def response_of_lead(lead: Lead) -> ResponseClock | None:
    """With its pauses, the last one first."""
    return _clocks().filter(lead=lead).first()


def response_waiting(leads: Collection[Lead]) -> ResponseClock | None:
    """Of these leads of one contact the wait that is due first, with its pauses; None when no answer is waited for."""
    waiting = [lead.pk for lead in leads if lead.status in (LeadStatus.NEW, LeadStatus.ASSIGNED)]
    if not waiting:
        return None
    return _clocks().filter(lead__in=waiting, ended_as="").order_by("due_at").first()


def response_pauses_of_contact(
    viewer: User,
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: UUID | None = None,
    text: str = "",
    limit: int = 30,
) -> list[ResponsePause]:
    """When the time to answer a contact's enquiries stood still, of leads that the viewer may see, newest first."""
    rows = visible_to(viewer, ResponsePause.objects.filter(clock__lead__contact=contact_id), owner="clock__lead__owner")
    if text:
        rows = rows.filter(by__full_name__icontains=text)
    rows = rows.select_related("by")
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def _clocks() -> QuerySet[ResponseClock]:
    pauses = Prefetch("pauses", ResponsePause.objects.select_related("by").order_by("-at"))
    return ResponseClock.objects.select_related("rule").prefetch_related(pauses)


def responses_kept(viewer: User, *, by: str, since: datetime, now: datetime) -> list[Kept]:
    """By `owner` or `source`, of leads that came in since then and that the viewer may see; the most leads first."""
    rows: QuerySet[Any] = visible_to(viewer, ResponseClock.objects.filter(started_at__gte=since), owner="lead__owner")
    name = {"owner": "lead__owner__full_name", "source": "lead__source__name"}[by]
    took = ExpressionWrapper(F("ended_at") - F("started_at") - F("paused_for"), output_field=DurationField())
    answered = Q(ended_as__in=[ResponseEnd.MET, ResponseEnd.LATE])
    counted = (
        rows.order_by()
        .values(f"lead__{by}", name)
        .annotate(
            leads=Count("pk"),
            met=Count("pk", filter=Q(ended_as=ResponseEnd.MET)),
            late=Count("pk", filter=Q(ended_as=ResponseEnd.LATE)),
            waiting_late=Count("pk", filter=Q(ended_as="", due_at__lt=now)),
            median=Median(took, filter=answered),
        )
        .order_by("-leads", name)
    )
    return [
        Kept(row[name] or "", row["leads"], row["met"], row["late"], row["waiting_late"], row["median"])
        for row in counted
    ]
