"""What people wrote about the business on outside sites."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.enums import ReplyState
from leads.models.leads import Lead
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class Review(models.Model):
    """A review on an outside site, and how far our answer is.

    `remind_at` is when whoever should answer is reminded; nothing once they were, or once it is settled. `reminders`
    are the tries since it became due: it counts before it is made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dedupe_key = models.CharField(_("dedupe key"), max_length=64, unique=True, editable=False)
    site = models.CharField(_("site"), max_length=60)
    outside_id = models.CharField(_("id on the site"), max_length=120, blank=True)
    author = models.CharField(_("author"), max_length=80, blank=True)
    rating = models.PositiveSmallIntegerField(
        _("stars"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    text = models.TextField(_("text"), max_length=4000, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    written_at = models.DateTimeField(_("written at"))
    state = models.CharField(_("answer"), max_length=10, choices=ReplyState.choices, default=ReplyState.OPEN)
    reply = models.TextField(_("our answer"), max_length=4000, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="reviews", verbose_name=_("who answers")
    )
    reply_due_at = models.DateTimeField(_("answer due at"))
    remind_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    reminders = models.PositiveSmallIntegerField(_("tries to remind"), default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-written_at"]
        indexes = [
            models.Index(fields=["-written_at", "-id"], name="review_newest"),
            models.Index(fields=["reply_due_at"], name="review_open_due", condition=Q(state=ReplyState.OPEN)),
            models.Index(fields=["remind_at"], name="review_remind", condition=Q(remind_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="review_has_one_to_five_stars"
            ),
            models.CheckConstraint(
                condition=Q(state=ReplyState.OPEN) | Q(settled_at__isnull=False, remind_at__isnull=True),
                name="review_settled_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.author}".strip()


class ReviewLead(models.Model):
    """A lead that came of a review."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(Review, models.CASCADE, related_name="brought", verbose_name=_("review"), db_index=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="review_links", verbose_name=_("lead"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("lead of a review")
        verbose_name_plural = _("leads of reviews")
        constraints = [models.UniqueConstraint(fields=["review", "lead"], name="review_lead_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.lead_id}"
