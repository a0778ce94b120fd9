"""Assignment rules and times to answer to look at: they are written on the dashboard."""

from django.contrib import admin

from leads.models import AssignmentMember, AssignmentRule, ResponseRule
from scrm.core.admin import HistoryAdmin, HistoryInline


class MemberInline(HistoryInline):
    model = AssignmentMember


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(HistoryAdmin):
    list_display = ("position", "name", "method", "department", "or_else", "active", "archived_at")
    list_display_links = ("name",)
    list_filter = ("active", "method")
    list_select_related = ("department",)
    inlines = (MemberInline,)


@admin.register(ResponseRule)
class ResponseRuleAdmin(HistoryAdmin):
    list_display = ("__str__", "minutes", "within_hours", "remind_before", "escalate_after", "take_after", "active")
    list_select_related = ("source",)
