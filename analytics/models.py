"""What we want to reach: goals."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.core.ids import uuid7


class Goal(models.Model):
    """A SMART objective: a metric, a target and a deadline."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    metric = models.CharField(_("metric"), max_length=40)
    target = models.DecimalField(_("target"), max_digits=16, decimal_places=2)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["ends_on"]

    def __str__(self) -> str:
        return self.name
