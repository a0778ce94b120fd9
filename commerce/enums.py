"""The words of buying."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderStatus(TextChoices):
    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")


class Sentiment(TextChoices):
    """How somebody spoke of us."""

    GOOD = "good", _("Pleased")
    NEUTRAL = "neutral", _("Neutral")
    BAD = "bad", _("Displeased")


class TierKind(TextChoices):
    """What the bounds of tiers are about."""

    RFM = "rfm", _("Scores of recency, frequency and money")
    ACTIVITY = "activity", _("Days since the last purchase, and purchases")
    RULE = "rule", _("Rules of our own")


class Cutting(TextChoices):
    """Where one score ends and the next begins."""

    QUANTILE = "quantile", _("A fifth of the customers to each score")
    FIXED = "fixed", _("At bounds of our own")
