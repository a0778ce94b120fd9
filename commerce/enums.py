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
