"""What a lifecycle was and is to be: its numbered versions, and the draft of the next one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.lifecycles import Lifecycle
from scrm.core.ids import uuid7


class LifecycleVersion(models.Model):
    """The stages of a lifecycle from `published_at` on; without a number the draft, of which there is one.

    `plan` is a `lifecycle.plan.Plan`, `revision` counts the changes of a draft, `undoes` is the version taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lifecycle = models.ForeignKey(
        Lifecycle, models.CASCADE, related_name="versions", verbose_name=_("lifecycle"), db_index=False
    )
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    plan = models.JSONField(_("stages and who moves"))
    revision = models.PositiveIntegerField(_("changes"), default=0)
    undoes = models.PositiveIntegerField(_("takes back"), null=True, blank=True)
    led = models.JSONField(_("what led elsewhere before"), default=list, blank=True)
    """Rules and deadlines that it made name another stage, as they were and as they became."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    changed_at = models.DateTimeField(_("changed at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("version of a lifecycle")
        verbose_name_plural = _("versions of lifecycles")
        ordering = ["lifecycle", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["lifecycle", "number"], name="lifecycle_version_once"),
            models.UniqueConstraint(
                fields=["lifecycle"], condition=models.Q(number__isnull=True), name="lifecycle_draft_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lifecycle_id} {self.number or 'draft'}"
