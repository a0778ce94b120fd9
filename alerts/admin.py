"""Alerts to look at: who was told of what, and whether they saw it."""

from django.contrib import admin

from alerts.models import Alert
from scrm.core.admin import HistoryAdmin


@admin.register(Alert)
class AlertAdmin(HistoryAdmin):
    list_display = ("created_at", "recipient", "kind", "count", "read_at")
    list_filter = ("kind",)
    list_select_related = ("recipient",)
