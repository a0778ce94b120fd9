"""Segments, their members and how they were gone through, to look at."""

from django.contrib import admin

from audiences.models import Match, Segment, SegmentMember, SegmentRun
from scrm.core.admin import HistoryAdmin


@admin.register(Segment)
class SegmentAdmin(HistoryAdmin):
    list_display = ("name", "kind", "size", "refreshed_at", "archived_at", "created_by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("created_by",)
    search_fields = ("name",)


@admin.register(SegmentMember)
class SegmentMemberAdmin(HistoryAdmin):
    list_display = ("segment", "contact", "entered_at", "left_at")
    list_filter = ("segment",)
    list_select_related = ("segment", "contact")
    search_fields = ("contact__name",)


@admin.register(SegmentRun)
class SegmentRunAdmin(HistoryAdmin):
    list_display = ("segment", "at", "cause", "entered", "left", "size", "took_ms", "error")
    list_filter = ("cause", "segment")
    list_select_related = ("segment",)


@admin.register(Match)
class MatchAdmin(HistoryAdmin):
    list_display = ("material", "channel", "segment", "product_group", "moment", "active", "position")
    list_filter = ("active", "moment")
    list_select_related = ("segment", "material")
    search_fields = ("material__title", "product_group")
