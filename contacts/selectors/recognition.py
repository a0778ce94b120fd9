"""By what people are recognised here."""

from contacts.matching import CONFIDENCE
from contacts.models import IdentityRule


def recognition_rules() -> list[IdentityRule]:
    """A rule for each kind of identity in the order that counts; the ones we begin with where nobody said anything."""
    said = list(IdentityRule.objects.order_by("position"))
    known = {rule.kind for rule in said}
    rest = [(kind, confidence) for kind, confidence in CONFIDENCE.items() if kind not in known]
    return said + [
        IdentityRule(kind=kind, position=len(said) + place, confidence=confidence)
        for place, (kind, confidence) in enumerate(rest, 1)
    ]


def confidence_by_kind() -> dict[str, int]:
    """How surely each kind of identity tells who somebody is, in percent."""
    return {rule.kind: rule.confidence for rule in recognition_rules()}
