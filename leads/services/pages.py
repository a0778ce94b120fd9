"""Writes about pages of forms that were sent: each counts once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from leads import form_queries
from leads.models import SpentPage
from scheduler.services import note_due

_AT_ONCE: Final = 1000
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page that is being sent: keyed digests of its token, of what it says and of the network that it comes from.

    `good_until` is how long its token is good.
    """

    digest: bytes
    said: bytes
    good_until: datetime
    form_id: UUID
    network: bytes
    spent_at: datetime
    is_held: bool = False


class PageSpent(Exception):
    """The page was sent before, and said something else."""


def spend_page(page: SentPage) -> bool:
    """Spend the page, inside `due_work`; False when the same was sent by it before, PageSpent when something else was.

    Of several at once one goes on, and the others wait until it has committed.
    """
    expires_at = whole_hour(page.good_until)
    values = {
        "digest": page.digest,
        "said": page.said,
        "expires_at": expires_at,
        "form_id": page.form_id,
        "network": page.network,
        "is_held": page.is_held,
        "spent_at": page.spent_at,
    }
    if form_queries.spend_page(values):
        note_due(expires_at)
        return True
    before = SpentPage.objects.filter(pk=page.digest).values_list("said", flat=True).first()
    if before is None or bytes(before) != page.said:
        raise PageSpent
    return False


def forget_pages(*, now: datetime) -> bool:
    """Delete some of the pages whose tokens are too old anyway; True when there may be more."""
    old = SpentPage.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)
    gone = [bytes(pk) for pk in old[:_AT_ONCE]]
    SpentPage.objects.filter(pk__in=gone).delete()
    return len(gone) == _AT_ONCE


def whole_hour(when: datetime) -> datetime:
    """The next whole hour: what expires wakes a business once an hour at most."""
    return when.replace(minute=0, second=0, microsecond=0) + _HOUR
