"""Reads of what runs: SOPs with their numbers, steps, the touchpoint ledger, campaigns."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.models import User
from accounts.selectors import visible_to
from campaigns import drafts
from campaigns.enums import EnrollmentState, Reason, SopState, TouchState
from campaigns.models import Breaker, Campaign, Enrollment, Lane, Sop, SopVersion, Step, Touchpoint
from contacts.selectors import date_names, field_codes
from leads.models import Source
from scrm.core.counting import count_of

WAITING = (TouchState.PLANNED, TouchState.CLAIMED, TouchState.SENDING)


@dataclass(frozen=True, slots=True)
class SopSummary:
    """One SOP and how it does, among the contacts that the user may see."""

    sop: Sop
    enrolled: int
    active: int
    planned: int
    next_due_at: datetime | None
    sent_week: int
    with_rep: int
    unknown: int


@dataclass(slots=True)
class StepCounts:
    """What became of one step's touches."""

    by_state: Counter[TouchState] = field(default_factory=Counter)
    by_reason: Counter[tuple[TouchState, str]] = field(default_factory=Counter)

    @property
    def waiting(self) -> int:
        return sum(self.by_state[state] for state in WAITING)

    @property
    def total(self) -> int:
        return self.by_state.total()

    def reasons(self, state: TouchState) -> list[tuple[str, int]]:
        """Why, in words, the commonest first."""
        found = [(reason, count) for (each, reason), count in self.by_reason.items() if each == state and reason]
        return [(str(Reason(reason).label), count) for reason, count in sorted(found, key=lambda one: -one[1])]


def sop_list(user: User, now: datetime, *, state: str = "", search: str = "") -> list[SopSummary]:
    """Every SOP by name with its numbers, in three statements however many there are."""
    sops = Sop.objects.select_related("trigger_tag", "trigger_segment", "live_version", "campaign")
    if state:
        sops = sops.filter(state=state)
    if search:
        sops = sops.filter(Q(name__icontains=search) | Q(summary__icontains=search))
    return _summaries(user, list(sops), now)


def sop_summary(user: User, sop: Sop, now: datetime) -> SopSummary:
    return _summaries(user, [sop], now)[0]


def sop_get(pk: UUID) -> Sop | None:
    return (
        Sop.objects.select_related("trigger_tag", "trigger_segment", "live_version", "campaign").filter(pk=pk).first()
    )


def sop_list_of_segment(segment_id: UUID) -> list[Sop]:
    """Those that somebody's coming into this segment, or leaving it, starts."""
    return list(Sop.objects.filter(trigger_segment=segment_id))


def sop_choices() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Sop.objects.values_list("pk", "name")]


def sop_choices_live() -> list[tuple[str, str]]:
    live = Sop.objects.filter(state=SopState.LIVE).order_by("name")
    return [(str(pk), name) for pk, name in live.values_list("pk", "name")]


def lanes_with_due_rows(now: datetime) -> list[Lane]:
    """Open lanes in which something is due, in an order of chance; a backlog is due when its turn is, and nothing
    while its channel is shut or probed.

    A drain may have time for one batch only, and it must not be the same lane's each time.
    """
    waiting = Touchpoint.objects.filter(lane=OuterRef("pk"), state=TouchState.PLANNED).order_by("due_at")
    # The first in order and not Exists: see campaigns/lane_queries.py.
    first = Subquery(waiting.values("due_at")[:1])
    on_time = Subquery(waiting.filter(due_at__gt=OuterRef("late_before")).values("due_at")[:1])
    turn = Q(late_before=None) | Q(catch_up_at__lte=now)
    shut = Breaker.objects.filter(Q(reopen_at__gt=now) | Q(probe_until__gt=now))
    lanes = Lane.objects.filter(is_open=True).exclude(channel__in=shut.values("channel"))
    lanes = lanes.alias(first=first, on_time=on_time)
    return list(lanes.filter(Q(turn, first__lte=now) | Q(on_time__lte=now)).select_related("sop").order_by("?"))


