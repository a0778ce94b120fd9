"""How this business recognises people, and how far the search for duplicates has come."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.enums import IdentityKind


class IdentityRule(models.Model):
    """How much one kind of identity says. Where several kinds name different people, the first in order tells.

    No rows: the order and the confidence that `contacts.matching` begins with.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind.choices, primary_key=True)
    position = models.PositiveSmallIntegerField(_("position"))
    confidence = models.PositiveSmallIntegerField(_("confidence in percent"), validators=[MaxValueValidator(100)])

    class Meta:
        verbose_name = _("rule of recognition")
        verbose_name_plural = _("rules of recognition")
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class DuplicateSearch(models.Model):
    """How far the nightly search for duplicates has come: `after` is the last identity looked at. One row at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    after = models.UUIDField(_("looked at until"), null=True, blank=True)
    due_at = models.DateTimeField(_("next search"))
    found = models.PositiveIntegerField(_("found"), default=0)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="duplicate_search_once")]

    def __str__(self) -> str:
        return str(self.due_at)
