"""Products and coupons to set up; orders and granted coupons to look at."""

from django.contrib import admin

from commerce.admin_tiers import TierSchemeAdmin as TierSchemeAdmin
from commerce.admin_voices import VoiceAdmin as VoiceAdmin
from commerce.models import Coupon, CouponGrant, Order, OrderLine, Product
from scrm.core.admin import HistoryAdmin, HistoryInline, RoomAdmin


class OrderLineInline(HistoryInline):
    model = OrderLine


@admin.register(Product)
class ProductAdmin(RoomAdmin):
    list_display = ("name", "code", "group", "price", "currency", "private_domain", "limited", "active")
    list_filter = ("active", "private_domain", "limited", "group")
    search_fields = ("name", "code")
    autocomplete_fields = ("companions",)


@admin.register(Order)
class OrderAdmin(HistoryAdmin):
    list_display = ("number", "platform", "contact", "status", "amount", "currency", "ordered_at")
    list_filter = ("platform", "status")
    list_select_related = ("contact",)
    search_fields = ("number", "contact__name")
    inlines = (OrderLineInline,)


@admin.register(Coupon)
class CouponAdmin(RoomAdmin):
    list_display = ("name", "code", "amount", "currency", "valid_days", "active")
    list_filter = ("active",)
    search_fields = ("name", "code")
    prepopulated_fields = {"code": ("name",)}


@admin.register(CouponGrant)
class CouponGrantAdmin(HistoryAdmin):
    list_display = ("coupon", "contact", "granted_at", "expires_at", "opened_at", "redeemed_at")
    list_filter = ("coupon",)
    list_select_related = ("coupon", "contact")
    search_fields = ("contact__name",)
