"""That two contacts were found to be one person, and what brings them apart again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.models.contacts import Contact

User = settings.AUTH_USER_MODEL


class ContactMerge(models.Model):
    """A contact that was folded into another, the survivor; `folded_id` is its id, which is no contact's meanwhile.

    `sealed` is the record of what moved, changed and was set aside: what the folded contact comes back from. Taken
    back, a merge keeps neither that nor their name.
    """

    id = models.BigAutoField(primary_key=True)
    survivor = models.ForeignKey(Contact, models.CASCADE, related_name="merges", verbose_name=_("merged into"))
    folded_id = models.UUIDField(_("id of the merged contact"), editable=False)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True)
    sealed = models.BinaryField(_("record"), null=True, editable=False)
    rows = models.PositiveIntegerField(_("rows that moved"), default=0)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )

    class Meta:
        verbose_name = _("merge of contacts")
        verbose_name_plural = _("merges of contacts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["folded_id"], condition=Q(undone_at__isnull=True), name="folded_once"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(sealed__isnull=True), name="merge_undone_keeps_no_record"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Unnamed"))
