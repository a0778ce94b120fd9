"""What we show: materials, the link that each contact gets, and the views it brings."""

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from scrm.core.ids import short_code, uuid7


class Material(models.Model):
    """An article or a page elsewhere, in the content library."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    body = models.TextField(_("text"), max_length=50_000, blank=True)
    url = models.URLField(
        _("page elsewhere"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["https"])],
        help_text=_("Empty: the text is shown on a page of ours."),
    )
    topic = models.SlugField(_("topic"), max_length=60, blank=True, help_text=_("Rules can ask for it."))
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


def link_code() -> str:
    return short_code(80)


class TrackedLink(models.Model):
    """A material's link for one contact, sent by one rep or touchpoint."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=16, unique=True, default=link_code)
    material = models.ForeignKey(Material, models.CASCADE, related_name="links", verbose_name=_("material"))
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="links", verbose_name=_("contact")
    )
    rep = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="links",
        verbose_name=_("representative"),
    )
    touchpoint_id = models.BigIntegerField(_("touchpoint"), null=True, blank=True)
    second = models.BooleanField(
        _("beside another"), default=False, db_default=False, help_text=_("Of a customer who was merged into this one.")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("tracked link")
        verbose_name_plural = _("tracked links")
        constraints = [
            models.UniqueConstraint(
                fields=["material", "contact"],
                condition=models.Q(touchpoint_id__isnull=True, rep__isnull=True, second=False),
                name="link_first_per_contact",
            ),
            models.UniqueConstraint(fields=["material", "touchpoint_id"], name="link_per_touchpoint"),
        ]

    def __str__(self) -> str:
        return self.code


class PageView(models.Model):
    """One opening of a tracked link."""

    id = models.BigAutoField(primary_key=True)
    link = models.ForeignKey(TrackedLink, models.CASCADE, related_name="views", verbose_name=_("link"))
    at = models.DateTimeField(_("at"))
    seconds = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    depth = models.PositiveSmallIntegerField(_("depth in percent"), null=True, blank=True)

    class Meta:
        verbose_name = _("page view")
        verbose_name_plural = _("page views")
        ordering = ["-at"]
        indexes = [models.Index(fields=["link", "-at"], name="page_view_link")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.at:%Y-%m-%d %H:%M}"
