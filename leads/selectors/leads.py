"""Reads about leads, within what the reader may see."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import User
from accounts.selectors import Reach, visible_to
from contacts.selectors import Question, contact_search
from leads.enums import OPEN_STATUSES, LeadStatus
from leads.finding_queries import lead_ids_of_others
from leads.models import Lead
from scrm.core.pagination import earlier

_OF_ITS_PAGE: Final = ("attributes", "utm", "contact__note")


def lead_list(viewer: User) -> QuerySet[Lead]:
    """The leads that the viewer may see, with what a row shows."""
    return visible_to(viewer, _rows())


def lead_rows(viewer: User) -> QuerySet[Lead]:
    """The same without what only a lead's own page shows."""
    return lead_list(viewer).defer(*_OF_ITS_PAGE)


def lead_detail(viewer: User, lead_id: UUID) -> Lead | None:
    return (
        visible_to(viewer, Lead.objects.select_related("contact__company", "source", "owner", "form"))
        .filter(pk=lead_id)
        .first()
    )


def lead_list_filtered(
    rows: QuerySet[Lead],
    *,
    q: str = "",
    status: str = "",
    source: str = "",
    owner: str = "",
    came_by: str = "",
    form: str = "",
    since: datetime | None = None,
) -> QuerySet[Lead]:
    """Narrow a list of leads. `status` may be `open`; `source` and `owner` may be `none`."""
    if q:
        rows = rows.filter(contact_search(q, "contact__"))
    if status:
        rows = rows.filter(status__in=OPEN_STATUSES if status == "open" else [status])
    if source:
        rows = rows.filter(source=None if source == "none" else UUID(source))
    if owner:
        rows = rows.filter(owner=None if owner == "none" else UUID(owner))
    if came_by:
        rows = rows.filter(came_by=came_by)
    if form:
        rows = rows.filter(form=UUID(form))
    if since is not None:
        rows = rows.filter(captured_at__gte=since)
    return rows


def lead_counts_by_contact(viewer: User, contact_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many leads of each contact the viewer may see."""
    rows = visible_to(viewer, Lead.objects.filter(contact__in=list(contact_ids))).order_by()
    return dict(rows.values_list("contact").annotate(leads=Count("pk")))


def lead_list_of_contact(viewer: User, contact_id: UUID) -> list[Lead]:
    return list(lead_rows(viewer).filter(contact=contact_id).order_by("-captured_at", "-pk")[:50])


def lead_story_of_contact(
    viewer: User,
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: UUID | None = None,
    text: str = "",
    limit: int = 30,
) -> list[Lead]:
    """A contact's leads that the viewer may see, newest first, older than a place in its timeline."""
    rows = lead_rows(viewer).filter(contact=contact_id)
    if text:
        rows = rows.filter(Q(source__name__icontains=text) | Q(origin__icontains=text) | Q(lost_reason__icontains=text))
    return list(rows.filter(earlier("captured_at", before, before_id)).order_by("-captured_at", "-pk")[:limit])


def lead_open_of_contact(viewer: User, contact_id: UUID) -> Lead | None:
    """The newest open lead of the contact that the viewer may see: what a talk is about."""
    rows = lead_rows(viewer).filter(contact=contact_id, status__in=OPEN_STATUSES)
    return rows.order_by("-captured_at", "-pk").first()


def lead_list_found(reach: Reach, question: Question, contact_ids: Collection[UUID], *, limit: int) -> list[Lead]:
    """The newest leads within reach of these contacts, of others that are meant by the question, or of its id."""
    rows = reach.among(_rows()).defer(*_OF_ITS_PAGE, "contact__search_keys")
    meant = Q(contact__in=contact_ids) | Q(pk=question.pk) if question.pk else Q(contact__in=contact_ids)
    found = list(rows.filter(meant).order_by("-pk")[:limit])
    if reach.owners is not None and len(found) < limit:
        # Of contacts that are a colleague's; who sees all leads sees all contacts too.
        others = lead_ids_of_others(
            question.asked,
            owners=reach.owners,
            contact_ids=[pk for pk, _kind, _hint in question.identities],
            company_ids=[hit.company.pk for hit in question.companies],
            limit=limit,
        )
        found += rows.filter(pk__in=others) if others else []
    return sorted(found, key=lambda lead: lead.pk, reverse=True)[:limit]


def lead_ids_visible(viewer: User, ids: Iterable[str | UUID]) -> list[UUID]:
    """Those of the ids that the viewer may see; for actions on many."""
    return list(visible_to(viewer, Lead.objects.filter(pk__in=list(ids))).values_list("pk", flat=True))


def leads_by_id(viewer: User, ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """Those of the leads that the viewer may see, with what an alert or a row shows of them."""
    return {lead.pk: lead for lead in lead_rows(viewer).filter(pk__in=list(ids))}


def lead_counts_of_companies(viewer: User, company_ids: Collection[UUID]) -> dict[str, int]:
    """How many leads the people of these companies have, all, open and won, as far as the viewer sees them."""
    rows = visible_to(viewer, Lead.objects.filter(contact__company__in=list(company_ids)))
    return rows.aggregate(
        total=Count("pk"),
        open=Count("pk", filter=Q(status__in=OPEN_STATUSES)),
        won=Count("pk", filter=Q(status=LeadStatus.WON)),
    )


def lead_newest(viewer: User, limit: int = 8) -> list[Lead]:
    return list(lead_rows(viewer).order_by("-captured_at", "-pk")[:limit])


def lead_totals(viewer: User, *, day_began: datetime) -> dict[str, int]:
    """What the home page counts: today, seven days and the seven before, open, and 28 days with their wins."""
    week = day_began - timedelta(days=6)
    month = Q(captured_at__gte=day_began - timedelta(days=27))
    return visible_to(viewer, Lead.objects.all()).aggregate(
        today=Count("pk", filter=Q(captured_at__gte=day_began)),
        yesterday=Count("pk", filter=Q(captured_at__gte=day_began - timedelta(days=1), captured_at__lt=day_began)),
        week=Count("pk", filter=Q(captured_at__gte=week)),
        week_before=Count("pk", filter=Q(captured_at__gte=week - timedelta(days=7), captured_at__lt=week)),
        open=Count("pk", filter=Q(status__in=OPEN_STATUSES)),
        unassigned=Count("pk", filter=Q(status__in=OPEN_STATUSES, owner=None)),
        month=Count("pk", filter=month),
        month_won=Count("pk", filter=month & Q(status=LeadStatus.WON)),
    )


def lead_counts_per_day(viewer: User, *, first: date, last: date, zone: ZoneInfo) -> dict[date, int]:
    """Leads captured on each local day from `first` to `last`, days without one included."""
    began = datetime(first.year, first.month, first.day, tzinfo=zone)
    counted = dict(
        visible_to(viewer, Lead.objects.filter(captured_at__gte=began))
        .annotate(day=TruncDate("captured_at", tzinfo=zone))
        .order_by()
        .values("day")
        # Counting rows instead of keys lets the index on the time answer alone.
        .annotate(leads=Count("*"))
        .values_list("day", "leads")
    )
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: counted.get(day, 0) for day in days}


def _rows() -> QuerySet[Lead]:
    return Lead.objects.select_related("contact", "source", "owner")