def lane_list_held(user: User, sop: Sop) -> list[Lane]:
    """Lanes that wait for their provider or let out a backlog; `backlog` counts what the user may see of it."""
    waiting = _touches(user).filter(state=TouchState.PLANNED, due_at__lte=OuterRef("late_before"))
    lanes = Lane.objects.filter(Q(is_open=False) | Q(late_before__isnull=False), sop=sop)
    return list(lanes.annotate(backlog=count_of(waiting, "lane")).order_by("channel"))


def breaker_list_shut(sop: Sop | None = None) -> list[Breaker]:
    """Channels for whose provider something waits: in any SOP, or in one.

    Nobody probes for nothing: a channel that was shut when its last touch ended stays so until the next one is due.
    """
    waiting = Touchpoint.objects.filter(lane=OuterRef("pk"), state=TouchState.PLANNED).order_by("due_at")
    lanes = Lane.objects.filter(channel=OuterRef("channel"), is_open=True)
    lanes = lanes.alias(first=Subquery(waiting.values("due_at")[:1])).filter(first__lte=OuterRef("reopen_at"))
    return list(Breaker.objects.filter(Exists(lanes if sop is None else lanes.filter(sop=sop))).order_by("channel"))


def step_list(version: SopVersion | None) -> list[Step]:
    """A version's steps in order; none without a version."""
    if version is None:
        return []
    return list(Step.objects.filter(version=version).select_related("material").order_by("position"))


def step_counts(user: User, sop: Sop) -> dict[int, StepCounts]:
    """What became of the touches of each step, over all versions, by the step's number."""
    rows = _touches(user).filter(lane__sop=sop).order_by().values_list("step_number", "state", "reason")
    found: dict[int, StepCounts] = {}
    for number, state, reason, count in rows.annotate(found=Count("pk")):
        counts = found.setdefault(number, StepCounts())
        counts.by_state[TouchState(state)] += count
        counts.by_reason[TouchState(state), reason or ""] += count
    return found


def sop_version_list(user: User, sop: Sop) -> QuerySet[SopVersion]:
    """Newest first, with their steps and `active`: who is on the way in each."""
    on_the_way = _enrollments(user).filter(state=EnrollmentState.ACTIVE)
    steps = Step.objects.select_related("material").order_by("position")
    return (
        SopVersion.objects.filter(sop=sop)
        .select_related("published_by")
        .prefetch_related(Prefetch("steps", steps))
        .annotate(active=count_of(on_the_way, "version"), enrolled=count_of(_enrollments(user), "version"))
        .order_by("-number")
    )


def steps_by_version(sop: Sop) -> dict[int, list[Step]]:
    """The steps of every version in order: who is inside follows the version they began with."""
    found: dict[int, list[Step]] = {}
    for step in Step.objects.filter(version__sop=sop).order_by("version", "position"):
        found.setdefault(step.version_id, []).append(step)
    return found


def enrollment_anchors(user: User, sop: Sop) -> Iterable[tuple[int, str, datetime, int]]:
    """Version, zone, T and how many are on the way with them: what a forecast goes over."""
    rows = _enrollments(user).filter(sop=sop, state=EnrollmentState.ACTIVE).order_by()
    return rows.values_list("version", "zone", "anchor_at").annotate(found=Count("pk"))


def draft_problems(sop: Sop) -> dict[str, str]:
    """What is missing before the draft can be published, by place such as `steps.0.subject`."""
    return drafts.problems(sop.draft_steps, field_codes(), date_names())


def planned_by_day(user: User, sop: Sop, *, since: datetime) -> Iterable[tuple[datetime, str, int]]:
    """Due time, channel and number of what is planned of steps that count from a date of each contact."""
    rows = _touches(user).filter(
        lane__sop=sop, state=TouchState.PLANNED, due_at__gt=since, step__offset__kind__in=["date", "next_order"]
    )
    return rows.order_by().values_list("due_at", "lane__channel").annotate(found=Count("pk"))


