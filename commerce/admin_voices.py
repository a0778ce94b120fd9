"""What customers say, and what opportunities are about, to look at."""

from django.contrib import admin

from commerce.models import OpportunityItem, Voice, VoiceTopic
from scrm.core.admin import HistoryAdmin


@admin.register(VoiceTopic)
class VoiceTopicAdmin(HistoryAdmin):
    list_display = ("name", "archived", "position")
    list_filter = ("archived",)


@admin.register(Voice)
class VoiceAdmin(HistoryAdmin):
    list_display = ("at", "contact", "product", "sentiment", "by")
    list_filter = ("sentiment", "topics", "product")
    list_select_related = ("contact", "product", "by")
    search_fields = ("contact__name",)


@admin.register(OpportunityItem)
class OpportunityItemAdmin(HistoryAdmin):
    list_display = ("opportunity", "product", "quantity")
    list_filter = ("product",)
    list_select_related = ("opportunity", "product")
