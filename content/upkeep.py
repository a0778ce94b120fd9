"""Writes of the content library: its materials."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from content.models import Material, TrackedLink


@transaction.atomic
def save_material(
    *,
    material: Material | None = None,
    title: str,
    summary: str = "",
    body: str = "",
    url: str = "",
    topic: str = "",
    active: bool = True,
    by: User | None,
    now: datetime,
) -> Material:
    """Make or change a material: a text of ours or a page elsewhere."""
    if not body.strip() and not url:
        raise ValidationError({"body": _("Write a text, or name a page elsewhere.")})
    material = material or Material(created_at=now)
    material.title, material.summary, material.body = title.strip(), summary.strip(), body
    material.url, material.topic, material.active = url, topic, active
    material.full_clean()
    material.save()
    record_audit(action="material.saved", actor=by, subject=material, details={"title": material.title}, now=now)
    return material


@transaction.atomic
def ensure_preview_link(*, material: Material, now: datetime) -> TrackedLink:
    """The material's link that belongs to nobody, to look at it as a reader would."""
    # Nulls are never equal to a unique constraint, so the material's row is the lock.
    Material.objects.select_for_update().get(pk=material.pk)
    found = TrackedLink.objects.filter(material=material, contact=None, rep=None, touchpoint_id=None).first()
    return found or TrackedLink.objects.create(material=material, created_at=now)


@transaction.atomic
def ensure_own_link(*, material: Material, contact_id: UUID, rep: User, now: datetime) -> TrackedLink:
    """A colleague's link of a material for one contact, whom they send it to themselves; made once."""
    Material.objects.select_for_update().get(pk=material.pk)
    said = {"material": material, "contact_id": contact_id, "rep": rep, "touchpoint_id": None}
    found = TrackedLink.objects.filter(**said, second=False).first()
    return found or TrackedLink.objects.create(**said, created_at=now)
