"""What sensitive fields hold of a contact."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.contacts import Contact
from contacts.models.fields import CustomField
from scrm.core.ids import uuid7


class SealedValue(models.Model):
    """What one sensitive field holds of one contact: sealed to its own row, and so readable wherever that goes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="sealed_values", verbose_name=_("contact"), db_index=False
    )
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="sealed_values", verbose_name=_("field"))
    sealed = models.BinaryField(_("sealed value"))
    hint = models.CharField(_("as shown"), max_length=20)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("sensitive value")
        verbose_name_plural = _("sensitive values")
        constraints = [models.UniqueConstraint(fields=["contact", "field"], name="sealed_value_once")]

    def __str__(self) -> str:
        return f"{self.field_id} {self.hint}"
