"""Assignment rules to look at: they are written on the dashboard, which shows what they would do."""

from django.contrib import admin

from leads.models import AssignmentMember, AssignmentRule
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
