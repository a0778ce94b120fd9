"""Goals to set up."""

from django.contrib import admin

from analytics.models import Goal
from scrm.core.admin import RoomAdmin


@admin.register(Goal)
class GoalAdmin(RoomAdmin):
    list_display = ("name", "metric", "target", "starts_on", "ends_on")
    list_filter = ("metric",)
    search_fields = ("name",)
