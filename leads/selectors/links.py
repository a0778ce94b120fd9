"""Reads about entry links: what one leads to, how often it was opened, what it brought, and to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import Cast, ExtractHour, TruncDate

from accounts.enums import Scope
from accounts.models import Department, User
from accounts.selectors import visible_to
from leads.enums import LeadStatus
from leads.link_targets import leads_to
from leads.models import EntryLink, Form, Lead, LinkHost, LinkHour, ReferralLink, Touch
from scrm.core.counting import count_of, sum_of


@dataclass(frozen=True, slots=True)
class LinkResults:
    """What one link did within a period: totals, per local day, and per hour of the local day."""

    visits: int
    visitors: int
    machines: int
    leads: int
    won: int
    days: dict[date, tuple[int, int, int]]
    hours: list[int]

    @property
    def share(self) -> float | None:
        return self.leads / self.visitors if self.visitors else None


@dataclass(frozen=True, slots=True)
class LeadTouches:
    """By what a lead came, by what its contact came first and last before it, and what followed."""

    brought: Touch | None
    first: Touch | None
    last: Touch | None
    since: list[Touch]


def link_open(code: str, now: datetime) -> EntryLink | None:
    """The link at an address, as long as it is in use and may lead where it does."""
    link = EntryLink.objects.select_related("form").filter(code=code, active=True).first()
    if link is None or (link.expires_at is not None and link.expires_at <= now):
        return None
    if link.form_id is None and not leads_to(link.url, set(LinkHost.objects.values_list("host", flat=True))):
        return None
    return link


def link_get(viewer: User, pk: UUID) -> EntryLink | None:
    """A link that the viewer may see; a customer's own is seen by those who see the customer."""
    return _seen(viewer).filter(pk=pk).first()


def link_through(pk: UUID) -> EntryLink | None:
    """A link as an arrival reads it, with whose it is."""
    rows = EntryLink.objects.select_related("source", "rep", "referral__contact__owner")
    return rows.filter(pk=pk).first()


def link_list(
    viewer: User, *, search: str = "", kind: str = "", state: str = "", now: datetime | None = None
) -> QuerySet[EntryLink]:
    """Links with `visits`, `visitors` and the `brought` leads that the viewer may see."""
    brought = visible_to(viewer, Touch.objects.filter(brought=True), owner="lead__owner")
    rows = _seen(viewer)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(place__icontains=search))
    if kind:
        rows = rows.filter(kind=kind)
    over = Q(expires_at__lte=now) if now else Q(pk__in=[])
    if state:
        rows = rows.filter(_STATES[state] & (over if state == "over" else ~over))
    return rows.annotate(
        visits=sum_of(LinkHour.objects.all(), "link", "visits"),
        visitors=sum_of(LinkHour.objects.all(), "link", "visitors"),
        brought=count_of(brought, "link"),
    )


_STATES = {"active": Q(active=True), "paused": Q(active=False), "over": Q()}


def links_among(viewer: User, pks: Collection[UUID]) -> list[EntryLink]:
    """Those of the links that the viewer may see, by name; for sheets."""
    return list(_seen(viewer).filter(pk__in=list(pks)).order_by("name", "pk"))


def link_results(viewer: User, link: EntryLink, *, first: date, last: date, zone: ZoneInfo) -> LinkResults:
    """What the link did from `first` to `last`; of leads, those that the viewer may see."""
    began, ended = _bounds(first, last, zone)
    hours = LinkHour.objects.filter(link=link, at__gte=began, at__lt=ended).order_by()
    opened: dict[date, tuple[int, int]] = {}
    machines = 0
    counted = hours.annotate(day=TruncDate("at", tzinfo=zone)).values_list("day")
    for day, visits, visitors, scanned in counted.annotate(Sum("visits"), Sum("visitors"), Sum("machines")):
        opened[day] = (visits, visitors)
        machines += scanned
    per_hour = dict(hours.annotate(hour=ExtractHour("at", tzinfo=zone)).values_list("hour").annotate(Sum("visits")))
    leads = visible_to(viewer, Lead.objects.filter(touches__link=link, touches__brought=True))
    leads = leads.filter(captured_at__gte=began, captured_at__lt=ended).order_by()
    brought: dict[date, int] = {}
    won = 0
    captured = leads.annotate(day=TruncDate("captured_at", tzinfo=zone)).values_list("day")
    for day, found, deals in captured.annotate(found=Count("pk"), won=Count("pk", filter=Q(status=LeadStatus.WON))):
        brought[day] = found
        won += deals
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return LinkResults(
        visits=sum(visits for visits, _visitors in opened.values()),
        visitors=sum(visitors for _visits, visitors in opened.values()),
        machines=machines,
        leads=sum(brought.values()),
        won=won,
        days={day: (*opened.get(day, (0, 0)), brought.get(day, 0)) for day in days},
        hours=[per_hour.get(hour) or 0 for hour in range(24)],
    )


def link_contacts_first(viewer: User, link: EntryLink) -> int:
    """How many contacts that the viewer may see came by this link before they came by anything else."""
    before = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    earlier = Touch.objects.filter(before, contact=OuterRef("contact"))
    rows = Touch.objects.filter(~Exists(earlier), link=link)
    return visible_to(viewer, rows, owner="contact__owner").count()


