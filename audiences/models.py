"""Which of them: saved audiences."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from audiences.bit_models import BitChunk as BitChunk
from audiences.bit_models import BitFold as BitFold
from audiences.bit_models import BitNote as BitNote
from audiences.bit_models import BitPlace as BitPlace
from audiences.match_models import Match as Match
from audiences.match_models import MatchMoment as MatchMoment
from audiences.run_models import RunCause as RunCause
from audiences.run_models import SegmentCheck as SegmentCheck
from audiences.run_models import SegmentMove as SegmentMove
from audiences.run_models import SegmentRun as SegmentRun
from contacts.models import Contact
from scrm.core.ids import uuid7


class SegmentKind(models.TextChoices):
    DYNAMIC = "dynamic", _("Dynamic")
    FROZEN = "frozen", _("Frozen")


class Segment(models.Model):
    """An audience described by a condition; a frozen one keeps the members it had.

    `watches` says which changes of a contact may matter to a dynamic one, in the words of `audiences.watching`. One
    that is archived keeps its members too, is offered no more, and others that name it go on asking its rule.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=SegmentKind.choices, default=SegmentKind.DYNAMIC)
    condition = models.JSONField(_("condition"), default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("created at"))
    refreshed_at = models.DateTimeField(_("refreshed at"), null=True, blank=True)
    size = models.IntegerField(_("size"), default=0)
    watches = ArrayField(
        models.CharField(max_length=120), verbose_name=_("changes that matter"), default=list, db_default=[], blank=True
    )
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="segment_name_once")]

    def __str__(self) -> str:
        return self.name


class SegmentMember(models.Model):
    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members", verbose_name=_("segment"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="segments", verbose_name=_("contact"))
    entered_at = models.DateTimeField(_("entered at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("segment member")
        verbose_name_plural = _("segment members")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "contact"], condition=models.Q(left_at__isnull=True), name="segment_member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.contact_id}"
