"""Goals to set up; commission rates to look at."""

from django.contrib import admin

from analytics.models import CommissionRate, Goal
from scrm.core.admin import HistoryAdmin, RoomAdmin


@admin.register(Goal)
class GoalAdmin(RoomAdmin):
    list_display = ("name", "metric", "target", "starts_on", "ends_on")
    list_filter = ("metric",)
    search_fields = ("name",)


@admin.register(CommissionRate)
class CommissionRateAdmin(HistoryAdmin):
    list_display = ("department", "percent", "from_on", "created_by", "created_at")
    list_filter = ("department",)
    list_select_related = ("department", "created_by")
