"""Enquiries and what came of them to look at."""

from django.contrib import admin

from leads.admin_assignment import AssignmentRuleAdmin as AssignmentRuleAdmin
from leads.admin_assignment import ResponseRuleAdmin as ResponseRuleAdmin
from leads.admin_follow_up import InteractionAdmin as InteractionAdmin
from leads.admin_held import HeldLeadAdmin as HeldLeadAdmin
from leads.admin_links import EntryLinkAdmin as EntryLinkAdmin
from leads.admin_sources import SourceAdmin as SourceAdmin
from leads.models import (
    Form,
    FormTally,
    FormVersion,
    Lead,
    LeadArrival,
    ResponseClock,
)
from scrm.core.admin import HistoryAdmin, HistoryInline


class ResponseClockInline(HistoryInline):
    model = ResponseClock


@admin.register(Form)
class FormAdmin(HistoryAdmin):
    list_display = ("title", "slug", "source", "active", "live_version", "views", "created_at")
    list_filter = ("active", "source")
    list_select_related = ("source",)
    search_fields = ("title", "slug")


@admin.register(FormVersion)
class FormVersionAdmin(HistoryAdmin):
    list_display = ("form", "number", "published_at", "published_by")
    list_filter = ("form",)
    list_select_related = ("form", "published_by")


@admin.register(FormTally)
class FormTallyAdmin(HistoryAdmin):
    list_display = ("form", "on", "utm_source", "utm_medium", "utm_campaign", "views", "visitors", "begun")
    list_filter = ("form",)
    list_select_related = ("form",)


@admin.register(Lead)
class LeadAdmin(HistoryAdmin):
    list_display = ("contact", "source", "owner", "status", "rating", "came_by", "captured_at")
    list_filter = ("status", "rating", "came_by", "source", "owner")
    list_select_related = ("contact", "source", "owner")
    search_fields = ("contact__name",)
    inlines = (ResponseClockInline,)


@admin.register(LeadArrival)
class LeadArrivalAdmin(HistoryAdmin):
    list_display = ("taken_at", "lead", "came_by", "outcome", "matched_by", "assigned_by", "owner")
    list_filter = ("came_by", "matched_by", "assigned_by")
    list_select_related = ("lead", "owner")
