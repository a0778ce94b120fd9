"""What people asked for: sources and their cost, forms, leads, interactions, opportunities."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from leads.enums import InteractionKind, LeadOrigin, LeadStatus, Rating, SourceKind
from scrm.core.ids import short_code, uuid7

User = settings.AUTH_USER_MODEL


class Source(models.Model):
    """A channel that brings leads."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=SourceKind.choices, default=SourceKind.OTHER)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="source_name_once",
                violation_error_message=_("There is a source with this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class SourceCost(models.Model):
    """What a source cost on one day."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.CASCADE, related_name="costs", verbose_name=_("source"))
    on = models.DateField(_("day"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")

    class Meta:
        verbose_name = _("source cost")
        verbose_name_plural = _("source costs")
        ordering = ["-on"]
        constraints = [
            models.UniqueConstraint(fields=["source", "on"], name="source_cost_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="source_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.on} {self.amount}"


def form_slug() -> str:
    return short_code(40)


class Form(models.Model):
    """A hosted page by which people leave their details."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=40, unique=True, default=form_slug)
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("introduction"), max_length=2000, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="forms", verbose_name=_("source"))
    ask_name = models.BooleanField(_("ask for the name"), default=True)
    ask_phone = models.BooleanField(_("ask for the phone"), default=True)
    ask_email = models.BooleanField(_("ask for the e-mail"), default=True)
    ask_city = models.BooleanField(_("ask for the city"), default=False)
    questions = models.JSONField(
        _("questions"), default=list, blank=True, help_text=_("A list of {key, label, choices}.")
    )
    consent_text = models.TextField(_("consent text"), max_length=1000, blank=True)
    thanks = models.TextField(_("thank-you text"), max_length=2000, blank=True)
    active = models.BooleanField(_("published"), default=True)
    views = models.BigIntegerField(_("views"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class Lead(models.Model):
    """One enquiry of a contact through one source at one time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Foreign keys whose index another begins with have none of their own.
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="leads", verbose_name=_("contact"), db_index=False
    )
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("source"), db_index=False
    )
    form = models.ForeignKey(Form, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("form"))
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("owner"), db_index=False
    )
    status = models.CharField(_("status"), max_length=10, choices=LeadStatus.choices, default=LeadStatus.NEW)
    rating = models.CharField(_("rating"), max_length=1, choices=Rating.choices, blank=True)
    score = models.IntegerField(_("score"), default=0)
    came_by = models.CharField(_("came by"), max_length=10, choices=LeadOrigin.choices)
    origin = models.CharField(_("origin"), max_length=80, blank=True, help_text=_("As the bringing system calls it."))
    dedupe_key = models.CharField(_("dedupe key"), max_length=120, editable=False)
    input_digest = models.BinaryField(_("digest of what was said last"), max_length=16, null=True, editable=False)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    utm = models.JSONField(_("campaign parameters"), default=dict, blank=True)
    captured_at = models.DateTimeField(_("captured at"))
    assigned_at = models.DateTimeField(_("assigned at"), null=True, blank=True)
    won_at = models.DateTimeField(_("won at"), null=True, blank=True)
    lost_at = models.DateTimeField(_("lost at"), null=True, blank=True)
    lost_reason = models.CharField(_("loss reason"), max_length=80, blank=True)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "status", "-id"], name="lead_owner_status"),
            models.Index(fields=["status", "-id"], name="lead_status_newest"),
            models.Index(fields=["source", "captured_at"], name="lead_source_captured"),
            models.Index(fields=["captured_at"], name="lead_captured"),
            models.Index(fields=["contact", "-captured_at"], name="lead_contact_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="lead_once"),
            models.CheckConstraint(
                condition=~models.Q(status=LeadStatus.WON) | models.Q(won_at__isnull=False),
                name="lead_won_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) | models.Q(assigned_at__isnull=False),
                name="lead_owner_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.captured_at:%Y-%m-%d}"

    # Django's get_…_display translate every choice to find one, which is felt in a long list.
    @property
    def status_label(self) -> str:
        return str(LeadStatus(self.status).label)

    @property
    def came_by_label(self) -> str:
        return str(LeadOrigin(self.came_by).label)


class Interaction(models.Model):
    """A logged call, visit, meeting or chat."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="interactions", verbose_name=_("contact"))
    lead = models.ForeignKey(
        Lead, models.SET_NULL, null=True, blank=True, related_name="interactions", verbose_name=_("lead")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=InteractionKind.choices)
    text = models.TextField(_("what was said"), max_length=4000, blank=True)
    effective = models.BooleanField(_("effective communication"), default=False)
    next_on = models.DateField(_("next date"), null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="interactions", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ["-at"]
        indexes = [models.Index(fields=["contact", "-at"], name="interaction_contact_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class Opportunity(models.Model):
    """A possible deal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="opportunities", verbose_name=_("contact"))
    lead = models.ForeignKey(
        Lead, models.SET_NULL, null=True, blank=True, related_name="opportunities", verbose_name=_("lead")
    )
    name = models.CharField(_("name"), max_length=120)
    stage = models.CharField(_("stage"), max_length=40, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="opportunities", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
