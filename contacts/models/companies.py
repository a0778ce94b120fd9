"""Organisations."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from contacts.enums import CompanySize
from contacts.models.finding import Findable
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class Company(Findable):
    """An organisation that people belong to. One that was merged is a second name of another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="second_names",
        db_constraint=False,
        db_index=False,
    )
    domains = ArrayField(
        models.CharField(max_length=253), verbose_name=_("domains"), default=list, db_default=[], blank=True
    )
    industry = models.CharField(_("industry"), max_length=80, blank=True, default="", db_default="")
    size = models.CharField(_("size"), max_length=8, choices=CompanySize.choices, blank=True, default="", db_default="")
    owner = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="companies",
        verbose_name=_("owner"),
        db_constraint=False,
        db_index=False,
    )
    note = models.TextField(_("note"), max_length=4000, blank=True, default="", db_default="")
    fields = models.JSONField(_("fields of the business"), default=dict, db_default={}, blank=True, editable=False)
    """By the code of a `CustomField`; what is not said is not there."""
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"), null=True, editable=False)

    class Meta(Findable.Meta):
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        indexes = [GinIndex(fields=["search_keys"], name="company_search_keys")]
        constraints = [models.UniqueConstraint(Lower("name"), name="company_name_once")]

    def __str__(self) -> str:
        return self.name


class CompanyMerge(models.Model):
    """One company that became another, with what moved, so that it can be taken back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, models.CASCADE, related_name="merges")
    into = models.ForeignKey(Company, models.CASCADE, related_name="merged")
    people = ArrayField(models.UUIDField(), default=list)
    parts = ArrayField(models.UUIDField(), default=list)
    second_names = ArrayField(models.UUIDField(), default=list)
    domains = ArrayField(models.CharField(max_length=253), default=list)
    opportunities = ArrayField(models.UUIDField(), default=list)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("merge of companies")
        verbose_name_plural = _("merges of companies")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.company_id} → {self.into_id}"
