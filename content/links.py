"""Writes the links that touchpoints carry."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from content.models import TrackedLink


def create_touchpoint_links(*, links: Sequence[tuple[UUID, UUID, int]], now: datetime) -> dict[int, str]:
    """Links of (material, contact, touchpoint), made once; gives each touchpoint's code."""
    TrackedLink.objects.bulk_create(
        (
            TrackedLink(material_id=material, contact_id=contact, touchpoint_id=touchpoint, created_at=now)
            for material, contact, touchpoint in links
        ),
        ignore_conflicts=True,
    )
    rows = TrackedLink.objects.filter(touchpoint_id__in=[touchpoint for _m, _c, touchpoint in links])
    return {int(touchpoint or 0): code for touchpoint, code in rows.values_list("touchpoint_id", "code")}
