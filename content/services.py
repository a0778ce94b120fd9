"""Reads the links that contacts get, and counts the views that they bring."""

from datetime import datetime

from content.models import PageView, TrackedLink


def link_by_code(code: str) -> TrackedLink | None:
    """The link with what it shows, as long as that is in use."""
    return TrackedLink.objects.select_related("material").filter(code=code, material__active=True).first()


def record_view(*, link: TrackedLink, now: datetime) -> PageView:
    """Count one opening."""
    return PageView.objects.create(link=link, at=now)
