"""Assignment rules, times to answer and rules of the pool to look at: they are written on the dashboard."""

from django.contrib import admin

from leads.models import (
    AssignmentMember,
    AssignmentRule,
    PoolPolicy,
    PoolRule,
    PoolWarning,
    ResponsePause,
    ResponseRule,
)
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


@admin.register(PoolPolicy)
class PoolPolicyAdmin(HistoryAdmin):
    list_display = ("__str__", "claims_a_day", "most_unworked", "barred_days", "effective_days", "across_departments")


@admin.register(PoolRule)
class PoolRuleAdmin(HistoryAdmin):
    list_display = ("__str__", "days", "active")
    list_select_related = ("source",)


@admin.register(PoolWarning)
class PoolWarningAdmin(HistoryAdmin):
    list_display = ("due_at", "contact", "owner")
    list_select_related = ("contact", "owner")


@admin.register(ResponsePause)
class ResponsePauseAdmin(HistoryAdmin):
    list_display = ("at", "reason", "until", "by", "ended_at", "ended_as")
    list_filter = ("reason", "ended_as")
    list_select_related = ("by", "clock")
