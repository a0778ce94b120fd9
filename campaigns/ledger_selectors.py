"""What the drainer asks of the ledger."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from campaigns.enums import TouchState
from campaigns.models import Lane, Touchpoint


def lanes_with_due_rows(now: datetime) -> list[Lane]:
    """Open lanes in which something is due."""
    due = Touchpoint.objects.filter(lane=OuterRef("pk"), state=TouchState.PLANNED, due_at__lte=now)
    return list(Lane.objects.filter(Exists(due), is_open=True).order_by("pk"))
