"""Hosted pages by which people leave their details."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.models.sources import Source
from scrm.core.ids import short_code, uuid7

User = settings.AUTH_USER_MODEL


def form_slug() -> str:
    return short_code(40)


class Form(models.Model):
    """A hosted page by which people leave their details; what it shows is one of its versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=40, unique=True, default=form_slug)
    title = models.CharField(_("name"), max_length=120)
    source = models.ForeignKey(Source, models.PROTECT, related_name="forms", verbose_name=_("source"))
    active = models.BooleanField(_("published"), default=False)
    draft = models.JSONField(
        _("draft"), null=True, blank=True, help_text=_("What is not yet published; none: nothing.")
    )
    live_version = models.PositiveIntegerField(_("live version"), null=True, blank=True, editable=False)
    sites = ArrayField(
        models.CharField(max_length=300),
        verbose_name=_("sites that embed it"),
        default=list,
        db_default=[],
        blank=True,
        editable=False,
    )
    views = models.BigIntegerField(_("views"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class FormVersion(models.Model):
    """A form as it was published once; never changed."""

    id = models.BigAutoField(primary_key=True)
    form = models.ForeignKey(Form, models.CASCADE, related_name="versions", verbose_name=_("form"), db_index=False)
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField(_("content"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("form version")
        verbose_name_plural = _("form versions")
        ordering = ["form", "-number"]
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


class FormTally(models.Model):
    """How often people looked at a form on one day of the business, by where they came from."""

    id = models.BigAutoField(primary_key=True)
    form = models.ForeignKey(Form, models.CASCADE, related_name="tallies", verbose_name=_("form"), db_index=False)
    on = models.DateField(_("day"))
    utm_source = models.CharField(_("campaign source"), max_length=80, blank=True)
    utm_medium = models.CharField(_("campaign medium"), max_length=80, blank=True)
    utm_campaign = models.CharField(_("campaign name"), max_length=80, blank=True)
    views = models.PositiveIntegerField(_("views"), default=0)
    visitors = models.PositiveIntegerField(_("visitors"), default=0)
    begun = models.PositiveIntegerField(_("begun"), default=0, help_text=_("Visits in which an answer was begun."))

    class Meta:
        verbose_name = _("form tally")
        verbose_name_plural = _("form tallies")
        ordering = ["-on"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "on", "utm_source", "utm_medium", "utm_campaign"], name="form_tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.on}"
