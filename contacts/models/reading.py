"""Who may read on for a while about somebody whom they no longer look after."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.contacts import Contact


class ReadingRight(models.Model):
    """Somebody who was in charge reads on until then, and changes nothing."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="reading_rights", verbose_name=_("contact"), db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    until_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("right to read on")
        verbose_name_plural = _("rights to read on")
        constraints = [models.UniqueConstraint(fields=["contact", "user"], name="reading_right_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.user_id}"
