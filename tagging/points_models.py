"""Tags of a group that are told apart by points: what counts for which, how fast it fades, and who wins."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.core.ids import uuid7


class TagScoring(models.Model):
    """How the one tag of a group is found: signals give points that halve with time; the clear winner is given.

    Clear is what has `least` points or more, and at least `lead` times as many as each other tag of the group.
    """

    group = models.OneToOneField(
        "tagging.TagGroup", models.CASCADE, primary_key=True, related_name="scoring", verbose_name=_("tag group")
    )
    half_life_days = models.PositiveSmallIntegerField(
        _("half-life in days"), default=14, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    least = models.PositiveSmallIntegerField(
        _("points needed"), default=3, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    lead = models.DecimalField(
        _("times as many as the next"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.5"),
        validators=[MinValueValidator(Decimal("1.01")), MaxValueValidator(10)],
    )
    takes = models.BooleanField(_("takes the tag when its points have faded"), default=False)
    over_hand = models.BooleanField(_("goes over what people decided"), default=False)
    active = models.BooleanField(_("active"), default=False)
    due_at = models.DateTimeField(_("next look at everybody"), null=True, blank=True)

    class Meta:
        verbose_name = _("scoring of a tag group")
        verbose_name_plural = _("scorings of tag groups")
        indexes = [
            models.Index(fields=["due_at"], name="tag_scoring_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.group)


class TagSignal(models.Model):
    """So many points for a tag each time that something happens, or only where the event says this of itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tag = models.ForeignKey("tagging.Tag", models.CASCADE, related_name="signals", verbose_name=_("tag"))
    event_type = models.CharField(_("when this happens"), max_length=60)
    property = models.CharField(_("property"), max_length=60, blank=True)
    value = models.CharField(_("is"), max_length=200, blank=True)
    points = models.PositiveSmallIntegerField(
        _("points"), default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )

    class Meta:
        verbose_name = _("signal of a tag")
        verbose_name_plural = _("signals of tags")
        ordering = ["tag__position", "event_type", "property", "value"]
        indexes = [models.Index(fields=["event_type"], name="tag_signal_event")]
        constraints = [
            models.UniqueConstraint(fields=["tag", "event_type", "property", "value"], name="tag_signal_once")
        ]

    def __str__(self) -> str:
        return f"{self.tag} +{self.points}"
