"""Fields that the business gives its contacts, leads and companies."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contacts.custom.values import Shape
from contacts.enums import FieldKind, FieldSubject, Sight
from scrm.core.ids import uuid7


class CustomField(models.Model):
    """One field. Its code stays whatever it is called, and is nobody else's, whatever the other field is about.

    Archived, it is shown nowhere and what was said is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(
        _("of"),
        max_length=8,
        choices=FieldSubject.choices,
        default=FieldSubject.CONTACT,
        db_default=FieldSubject.CONTACT,
        editable=False,
    )
    code = models.SlugField(_("code"), max_length=40, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=FieldKind.choices)
    label = models.CharField(_("label"), max_length=80)
    label_zh = models.CharField(_("label in Chinese"), max_length=80, blank=True)
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    group = models.CharField(_("group"), max_length=40, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True, help_text=_("Pairs of key and label."))
    default = models.JSONField(_("default"), null=True, blank=True, editable=False)
    """As it is kept; what is made without the field gets it."""
    sealed = models.BooleanField(_("sensitive"), default=False, db_default=False, editable=False)
    """What it holds is a `SealedValue`, and not among the fields of the contact's row."""
    required = models.BooleanField(_("required"), default=False)
    layout = models.JSONField(_("per role"), default=dict, blank=True, help_text=_("Role: edits, reads or hidden."))
    position = models.IntegerField(_("position"), default=0)
    archived = models.BooleanField(_("archived"), default=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("field of the business")
        verbose_name_plural = _("fields of the business")
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What it is called in the language that is active."""
        return self.label_zh if self.label_zh and (get_language() or "").startswith("zh") else self.label

    @property
    def shape(self) -> Shape:
        choices = tuple((key, label) for key, label in self.choices)
        return Shape(FieldKind(self.kind), choices, FieldSubject(self.subject), self.sealed, self.default)

    def sight_of(self, role: str) -> Sight:
        return Sight(self.layout.get(role, Sight.EDITS))
