"""How promising people are, and how that was judged over time."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from leads.enums import Rating
from leads.models.leads import Lead

User = settings.AUTH_USER_MODEL


class ContactRating(models.Model):
    """How promising somebody is in a person's eyes; without a row, their leads say it."""

    contact = models.OneToOneField(
        Contact, models.CASCADE, primary_key=True, related_name="own_rating", verbose_name=_("contact")
    )
    rating = models.CharField(_("rating"), max_length=1, choices=Rating.choices)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("rating of a contact")
        verbose_name_plural = _("ratings of contacts")

    def __str__(self) -> str:
        return f"{self.contact_id} {self.rating}"


class RatingChange(models.Model):
    """A lead was rated, or a person by hand (then without a lead); append-only."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="rating_changes", verbose_name=_("contact"), db_index=False
    )
    lead = models.ForeignKey(
        Lead, models.CASCADE, null=True, blank=True, related_name="rating_changes", verbose_name=_("lead")
    )
    before = models.CharField(_("before"), max_length=1, choices=Rating.choices, blank=True)
    after = models.CharField(_("after"), max_length=1, choices=Rating.choices, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of a rating")
        verbose_name_plural = _("changes of ratings")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["contact", "-at"], name="rating_change_contact")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.after}"
