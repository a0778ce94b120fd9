"""Rules of scores, and what they came to, to look at: a change counts everybody again, so the dashboard makes it."""

from django.contrib import admin

from scrm.core.admin import HistoryAdmin
from tagging.models import ContactScore, ScoreRule, ScoreScale


@admin.register(ScoreRule)
class ScoreRuleAdmin(HistoryAdmin):
    list_display = ("name", "kind", "points", "event_type", "tag", "half_life_days", "active")
    list_filter = ("kind", "active")
    list_select_related = ("tag",)
    search_fields = ("name",)


@admin.register(ScoreScale)
class ScoreScaleAdmin(HistoryAdmin):
    list_display = ("warm_from", "hot_from")


@admin.register(ContactScore)
class ContactScoreAdmin(HistoryAdmin):
    list_display = ("contact", "points", "band", "computed_at", "due_at")
    list_filter = ("band",)
    list_select_related = ("contact",)
    search_fields = ("contact__name",)
