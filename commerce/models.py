"""What they buy: products, orders, coupons."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import OrderStatus
from commerce.tier_models import Tier as Tier
from commerce.tier_models import TierMove as TierMove
from commerce.tier_models import TierPlace as TierPlace
from commerce.tier_models import TierScheme as TierScheme
from commerce.voice_models import OpportunityItem as OpportunityItem
from commerce.voice_models import Voice as Voice
from commerce.voice_models import VoiceTopic as VoiceTopic
from contacts.models import Contact
from scrm.core.ids import uuid7


class Product(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    group = models.CharField(_("group"), max_length=60, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    private_domain = models.BooleanField(_("fit for the private domain"), default=False)
    limited = models.BooleanField(_("limited"), default=False, db_default=False)
    companions = models.ManyToManyField("self", blank=True, symmetrical=False, verbose_name=_("companions"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """One purchase as a shop platform reports it; known by platform and number.

    A platform may keep to itself who bought: then there is no contact, until a later report names them.
    `told` is what was said last of each thing and of which moment; the columns follow from it and the lines.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="orders", verbose_name=_("contact")
    )
    platform = models.CharField(_("platform"), max_length=40)
    number = models.CharField(_("number"), max_length=80)
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus.choices, default=OrderStatus.PAID)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    refunded = models.DecimalField(_("refunded"), max_digits=14, decimal_places=2, default=0, db_default=0)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    ordered_at = models.DateTimeField(_("ordered at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated at"))
    told = models.JSONField(_("told"), default=dict, db_default={}, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-ordered_at"]
        constraints = [models.UniqueConstraint(fields=["platform", "number"], name="order_once")]
        indexes = [models.Index(fields=["contact", "-ordered_at"], name="order_contact")]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """So much of one product in an order; `key` is the product's code and which of several such lines it is."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    key = models.CharField(_("key"), max_length=80, default="", db_default="", blank=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="lines", verbose_name=_("product"))
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    refunded = models.DecimalField(_("refunded"), max_digits=14, decimal_places=2, default=0, db_default=0)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "key"], name="order_line_once", condition=~models.Q(key=""))
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"


class Coupon(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    valid_days = models.PositiveSmallIntegerField(_("valid for days"), default=30)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CouponGrant(models.Model):
    """One coupon of one contact."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="grants", verbose_name=_("coupon"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="coupons", verbose_name=_("contact"))
    granted_at = models.DateTimeField(_("granted at"))
    expires_at = models.DateTimeField(_("expires at"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True, blank=True)
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, blank=True, related_name="coupons", verbose_name=_("order")
    )

    class Meta:
        verbose_name = _("granted coupon")
        verbose_name_plural = _("granted coupons")
        ordering = ["-granted_at"]

    def __str__(self) -> str:
        return f"{self.coupon} {self.granted_at:%Y-%m-%d}"
