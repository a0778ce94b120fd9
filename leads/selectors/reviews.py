"""Reads about reviews on outside sites."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from leads.enums import ReplyState
from leads.models import Lead, Review, ReviewLead
from scrm.core.counting import count_of


@dataclass(frozen=True, slots=True)
class ReviewTotals:
    reviews: int
    stars: float | None
    open: int
    overdue: int


def review_list(
    viewer: User, *, search: str = "", site: str = "", stars: str = "", state: str = "", now: datetime
) -> QuerySet[Review]:
    """Reviews with `brought_leads`, the leads that came of them as far as the viewer sees them.

    `state` may also be `overdue`.
    """
    brought = visible_to(viewer, ReviewLead.objects.all(), owner="lead__owner")
    rows = Review.objects.select_related("owner").annotate(brought_leads=count_of(brought, "review"))
    if search:
        rows = rows.filter(Q(text__icontains=search) | Q(author__icontains=search))
    if site:
        rows = rows.filter(site=site)
    if stars:
        rows = rows.filter(rating=int(stars))
    if state == "overdue":
        rows = rows.filter(state=ReplyState.OPEN, reply_due_at__lt=now)
    elif state:
        rows = rows.filter(state=state)
    return rows


def review_totals(now: datetime) -> ReviewTotals:
    is_open = Q(state=ReplyState.OPEN)
    found = Review.objects.aggregate(
        reviews=Count("pk"),
        stars=Avg("rating"),
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(reply_due_at__lt=now)),
    )
    return ReviewTotals(**found)


def review_count_overdue(now: datetime) -> int:
    return Review.objects.filter(state=ReplyState.OPEN, reply_due_at__lt=now).count()


def review_sites() -> list[tuple[str, str]]:
    sites = Review.objects.order_by("site").values_list("site", flat=True).distinct()
    return [(site, site) for site in sites]


def review_get(pk: UUID) -> Review | None:
    return Review.objects.select_related("owner", "settled_by").filter(pk=pk).first()


def review_leads(viewer: User, review: Review) -> list[Lead]:
    """The leads that came of it and that the viewer may see, the newest first."""
    rows = Lead.objects.filter(review_links__review=review).select_related("contact", "source", "owner")
    return list(visible_to(viewer, rows).order_by("-captured_at", "-pk"))