def partner_rows(viewer: User, *, by: str, first: date, last: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Visits, visitors and leads of all links, by `department`, `rep`, `source` or `place`; the busiest first.

    Each row: name, links, visits, visitors, leads (those that the viewer may see).
    """
    began, ended = _bounds(first, last, zone)
    name = _PARTNER_NAMES[by]
    rows: dict[str, dict[str, Any]] = {}

    def take(found: QuerySet[Any, Any], prefix: str, **sums: Any) -> None:
        shown = Cast(_prefixed(name, prefix), CharField())
        for row in found.order_by().annotate(partner=shown).values("partner").annotate(**sums):
            kept = rows.setdefault(row["partner"] or "", {"name": row.pop("partner") or "", **_NOTHING})
            kept.update({key: value or 0 for key, value in row.items() if key in _NOTHING})

    opened = LinkHour.objects.filter(at__gte=began, at__lt=ended)
    brought = visible_to(viewer, Touch.objects.filter(brought=True, link__isnull=False), owner="lead__owner")
    brought = brought.filter(lead__captured_at__gte=began, lead__captured_at__lt=ended)
    take(EntryLink.objects.all(), "", links=Count("pk"))
    take(opened, "link__", visits=Sum("visits"), visitors=Sum("visitors"))
    take(brought, "link__", leads=Count("pk"))
    return sorted(rows.values(), key=lambda row: (-row["visits"], -row["leads"], row["name"]))


_NOTHING = {"links": 0, "visits": 0, "visitors": 0, "leads": 0}
_PARTNER_NAMES = {
    "department": ("department__name",),
    "source": ("source__name",),
    "place": ("place",),
    "rep": ("rep__full_name", "rep__username"),
}


def _prefixed(names: tuple[str, ...], prefix: str) -> Any:
    if len(names) == 1:
        return F(prefix + names[0])
    first, second = (F(prefix + name) for name in names)
    return Case(When(~Q(**{prefix + names[0]: ""}), then=first), default=second)


def touches_of_lead(lead: Lead) -> LeadTouches:
    rows = list(Touch.objects.filter(contact=lead.contact_id).select_related("link").order_by("at", "pk")[:200])
    brought = next((touch for touch in rows if touch.lead_id == lead.pk and touch.brought), None)
    came_at = max(lead.captured_at, brought.at) if brought else lead.captured_at
    until = [touch for touch in rows if touch.at <= came_at]
    return LeadTouches(
        brought=brought,
        first=until[0] if until else None,
        last=until[-1] if until else None,
        since=[touch for touch in rows if touch.at > came_at],
    )


def links_that_brought(lead_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The entry link of each of these leads that one brought."""
    rows = Touch.objects.filter(lead__in=list(lead_ids), brought=True, link__isnull=False)
    return {lead_id: link_id for lead_id, link_id in rows.values_list("lead_id", "link_id") if link_id}


def own_link(user: User) -> EntryLink | None:
    return EntryLink.objects.select_related("form").filter(rep=user, personal=True).first()


def own_link_numbers(user: User, link: EntryLink, *, day_began: datetime) -> dict[str, int]:
    """What the representative's own link did today, and since there is one."""
    hours = LinkHour.objects.filter(link=link)
    today = Q(at__gte=day_began)
    opened = hours.aggregate(scans=Sum("visits", default=0), scans_today=Sum("visits", filter=today, default=0))
    leads = visible_to(user, Touch.objects.filter(link=link, brought=True), owner="lead__owner")
    brought = leads.aggregate(leads=Count("pk"), leads_today=Count("pk", filter=Q(lead__captured_at__gte=day_began)))
    return {**opened, **brought}


def form_choices_published() -> list[tuple[str, str]]:
    """Forms that links may lead to, the newest first."""
    rows = Form.objects.filter(active=True, live_version__isnull=False).order_by("-created_at", "-pk")
    return [(str(pk), title) for pk, title in rows.values_list("pk", "title")]


def form_get_published(pk: UUID) -> Form | None:
    return Form.objects.filter(pk=pk, active=True, live_version__isnull=False).first()


def department_choices() -> list[tuple[str, str]]:
    """Teams and dealers."""
    return [(str(pk), name) for pk, name in Department.objects.order_by("name", "pk").values_list("pk", "name")]


def department_get(pk: UUID) -> Department | None:
    return Department.objects.filter(pk=pk).first()


def link_hosts() -> list[LinkHost]:
    return list(LinkHost.objects.order_by("host"))


def link_host_get(pk: int) -> LinkHost | None:
    return LinkHost.objects.filter(pk=pk).first()


def _seen(viewer: User) -> QuerySet[EntryLink]:
    rows = EntryLink.objects.select_related("source", "rep", "department", "form")
    if viewer.data_scope == Scope.ALL:
        return rows
    of_contacts = visible_to(viewer, ReferralLink.objects.filter(contact__isnull=False), owner="contact__owner")
    return rows.filter(Q(referral__contact__isnull=True) | Q(pk__in=of_contacts.values("link")))


def _bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    after = last + timedelta(days=1)
    return (
        datetime(first.year, first.month, first.day, tzinfo=zone),
        datetime(after.year, after.month, after.day, tzinfo=zone),
    )
