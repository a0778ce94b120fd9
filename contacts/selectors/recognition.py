"""By what people are recognised here."""

from contacts.matching import CONFIDENCE, OWN_CONFIDENCE, precedence_with
from contacts.models import CustomKind, IdentityRule


def recognition_rules() -> list[IdentityRule]:
    """A rule for each kind of identity in the order that counts; the ones we begin with where nobody said anything.

    Archived kinds of the business have none: nobody comes in by them.
    """
    own = CustomKind.objects.filter(archived=False).values_list("code", flat=True)
    kinds = precedence_with(list(own))
    said = [rule for rule in IdentityRule.objects.order_by("position", "kind") if rule.kind in kinds]
    known = {rule.kind for rule in said}
    rest = [IdentityRule(kind=kind, confidence=CONFIDENCE.get(kind, OWN_CONFIDENCE)) for kind in kinds]
    rules = said + [rule for rule in rest if rule.kind not in known]
    for position, rule in enumerate(rules, 1):
        rule.position = position
    return rules


def confidence_by_kind() -> dict[str, int]:
    """How surely each kind of identity tells who somebody is, in percent."""
    return {rule.kind: rule.confidence for rule in recognition_rules()}
