"""Reads about pages of forms that were sent."""

from datetime import datetime
from uuid import UUID

from leads.models import SpentPage


def page_count_since(
    form_id: UUID, since: datetime, *, most: int, network: bytes | None = None, held: bool = False
) -> int:
    """How many pages of a form were sent since then, of this network or all, of the held ones or all; up to `most`."""
    rows = SpentPage.objects.filter(form=form_id, spent_at__gt=since)
    if network is not None:
        rows = rows.filter(network=network)
    if held:
        rows = rows.filter(is_held=True)
    return rows.order_by()[:most].count()
