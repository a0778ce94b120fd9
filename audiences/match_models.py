"""People x product x scene: a row says what to show to whom, at which moment."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.enums import ChannelKind
from content.models import Material
from scrm.core.ids import uuid7


class MatchMoment(models.TextChoices):
    """Where somebody stands with a product, or with whatever we sell."""

    ANY = "any", _("Whatever they bought")
    BOUGHT = "bought", _("So many days after buying it")
    NOT_BOUGHT = "not_bought", _("They have not bought it yet")
    EXPECTED = "expected", _("About when they are expected to buy it again")


class Match(models.Model):
    """What suits whom and when; what is left empty asks nothing. The first that fits is the next best for somebody.

    `from_day` and `to_day` count from the last purchase; at an expected one the days before it and behind it. Weekdays
    are 1 (Monday) to 7; the time is the contact's own, and `to_time` may lie behind midnight.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    segment = models.ForeignKey(
        "audiences.Segment", models.PROTECT, null=True, blank=True, related_name="matches", verbose_name=_("segment")
    )
    city = models.CharField(_("city"), max_length=80, blank=True)
    product_group = models.CharField(_("product group"), max_length=60, blank=True)
    moment = models.CharField(_("moment"), max_length=10, choices=MatchMoment.choices, default=MatchMoment.ANY)
    from_day = models.PositiveSmallIntegerField(_("from day"), null=True, blank=True)
    to_day = models.PositiveSmallIntegerField(_("to day"), null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True)
    from_time = models.TimeField(_("from time"), null=True, blank=True)
    to_time = models.TimeField(_("to time"), null=True, blank=True)
    material = models.ForeignKey(Material, models.CASCADE, related_name="+", verbose_name=_("material"))
    channel = models.CharField(
        _("channel"), max_length=5, choices=[each for each in ChannelKind.choices if each[0] != ChannelKind.ALL]
    )
    words = models.CharField(_("what to say"), max_length=300, blank=True)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return f"{self.segment or '*'} → {self.material}"
