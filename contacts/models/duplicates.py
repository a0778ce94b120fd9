"""Pairs of contacts that may be one person, for somebody to look at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from contacts.enums import DuplicateReason, DuplicateState, IdentityKind
from contacts.models.contacts import Contact


class DuplicatePair(models.Model):
    """Two contacts that may be one person, and why; those that are distinct stay, never to be asked of again."""

    id = models.BigAutoField(primary_key=True)
    first = models.ForeignKey(Contact, models.CASCADE, related_name="+", verbose_name=_("first"))
    second = models.ForeignKey(Contact, models.CASCADE, related_name="+", verbose_name=_("second"))
    reason = models.CharField(_("reason"), max_length=10, choices=DuplicateReason.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind.choices, blank=True)
    hint = models.CharField(_("as shown"), max_length=80, blank=True)
    confidence = models.PositiveSmallIntegerField(_("confidence"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=DuplicateState.choices, default=DuplicateState.OPEN)
    found_at = models.DateTimeField(_("found at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-confidence", "-id"]
        constraints = [
            models.UniqueConstraint(Least("first", "second"), Greatest("first", "second"), name="duplicate_pair_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="duplicate_pair_of_two"),
        ]
        indexes = [
            models.Index(fields=["-confidence", "-id"], name="duplicate_open", condition=Q(state=DuplicateState.OPEN))
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
