"""People who bring people: programs, whose links they are, who brought whom, and the ledger of rewards."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from leads.enums import LIMITS, LimitPeriod, ReferralRefusal, RewardFor, RewardState, RewardUnit
from leads.models.forms import Form
from leads.models.leads import Lead
from leads.models.links import EntryLink
from leads.models.sources import Source
from scrm.core.ids import uuid7

User = settings.AUTH_USER_MODEL


class ReferralProgram(models.Model):
    """What bringing somebody is worth, and how much of it there is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    form = models.ForeignKey(Form, models.PROTECT, related_name="programs", verbose_name=_("form"))
    source = models.ForeignKey(Source, models.PROTECT, related_name="programs", verbose_name=_("source"))
    per_lead = models.DecimalField(_("for a valid lead"), max_digits=12, decimal_places=2, default=0)
    per_deal = models.DecimalField(_("for a deal"), max_digits=12, decimal_places=2, default=0)
    unit = models.CharField(_("paid in"), max_length=6, choices=RewardUnit.choices, default=RewardUnit.POINTS)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    period = models.CharField(
        _("limits count within"), max_length=6, choices=LimitPeriod.choices, default=LimitPeriod.EVER
    )
    person_limit = models.DecimalField(_("limit per person"), max_digits=14, decimal_places=2, null=True, blank=True)
    total_limit = models.DecimalField(_("limit in total"), max_digits=14, decimal_places=2, null=True, blank=True)
    newcomers_only = models.BooleanField(_("only people who are new"), default=True)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("referral program")
        verbose_name_plural = _("referral programs")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(per_lead__gte=0, per_deal__gte=0), name="referral_program_rewards_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReferralLink(models.Model):
    """The link by which one contact or one representative brings people."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    program = models.ForeignKey(
        ReferralProgram, models.CASCADE, related_name="links", verbose_name=_("referral program"), db_index=False
    )
    link = models.OneToOneField(EntryLink, models.CASCADE, related_name="referral", verbose_name=_("entry link"))
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="referral_links", verbose_name=_("contact")
    )
    rep = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="referral_links", verbose_name=_("representative")
    )

    second = models.BooleanField(
        _("beside another"), default=False, db_default=False, help_text=_("Of a customer who was merged into this one.")
    )

    class Meta:
        verbose_name = _("referral link")
        verbose_name_plural = _("referral links")
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False, rep__isnull=True) | Q(contact__isnull=True, rep__isnull=False),
                name="referral_link_of_one",
            ),
            models.UniqueConstraint(
                fields=["program", "contact"], condition=Q(second=False), name="referral_link_first_once"
            ),
            models.UniqueConstraint(fields=["program", "rep"], name="referral_link_of_rep_once"),
        ]

    def __str__(self) -> str:
        return str(self.contact or self.rep)


class Referral(models.Model):
    """Who brought the person behind a lead; one that does not count says why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    by = models.ForeignKey(ReferralLink, models.CASCADE, related_name="referrals", verbose_name=_("brought by"))
    program = models.ForeignKey(
        ReferralProgram, models.CASCADE, related_name="referrals", verbose_name=_("referral program"), db_index=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="referrals", verbose_name=_("contact"))
    lead = models.OneToOneField(Lead, models.CASCADE, related_name="referral", verbose_name=_("lead"))
    refusal = models.CharField(_("does not count"), max_length=10, choices=ReferralRefusal.choices, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-id"]
        constraints = [
            # A person is brought once, so who brought whom is a tree.
            models.UniqueConstraint(fields=["program", "contact"], condition=Q(refusal=""), name="referral_counts_once")
        ]

    def __str__(self) -> str:
        return f"{self.by_id} {self.at:%Y-%m-%d}"


class Reward(models.Model):
    """A line of the ledger. What it is for and its amount stay; its state moves, and each move is an entry."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    program = models.ForeignKey(
        ReferralProgram, models.PROTECT, related_name="rewards", verbose_name=_("referral program"), db_index=False
    )
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="rewards", verbose_name=_("referral"))
    by = models.ForeignKey(
        ReferralLink, models.CASCADE, related_name="rewards", verbose_name=_("brought by"), db_index=False
    )
    earned_for = models.CharField(_("for"), max_length=4, choices=RewardFor.choices)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    unit = models.CharField(_("paid in"), max_length=6, choices=RewardUnit.choices)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=8, choices=RewardState.choices, default=RewardState.PENDING)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["program", "created_at"], name="reward_program"),
            models.Index(fields=["by", "created_at"], name="reward_by"),
            models.Index(fields=["state", "-id"], name="reward_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["referral", "earned_for"], name="reward_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reward_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def reason_label(self) -> str:
        """Why it was refused: a limit of the program, or in the words of whoever did."""
        return str(LIMITS[self.reason]) if self.reason in LIMITS else self.reason


class LedgerBroken(RuntimeError):
    """Somebody tried to change or delete an entry of the ledger."""


class Entries(models.QuerySet[Any]):
    """Rows that are added and read."""

    def update(self, **fields: Any) -> int:
        raise LedgerBroken("Entries are only added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise LedgerBroken("Entries are only added.")


class RewardEntry(models.Model):
    """One move of a reward: to which state, by whom, when, why; never changed."""

    id = models.BigAutoField(primary_key=True)
    reward = models.ForeignKey(Reward, models.CASCADE, related_name="entries", verbose_name=_("reward"))
    state = models.CharField(_("state"), max_length=8, choices=RewardState.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = Entries.as_manager()

    class Meta:
        verbose_name = _("entry of a reward")
        verbose_name_plural = _("entries of rewards")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d %H:%M}"
