"""What came through forms and is held, and pages that were sent, to look at."""

from django.contrib import admin

from leads.models import HeldLead, SpentPage
from scrm.core.admin import HistoryAdmin


@admin.register(HeldLead)
class HeldLeadAdmin(HistoryAdmin):
    list_display = ("held_at", "name", "hint", "form", "reason", "state", "decided_by", "expires_at")
    list_filter = ("state", "reason", "form")
    list_select_related = ("form", "decided_by")
    search_fields = ("name",)


@admin.register(SpentPage)
class SpentPageAdmin(HistoryAdmin):
    list_display = ("__str__", "expires_at")
