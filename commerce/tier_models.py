"""How contacts are put into tiers, by what they bought or by rules, and who is in which since when."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import Cutting, TierKind
from contacts.models import Contact
from scrm.core.ids import uuid7


class TierScheme(models.Model):
    """One way to tell contacts apart: by scores of recency, frequency and money, by days and purchases, or by rules.

    `cuts` are four ascending bounds of each measure, between its scores; where they are quantiles, those of the last
    refresh. `watches` says which changes of a contact may matter to its rules. While everybody is being placed,
    `placed_to` is the contact up to whom they are, in the order of ids; `refreshed_at` is when the last time ended,
    None until then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=TierKind.choices)
    cutting = models.CharField(_("bounds"), max_length=10, choices=Cutting.choices, default=Cutting.QUANTILE)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    cuts = models.JSONField(_("bounds of scores"), default=dict, blank=True)
    active = models.BooleanField(_("active"), default=True)
    watches = ArrayField(
        models.CharField(max_length=120), verbose_name=_("changes that matter"), default=list, db_default=[], blank=True
    )
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    refreshed_at = models.DateTimeField(_("refreshed at"), null=True, blank=True)
    placed_to = models.UUIDField(_("placed up to"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tier scheme")
        verbose_name_plural = _("tier schemes")
        ordering = ["name"]
        indexes = [models.Index(fields=["due_at"], name="tier_scheme_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return self.name


class Tier(models.Model):
    """One tier of a scheme: whom its rule, or its bounds, both included, hold, and no tier before it does.

    A bound that is None is any.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.ForeignKey(TierScheme, models.CASCADE, related_name="tiers", verbose_name=_("tier scheme"))
    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"))
    condition = models.JSONField(_("condition"), default=dict, db_default={}, blank=True)
    recency_from = models.PositiveIntegerField(_("recency from"), null=True, blank=True)
    recency_to = models.PositiveIntegerField(_("recency to"), null=True, blank=True)
    frequency_from = models.PositiveIntegerField(_("frequency from"), null=True, blank=True)
    frequency_to = models.PositiveIntegerField(_("frequency to"), null=True, blank=True)
    money_from = models.DecimalField(_("money from"), max_digits=14, decimal_places=2, null=True, blank=True)
    money_to = models.DecimalField(_("money to"), max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["scheme", "position"]

    def __str__(self) -> str:
        return self.name


class TierPlace(models.Model):
    """Where one contact is in a scheme now; without a tier where they bought and none holds them.

    Scores are from 1 to 5, and 0 where the scheme is made of rules.
    """

    id = models.BigAutoField(primary_key=True)
    scheme = models.ForeignKey(
        TierScheme, models.CASCADE, related_name="places", db_index=False, verbose_name=_("tier scheme")
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="tier_places", verbose_name=_("contact"))
    tier = models.ForeignKey(Tier, models.CASCADE, null=True, blank=True, related_name="places", verbose_name=_("tier"))
    since = models.DateTimeField(_("since"))
    recency = models.PositiveSmallIntegerField(_("recency score"))
    frequency = models.PositiveSmallIntegerField(_("frequency score"))
    money = models.PositiveSmallIntegerField(_("money score"))

    class Meta:
        verbose_name = _("place in a tier scheme")
        verbose_name_plural = _("places in tier schemes")
        constraints = [models.UniqueConstraint(fields=["scheme", "contact"], name="tier_place_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.tier_id}"


class TierMove(models.Model):
    """A contact came from one tier, or none, to another, or none. Never changed.

    Who was placed when the scheme was filled did not move: where they were is `before` of their first move.
    """

    id = models.BigAutoField(primary_key=True)
    scheme = models.ForeignKey(
        TierScheme, models.CASCADE, related_name="moves", db_index=False, verbose_name=_("tier scheme")
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="tier_moves", verbose_name=_("contact"))
    before = models.ForeignKey(
        Tier, models.CASCADE, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("before")
    )
    after = models.ForeignKey(
        Tier, models.CASCADE, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("after")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("move between tiers")
        verbose_name_plural = _("moves between tiers")
        indexes = [models.Index(fields=["scheme", "-at"], name="tier_move_newest")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.at:%Y-%m-%d}"
