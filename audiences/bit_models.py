"""Bit strings beside the truth: which contacts are in which set. Made from other tables, and made anew at any time."""

from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

CHUNK: Final = 4096
"""Contacts per bit string: half a kilobyte, which PostgreSQL keeps in the row."""


if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class BitString(_Field):
    """One bit for each contact of a chunk. Never read by the ORM."""

    def db_type(self, connection: Any) -> str:
        return f"bit({CHUNK})"


class BitFold(models.Model):
    """That bit strings are kept, as of when, and where the next contact goes. Without this one row nothing is noted."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    as_of = models.DateTimeField(_("as of"), null=True)
    """None until they were made for the first time: until then things are noted and nothing is read."""
    next_place = models.IntegerField(_("next place"), default=0)

    class Meta:
        verbose_name = _("state of the fast count")
        verbose_name_plural = _("state of the fast count")

    def __str__(self) -> str:
        return str(self.as_of)


class BitPlace(models.Model):
    """Which bit of which chunk is a contact's. Given out once, by the fold."""

    # Not a foreign key: the trigger on contacts notes who went, and the fold takes the place away.
    contact_id = models.UUIDField(_("contact"), primary_key=True)
    chunk = models.IntegerField(_("chunk"))
    spot = models.SmallIntegerField(_("bit"))

    class Meta:
        verbose_name = _("place of a contact")
        verbose_name_plural = _("places of contacts")
        constraints = [models.UniqueConstraint(fields=["chunk", "spot"], name="bit_place_once")]

    def __str__(self) -> str:
        return f"{self.chunk} {self.spot}"


class BitChunk(models.Model):
    """Who of a chunk's contacts is in one set: that of a key, such as a tag, in a family of sets."""

    id = models.BigAutoField(primary_key=True)
    family = models.CharField(_("family"), max_length=8)
    key = models.UUIDField(_("key"))
    chunk = models.IntegerField(_("chunk"))
    bits = BitString(_("bits"))

    class Meta:
        verbose_name = _("bits of a set")
        verbose_name_plural = _("bits of sets")
        constraints = [models.UniqueConstraint(fields=["family", "key", "chunk"], name="bit_chunk_once")]

    def __str__(self) -> str:
        return f"{self.family} {self.key} {self.chunk}"


class BitNote(models.Model):
    """A contact of whom something changed since the last fold. Written by triggers alone."""

    id = models.BigAutoField(primary_key=True)
    contact_id = models.UUIDField(_("contact"))

    class Meta:
        verbose_name = _("contact changed since the last fold")
        verbose_name_plural = _("contacts changed since the last fold")

    def __str__(self) -> str:
        return str(self.contact_id)
