"""Short addresses that bring people in, how often they were opened, and what each arrival came through."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from contacts.models import Contact
from leads.enums import LinkKind
from leads.models.forms import Form
from leads.models.leads import Lead
from leads.models.sources import Source
from scrm.core.ids import short_code, uuid7

User = settings.AUTH_USER_MODEL


def entry_code() -> str:
    return short_code(80)


class LinkHost(models.Model):
    """A site elsewhere that links may lead to."""

    id = models.BigAutoField(primary_key=True)
    host = models.CharField(_("site"), max_length=253, unique=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("site of links")
        verbose_name_plural = _("sites of links")
        ordering = ["host"]

    def __str__(self) -> str:
        return self.host


class EntryLink(models.Model):
    """A short address with its own parameters, put up by somebody or somewhere, that leads to a form or a site."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("code"), max_length=16, unique=True, default=entry_code, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind.choices, default=LinkKind.SOURCE)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="entry_links", verbose_name=_("source")
    )
    rep = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="entry_links", verbose_name=_("representative")
    )
    department = models.ForeignKey(
        Department,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="entry_links",
        verbose_name=_("dealer or team"),
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    form = models.ForeignKey(
        Form, models.PROTECT, null=True, blank=True, related_name="entry_links", verbose_name=_("form")
    )
    url = models.URLField(_("page elsewhere"), max_length=500, blank=True)
    utm = models.JSONField(_("campaign parameters"), default=dict, blank=True)
    personal = models.BooleanField(_("representative's own"), default=False, editable=False)
    active = models.BooleanField(_("active"), default=True)
    expires_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("entry link")
        verbose_name_plural = _("entry links")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(form__isnull=False, url="") | (Q(form__isnull=True) & ~Q(url="")),
                name="entry_link_leads_somewhere",
            ),
            models.UniqueConstraint(fields=["rep"], condition=Q(personal=True), name="entry_link_own_once"),
        ]

    def __str__(self) -> str:
        return self.name


class LinkHour(models.Model):
    """How often a link was opened within an hour of the business's clock: by people, by new ones, by machines."""

    id = models.BigAutoField(primary_key=True)
    link = models.ForeignKey(
        EntryLink, models.CASCADE, related_name="hours", verbose_name=_("entry link"), db_index=False
    )
    at = models.DateTimeField(_("at"))
    visits = models.PositiveIntegerField(_("visits"), default=0)
    visitors = models.PositiveIntegerField(_("visitors"), default=0)
    machines = models.PositiveIntegerField(_("machines"), default=0)

    class Meta:
        verbose_name = _("hour of a link")
        verbose_name_plural = _("hours of links")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["link", "at"], name="link_hour_once")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.at:%Y-%m-%d %H:%M}"


class Touch(models.Model):
    """What an arrival came through: a link, campaign parameters, or both. One of a lead's touches brought it."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="touches", verbose_name=_("contact"), db_index=False
    )
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="touches", verbose_name=_("lead"), db_index=False)
    link = models.ForeignKey(
        EntryLink, models.SET_NULL, null=True, blank=True, related_name="touches", verbose_name=_("entry link")
    )
    utm = models.JSONField(_("campaign parameters"), default=dict, blank=True)
    brought = models.BooleanField(_("brought the lead"), default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("touch")
        verbose_name_plural = _("touches")
        ordering = ["-at"]
        indexes = [models.Index(fields=["contact", "at"], name="touch_contact")]
        constraints = [
            models.UniqueConstraint(fields=["lead", "at"], name="touch_once"),
            models.UniqueConstraint(fields=["lead"], condition=Q(brought=True), name="touch_brought_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.at:%Y-%m-%d %H:%M}"
