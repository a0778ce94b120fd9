"""Tiers to set up, except for their rules, which the dashboard reads and follows; who moved between them to look at."""

from django.contrib import admin

from commerce.models import Tier, TierMove, TierPlace, TierScheme
from scrm.core.admin import HistoryAdmin, RoomAdmin


class TierInline(admin.TabularInline):
    model = Tier
    extra = 0
    readonly_fields = ("condition",)


@admin.register(TierScheme)
class TierSchemeAdmin(RoomAdmin):
    list_display = ("name", "kind", "cutting", "currency", "active", "refreshed_at")
    list_filter = ("kind", "active")
    search_fields = ("name",)
    readonly_fields = ("watches", "changed_at", "refreshed_at", "placed_to", "due_at")
    inlines = (TierInline,)


@admin.register(TierPlace)
class TierPlaceAdmin(HistoryAdmin):
    list_display = ("contact", "scheme", "tier", "since", "recency", "frequency", "money")
    list_filter = ("scheme", "tier")
    list_select_related = ("contact", "scheme", "tier")
    search_fields = ("contact__name",)


@admin.register(TierMove)
class TierMoveAdmin(HistoryAdmin):
    list_display = ("contact", "scheme", "before", "after", "at")
    list_filter = ("scheme",)
    list_select_related = ("contact", "scheme", "before", "after")
    search_fields = ("contact__name",)
