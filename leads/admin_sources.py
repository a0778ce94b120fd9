"""Sources, what they cost, and reviews to look at; trees and merges change on the dashboard alone."""

from django.contrib import admin

from leads.models import MergedLead, Review, ReviewLead, Source, SourceCost, SourceMerge
from scrm.core.admin import HistoryAdmin, HistoryInline, RoomAdmin, SetupInline


class SourceCostInline(SetupInline):
    model = SourceCost


@admin.register(Source)
class SourceAdmin(RoomAdmin):
    list_display = ("name", "kind", "parent", "merged_into", "active", "created_at")
    list_filter = ("kind", "active")
    list_select_related = ("parent", "merged_into")
    search_fields = ("name",)
    # A parent is chosen on the dashboard, where circles are refused.
    readonly_fields = ("parent", "merged_into")
    inlines = (SourceCostInline,)


@admin.register(SourceMerge)
class SourceMergeAdmin(HistoryAdmin):
    list_display = ("source", "into", "leads", "by", "at", "undone_at")
    list_select_related = ("source", "into", "by")


@admin.register(MergedLead)
class MergedLeadAdmin(HistoryAdmin):
    list_display = ("merge", "lead")
    list_select_related = ("merge__source", "merge__into", "lead")


class ReviewLeadInline(HistoryInline):
    model = ReviewLead


@admin.register(Review)
class ReviewAdmin(HistoryAdmin):
    list_display = ("site", "author", "rating", "written_at", "state", "owner", "reply_due_at")
    list_filter = ("state", "rating", "site")
    list_select_related = ("owner",)
    search_fields = ("author", "text")
    inlines = (ReviewLeadInline,)
