"""Organisations."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from scrm.core.ids import uuid7


class Company(models.Model):
    """An organisation that people belong to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="company_name_once")]

    def __str__(self) -> str:
        return self.name
