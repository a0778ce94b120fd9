"""What was said to people since they asked."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from leads.enums import InteractionKind
from leads.models.leads import Lead
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class Outcome(models.Model):
    """One of the answers to "what came of it?" for a kind of interaction: the business's own list."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=InteractionKind.choices)
    name = models.CharField(_("name"), max_length=60)
    effective = models.BooleanField(
        _("counts as effective communication"), default=False, help_text=_("Unless whoever logs it says otherwise.")
    )
    archived = models.BooleanField(_("archived"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["kind", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="outcome_once")]

    def __str__(self) -> str:
        return self.name


class Interaction(models.Model):
    """A logged call, visit, meeting, chat or note.

    `next_on` and `next_time` are local to the business. One that is deleted is kept for a day, to be taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="interactions", verbose_name=_("contact"))
    lead = models.ForeignKey(
        Lead, models.SET_NULL, null=True, blank=True, related_name="interactions", verbose_name=_("lead")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=InteractionKind.choices)
    outcome = models.ForeignKey(
        Outcome,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interactions",
        verbose_name=_("outcome"),
        db_index=False,
    )
    text = models.TextField(_("what was said"), max_length=4000, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    effective = models.BooleanField(_("effective communication"), default=False)
    effective_why = models.CharField(
        _("why it was effective, or not"), max_length=200, blank=True, default="", db_default=""
    )
    next_on = models.DateField(_("next date"), null=True, blank=True)
    next_time = models.TimeField(_("next time"), null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="interactions", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["contact", "-at"], name="interaction_contact_newest"),
            models.Index(fields=["deleted_at"], name="interaction_deleted", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class InteractionEdit(models.Model):
    """What an interaction said before somebody changed it; append-only."""

    id = models.BigAutoField(primary_key=True)
    interaction = models.ForeignKey(
        Interaction, models.CASCADE, related_name="edits", verbose_name=_("interaction"), db_index=False
    )
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("edit of an interaction")
        verbose_name_plural = _("edits of interactions")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["interaction", "-at"], name="interaction_edit_newest")]

    def __str__(self) -> str:
        return f"{self.interaction_id} {self.at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A file of a contact, most often of an interaction. `sealed` is its content: it goes with its row, and nowhere
    else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="attachments", verbose_name=_("contact"), db_index=False
    )
    interaction = models.ForeignKey(
        Interaction, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name=_("interaction")
    )
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=80)
    size = models.PositiveIntegerField(_("bytes"))
    sealed = models.BinaryField(_("sealed content"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["contact", "-at"], name="attachment_contact")]

    def __str__(self) -> str:
        return self.name