def touchpoint_list(
    user: User,
    *,
    sop_id: UUID | None = None,
    state: TouchState | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    search: str = "",
) -> QuerySet[Touchpoint]:
    """The ledger, the latest due first; `until` is not included."""
    rows = _touches(user).select_related("contact", "step", "lane__sop", "enrollment")
    if sop_id:
        rows = rows.filter(lane__sop=sop_id)
    if state is not None:
        rows = rows.filter(state=state)
    if since:
        rows = rows.filter(due_at__gte=since)
    if until:
        rows = rows.filter(due_at__lt=until)
    if search:
        rows = rows.filter(contact__name__icontains=search)
    return rows.order_by("-due_at", "-id")


def touchpoint_ids(rows: QuerySet[Touchpoint]) -> QuerySet[Touchpoint, int]:
    """Only their ids: a long ledger is sorted narrow, and then a page of it is read whole."""
    return rows.values_list("pk", flat=True)


def touchpoints_of(ids: Iterable[int]) -> list[Touchpoint]:
    """These rows, in the order of the ids."""
    wanted = list(ids)
    by_id = Touchpoint.objects.select_related("contact", "step", "lane__sop").in_bulk(wanted)
    return [by_id[pk] for pk in wanted]


def touchpoint_get(user: User, pk: int) -> Touchpoint | None:
    return _touches(user).select_related("contact", "step", "lane__sop").filter(pk=pk).first()


def unknown_count(user: User) -> int:
    """Touches whose outcome a person has to settle."""
    return _touches(user).filter(state=TouchState.UNKNOWN).count()


def campaign_list(search: str = "") -> QuerySet[Campaign]:
    """Newest first, with their sources and `sop_count`."""
    rows = Campaign.objects.prefetch_related("sources").annotate(sop_count=count_of(Sop.objects.all(), "campaign"))
    return rows.filter(name__icontains=search) if search else rows


def campaign_get(pk: UUID) -> Campaign | None:
    return Campaign.objects.prefetch_related("sources", "sops").filter(pk=pk).first()


def campaign_source_ids(campaign: Campaign) -> list[UUID]:
    """The sources whose leads are the campaign's."""
    return [source.pk for source in campaign.sources.all()]


def campaign_source_options() -> QuerySet[Source]:
    """What a campaign may take its leads from."""
    return Source.objects.filter(merged_into=None).order_by("name")


def _summaries(user: User, sops: list[Sop], now: datetime) -> list[SopSummary]:
    chosen = [sop.pk for sop in sops]
    people = {
        sop: (enrolled, active)
        for sop, enrolled, active in _enrollments(user)
        .filter(sop__in=chosen)
        .order_by()
        .values_list("sop")
        .annotate(enrolled=Count("pk"), active=Count("pk", filter=Q(state=EnrollmentState.ACTIVE)))
    }
    touches = {
        sop: numbers
        for sop, *numbers in _touches(user)
        .filter(lane__sop__in=chosen)
        .order_by()
        .values_list("lane__sop")
        .annotate(
            planned=Count("pk", filter=Q(state__in=WAITING)),
            next_due=Min("due_at", filter=Q(state=TouchState.PLANNED, lane__is_open=True)),
            sent_week=Count("pk", filter=Q(state=TouchState.SENT, sent_at__gte=now - timedelta(days=7))),
            with_rep=Count("pk", filter=Q(state=TouchState.WITH_REP)),
            unknown=Count("pk", filter=Q(state=TouchState.UNKNOWN)),
        )
    }
    nothing = [0, None, 0, 0, 0]
    return [SopSummary(sop, *people.get(sop.pk, (0, 0)), *touches.get(sop.pk, nothing)) for sop in sops]


def _touches(user: User) -> QuerySet[Touchpoint]:
    return visible_to(user, Touchpoint.objects.all(), owner="contact__owner")


def _enrollments(user: User) -> QuerySet[Enrollment]:
    return visible_to(user, Enrollment.objects.all(), owner="contact__owner")
