"""The tiers that a new scheme begins with. Pure."""

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from commerce.enums import TierKind

LOW, HIGH = (1, 2), (3, 5)
"""Scores that count as low and as high."""
CUTS: Final[dict[str, list[str]]] = {
    "recency": ["30", "60", "90", "180"],
    "frequency": ["1", "2", "3", "5"],
    "money": ["100", "300", "800", "2000"],
}
"""Days since the last purchase, purchases, and what they came to."""


class Preset(NamedTuple):
    """A tier with its bounds: of scores, or of days and purchases themselves."""

    code: str
    name: Any
    recency: tuple[int | None, int | None] = (None, None)
    frequency: tuple[int | None, int | None] = (None, None)
    money: tuple[int | None, int | None] = (None, None)


PRESETS: Final[dict[str, tuple[Preset, ...]]] = {
    TierKind.RFM: (
        Preset("champions", _("Most valuable"), HIGH, HIGH, HIGH),
        Preset("promising", _("Valuable, to be developed"), HIGH, LOW, HIGH),
        Preset("fading", _("Valuable, to be kept"), LOW, HIGH, HIGH),
        Preset("slipping", _("Valuable, to be won back"), LOW, LOW, HIGH),
        Preset("regulars", _("Regular"), HIGH, HIGH, LOW),
        Preset("newcomers", _("Regular, to be developed"), HIGH, LOW, LOW),
        Preset("cooling", _("Regular, to be kept"), LOW, HIGH, LOW),
        Preset("gone", _("Regular, to be won back"), LOW, LOW, LOW),
    ),
    TierKind.ACTIVITY: (
        Preset("new", _("New customer"), (None, 30), (None, 1)),
        Preset("active", _("Active customer"), (None, 90)),
        Preset("dormant", _("Dormant customer"), (91, 180)),
        Preset("lost", _("Lost customer"), (181, None)),
    ),
}
