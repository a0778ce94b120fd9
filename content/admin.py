"""The content library to set up; links and views to look at."""

from django.contrib import admin

from content.models import Material, PageView, TrackedLink
from scrm.core.admin import HistoryAdmin, RoomAdmin


@admin.register(Material)
class MaterialAdmin(RoomAdmin):
    list_display = ("title", "topic", "active", "created_at")
    list_filter = ("active", "topic")
    search_fields = ("title", "topic")


@admin.register(TrackedLink)
class TrackedLinkAdmin(HistoryAdmin):
    list_display = ("code", "material", "contact", "rep", "created_at")
    list_filter = ("material",)
    list_select_related = ("material", "contact", "rep")
    search_fields = ("code", "contact__name")


@admin.register(PageView)
class PageViewAdmin(HistoryAdmin):
    list_display = ("at", "link", "seconds", "depth")
    list_select_related = ("link",)
    search_fields = ("link__code",)
