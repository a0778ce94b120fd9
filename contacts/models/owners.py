"""Who was in charge of whom, from when to when, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.enums import OwnerWhy, PutBack
from contacts.models.contacts import Contact

User = settings.AUTH_USER_MODEL


class OwnerChange(models.Model):
    """A contact changed hands; append-only. Whom a contact came to first stands in the `before` of its first line."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="owner_changes", verbose_name=_("contact"), db_index=False
    )
    before = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("from"), db_index=False
    )
    after = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("to"), db_index=False)
    why = models.CharField(_("why"), max_length=10, choices=OwnerWhy.choices)
    reason = models.CharField(
        _("why they went to the pool"), max_length=12, choices=PutBack.choices, blank=True, default="", db_default=""
    )
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of owner")
        verbose_name_plural = _("changes of owners")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["contact", "-at"], name="owner_change_contact"),
            models.Index(
                fields=["after", "at"],
                name="owner_change_claims",
                condition=models.Q(why=OwnerWhy.POOL, after__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.after_id}"
