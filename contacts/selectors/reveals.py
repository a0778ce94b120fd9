"""Who saw what in clear, and how much more they may."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import User
from accounts.selectors import user_list_with_leavers, visible_to
from contacts.models import Reveal, RevealLimit
from contacts.revealing import DAY, DEFAULTS, HOUR, SYSTEM, Limit
from exchange.models import ApiKey


@dataclass(frozen=True, slots=True)
class Looked:
    """How many identities a colleague saw in clear."""

    user: User
    hour: int
    day: int
    month: int
    limit: Limit


def reveal_limits() -> dict[str, Limit]:
    """By role, and for other systems."""
    kept = {row.role: Limit(row.per_hour, row.per_day, row.needs_factor) for row in RevealLimit.objects.all()}
    return {role: kept.get(role, limit) for role, limit in DEFAULTS.items()}


def reveal_limit(by: User | None, key: ApiKey | None = None) -> Limit:
    role = SYSTEM if key is not None or by is None else str(by.role)
    row = RevealLimit.objects.filter(role=role).first()
    return Limit(row.per_hour, row.per_day, row.needs_factor) if row else DEFAULTS[role]


def reveal_list_of_contact(contact_id: UUID, limit: int = 20) -> list[Reveal]:
    """The last times that something of the contact was shown in clear."""
    return list(Reveal.objects.filter(contact=contact_id).select_related("by", "key").order_by("-at", "-pk")[:limit])


def looked_list(viewer: User, *, now: datetime) -> list[Looked]:
    """How much each colleague whom the viewer may see looked at in clear, whoever most first."""
    rows = visible_to(viewer, Reveal.objects.filter(at__gt=now - 30 * DAY), owner="by")
    counted: Any = rows.filter(by__isnull=False).values("by").order_by()
    counted = counted.annotate(
        hour=Count("subject", distinct=True, filter=Q(at__gt=now - HOUR)),
        day=Count("subject", distinct=True, filter=Q(at__gt=now - DAY)),
        month=Count("subject", distinct=True),
    )
    users = {user.pk: user for user in user_list_with_leavers(viewer)}
    limits = reveal_limits()
    found = [
        Looked(users[row["by"]], row["hour"], row["day"], row["month"], limits[users[row["by"]].role])
        for row in counted
        if row["by"] in users
    ]
    return sorted(found, key=lambda each: (-each.day, -each.month, str(each.user)))
