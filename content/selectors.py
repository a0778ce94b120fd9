"""Reads of the content library: materials and what their links brought."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Max, Q, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from content.models import Material, PageView, TrackedLink
from scrm.core.counting import count_of


def material_list(user: User, *, search: str = "", state: str = "") -> QuerySet[Material]:
    """Newest first, with `sends` (links), `views` and `visitors` among the contacts the user may see."""
    views = _views(user)
    links = visible_to(user, TrackedLink.objects.filter(contact__isnull=False), owner="contact__owner")
    rows = Material.objects.all()
    if search:
        rows = rows.filter(Q(title__icontains=search) | Q(topic__icontains=search))
    if state:
        rows = rows.filter(active=state == "active")
    return rows.annotate(
        sends=count_of(links, "material"),
        views=count_of(views, "link__material"),
        visitors=count_of(views, "link__material", distinct="link__contact"),
    )


def material_list_active() -> QuerySet[Material]:
    return Material.objects.filter(active=True)


def material_get(pk: UUID) -> Material | None:
    return Material.objects.filter(pk=pk).first()


def material_detail(user: User, pk: UUID) -> Material | None:
    """One material with the same numbers."""
    return material_list(user).filter(pk=pk).first()


def material_visitors(user: User, material: Material) -> QuerySet[PageView, Any]:
    """One row per contact that opened it: how often, how long at most, how deep, when last."""
    return (
        _views(user)
        .filter(link__material=material)
        .order_by()
        .values("link__contact", "link__contact__name")
        .annotate(views=Count("pk"), seconds=Avg("seconds"), depth=Max("depth"), last_at=Max("at"))
        .order_by("-last_at", "link__contact")
    )


def views_of_contact(contact_id: UUID, *, since: datetime) -> QuerySet[PageView]:
    """When a contact opened something, from a moment on."""
    return PageView.objects.filter(link__contact=contact_id, at__gte=since)


def _views(user: User) -> QuerySet[PageView]:
    # A view of the preview link has no contact behind it and says nothing about customers.
    return visible_to(user, PageView.objects.filter(link__contact__isnull=False), owner="link__contact__owner")
