"""The tracking plan to set up, and what happened to look at."""

from django.contrib import admin

from events.models import Event, EventType
from scrm.core.admin import HistoryAdmin, RoomAdmin


@admin.register(EventType)
class EventTypeAdmin(RoomAdmin):
    list_display = ("code", "name", "name_zh", "engaging", "active")
    list_filter = ("engaging", "active")
    search_fields = ("code", "name", "name_zh")


@admin.register(Event)
class EventAdmin(HistoryAdmin):
    list_display = ("occurred_at", "type", "contact", "received_at")
    list_filter = ("type",)
    list_select_related = ("type", "contact")
    search_fields = ("contact__name", "dedupe_key")
