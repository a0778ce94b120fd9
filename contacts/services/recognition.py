"""Writes by what people are recognised."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts.enums import IdentityKind
from contacts.matching import OWN_CONFIDENCE
from contacts.models import CustomKind, IdentityRule
from contacts.selectors.recognition import recognition_rules


@transaction.atomic
def save_recognition(*, order: Sequence[str], confidence: Mapping[str, int], by: User | None, now: datetime) -> None:
    """Say which kind counts first, and how much each says; ValidationError unless every kind has its place."""
    if sorted(order) != sorted(rule.kind for rule in recognition_rules()):
        raise ValidationError(_("Give every kind of identity one place."))
    rows = [IdentityRule(kind=kind, position=place, confidence=confidence[kind]) for place, kind in enumerate(order, 1)]
    for row in rows:
        row.clean_fields(exclude=["kind"])
    _write(rows)
    record_audit(action="recognition.changed", actor=by, details={"order": list(order)}, now=now)


@transaction.atomic
def forget_recognition(*, by: User | None, now: datetime) -> None:
    """Back to what we begin with."""
    IdentityRule.objects.all().delete()
    if CustomKind.objects.exists():
        _write(recognition_rules())
    record_audit(action="recognition.changed", actor=by, details={"order": []}, now=now)


def place_kind(*, code: str) -> None:
    """Give a new kind of the business its place: right before phones, among what systems gave. Inside a transaction."""
    rules = [rule for rule in recognition_rules() if rule.kind != code]
    place = next(at for at, rule in enumerate(rules) if rule.kind == IdentityKind.PHONE)
    rules.insert(place, IdentityRule(kind=code, confidence=OWN_CONFIDENCE))
    for position, rule in enumerate(rules, 1):
        rule.position = position
    _write(rules)


def _write(rules: Sequence[IdentityRule]) -> None:
    IdentityRule.objects.bulk_create(
        rules, update_conflicts=True, unique_fields=["kind"], update_fields=["position", "confidence"]
    )
