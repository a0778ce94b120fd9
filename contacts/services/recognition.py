"""Writes by what people are recognised."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts.enums import IdentityKind
from contacts.models import IdentityRule


@transaction.atomic
def save_recognition(*, order: Sequence[str], confidence: Mapping[str, int], by: User | None, now: datetime) -> None:
    """Say which kind counts first, and how much each says; ValidationError unless every kind has its place."""
    if sorted(order) != sorted(IdentityKind.values):
        raise ValidationError(_("Give every kind of identity one place."))
    rows = [IdentityRule(kind=kind, position=place, confidence=confidence[kind]) for place, kind in enumerate(order, 1)]
    for row in rows:
        row.clean_fields()
    IdentityRule.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind"], update_fields=["position", "confidence"]
    )
    record_audit(action="recognition.changed", actor=by, details={"order": list(order)}, now=now)


@transaction.atomic
def forget_recognition(*, by: User | None, now: datetime) -> None:
    """Back to what we begin with."""
    IdentityRule.objects.all().delete()
    record_audit(action="recognition.changed", actor=by, details={"order": []}, now=now)
