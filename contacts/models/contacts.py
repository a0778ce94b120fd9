"""People, and the identities that make one person."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from contacts.enums import CompanyRole, IdentityKind
from contacts.models.companies import Company
from contacts.models.finding import Findable
from scrm.core.ids import uuid7


class Contact(Findable):
    """One person. Phones and addresses are identities, never columns here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True)
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("company")
    )
    job_title = models.CharField(_("job title"), max_length=80, blank=True, default="", db_default="")
    company_role = models.CharField(
        _("role in buying"), max_length=12, choices=CompanyRole.choices, blank=True, default="", db_default=""
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("owner"),
        db_index=False,
    )
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=80, blank=True)
    zone = models.CharField(
        _("time zone"), max_length=64, blank=True, help_text=_("Empty: the business's own time zone.")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    fields = models.JSONField(_("fields of the business"), default=dict, db_default={}, blank=True, editable=False)
    """By the code of a `CustomField`; what is not said is not there."""
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)
    """From then on nobody: the row stays, so that what happened is still counted."""
    was_reachable = models.BooleanField(_("had a phone or an e-mail"), default=False, db_default=False, editable=False)
    """Of somebody erased: whether their leads count as valid."""

    class Meta(Findable.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "-id"], name="contact_owner_newest"),
            models.Index(fields=["name"], name="contact_name"),
            models.Index(fields=["created_at"], name="contact_created"),
            models.Index(fields=["erased_at"], name="contact_erased", condition=models.Q(erased_at__isnull=False)),
            GinIndex(fields=["search_keys"], name="contact_search_keys"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Unnamed") if self.erased_at is None else pgettext("contact", "Erased person"))


class Identity(models.Model):
    """One way a contact is known. The value is sealed; `blind` finds it, `blind_tail` its last four."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities", verbose_name=_("contact"))
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind.choices)
    sealed = models.BinaryField(_("sealed value"))
    blind = models.BinaryField(_("blind index"), max_length=16)
    blind_tail = models.BinaryField(_("blind index of the last four"), max_length=16, null=True)
    hint = models.CharField(_("as shown"), max_length=80, help_text=_("Masked, such as 138****1234."))
    provenance = models.CharField(_("came by"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["kind", "blind"], name="identity_once")]
        indexes = [models.Index(fields=["blind_tail"], name="identity_tail")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hint}"
