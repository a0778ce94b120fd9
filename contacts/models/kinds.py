"""Kinds of identity that the business adds to those that everybody has."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contacts.custom.kinds import OwnKind, patterns_of
from contacts.enums import Spelling
from scrm.core.ids import uuid7


class CustomKind(models.Model):
    """A number or an id of the business's own: of a member, in another system, of a car.

    Its code is the `kind` of its identities and, like the spelling by which those are found, stays. Its place in the
    order of recognition is an `IdentityRule`. Archived, nothing new comes in by it and what is known stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(_("code"), max_length=12, unique=True, editable=False)
    label = models.CharField(_("label"), max_length=80)
    label_zh = models.CharField(_("label in Chinese"), max_length=80, blank=True)
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    spelling = models.CharField(_("spelling"), max_length=6, choices=Spelling.choices, editable=False)
    pattern = models.CharField(_("looks like"), max_length=200, blank=True)
    matches = models.BooleanField(_("tells who somebody is"), default=True)
    several = models.BooleanField(_("a customer may have several"), default=True)
    masked = models.BooleanField(_("shown masked"), default=True)
    archived = models.BooleanField(_("archived"), default=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("kind of identity of the business")
        verbose_name_plural = _("kinds of identity of the business")
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What it is called in the language that is active."""
        return self.label_zh if self.label_zh and (get_language() or "").startswith("zh") else self.label

    @property
    def own(self) -> OwnKind:
        """As values are read by it."""
        names = tuple(dict.fromkeys(filter(None, (self.name, self.label, self.label_zh, self.code))))
        patterns = patterns_of(self.pattern)
        rules = (self.matches, self.several, self.archived, self.help_text)
        return OwnKind(self.code, names, Spelling(self.spelling), patterns, *rules)
