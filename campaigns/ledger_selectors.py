"""What the drainer asks of the ledger."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from campaigns.enums import TouchState
from campaigns.models import Lane, Touchpoint


def lanes_with_due_rows(now: datetime) -> list[Lane]:
    """Open lanes in which something is due, in an order of chance.

    A drain may have time for one batch only, and it must not be the same lane's each time.
    """
    due = Touchpoint.objects.filter(lane=OuterRef("pk"), state=TouchState.PLANNED, due_at__lte=now)
    return list(Lane.objects.filter(Exists(due), is_open=True).order_by("?"))
