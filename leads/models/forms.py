"""Hosted pages by which people leave their details."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.models.sources import Source
from scrm.core.ids import short_code, uuid7


def form_slug() -> str:
    return short_code(40)


class Form(models.Model):
    """A hosted page by which people leave their details."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=40, unique=True, default=form_slug)
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("introduction"), max_length=2000, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="forms", verbose_name=_("source"))
    ask_name = models.BooleanField(_("ask for the name"), default=True)
    ask_phone = models.BooleanField(_("ask for the phone"), default=True)
    ask_email = models.BooleanField(_("ask for the e-mail"), default=True)
    ask_city = models.BooleanField(_("ask for the city"), default=False)
    questions = models.JSONField(
        _("questions"), default=list, blank=True, help_text=_("A list of {key, label, choices}.")
    )
    consent_text = models.TextField(_("consent text"), max_length=1000, blank=True)
    thanks = models.TextField(_("thank-you text"), max_length=2000, blank=True)
    active = models.BooleanField(_("published"), default=True)
    views = models.BigIntegerField(_("views"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title
