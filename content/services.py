"""Writes the links that contacts get and the views that they bring."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from content.models import Material, PageView, TrackedLink, link_code
from scrm.core.bulk import insert_columns


@dataclass(frozen=True, slots=True)
class LinkWish:
    """A material for one contact, carried by a touchpoint or by nothing in particular."""

    material_id: UUID
    contact_id: UUID
    touchpoint_id: int | None = None


def links_for(*, wishes: Collection[LinkWish], now: datetime) -> dict[LinkWish, str]:
    """The code of each wished link; those that are missing are made."""
    found = _codes(wishes)
    missing = sorted(
        set(wishes) - set(found), key=lambda wish: (wish.material_id, wish.contact_id, wish.touchpoint_id or 0)
    )
    if missing:
        columns: dict[str, list[Any]] = {
            "code": [link_code() for _ in missing],
            "material_id": [wish.material_id for wish in missing],
            "contact_id": [wish.contact_id for wish in missing],
            "touchpoint_id": [wish.touchpoint_id for wish in missing],
        }
        insert_columns(TrackedLink, columns, {"created_at": now}, on_conflict="DO NOTHING")
        found |= _codes(missing)
    return found


def link_for(*, material: Material, contact_id: UUID, now: datetime, touchpoint_id: int | None = None) -> str:
    """The code of the link by which one contact sees a material."""
    wish = LinkWish(material.pk, contact_id, touchpoint_id)
    return links_for(wishes=[wish], now=now)[wish]


def link_by_code(code: str) -> TrackedLink | None:
    """The link with what it shows, as long as that is in use."""
    return TrackedLink.objects.select_related("material").filter(code=code, material__active=True).first()


def record_view(*, link: TrackedLink, now: datetime) -> PageView:
    """Count one opening."""
    return PageView.objects.create(link=link, at=now)


def _codes(wishes: Collection[LinkWish] | Sequence[LinkWish]) -> dict[LinkWish, str]:
    wanted = set(wishes)
    rows = TrackedLink.objects.filter(
        material_id__in={wish.material_id for wish in wanted},
        contact_id__in={wish.contact_id for wish in wanted},
        rep=None,
    ).values_list("material_id", "contact_id", "touchpoint_id", "code")
    found = {LinkWish(material, contact, touchpoint): code for material, contact, touchpoint, code in rows if contact}
    return {wish: code for wish, code in found.items() if wish in wanted}
