"""Campaigns to set up; SOPs, their versions and the ledger to look at."""

from django.contrib import admin

from campaigns.form_models import FormRoute
from campaigns.models import (
    Campaign,
    CampaignReview,
    Enrollment,
    Lane,
    NextAction,
    RepTask,
    Sop,
    SopVersion,
    Step,
    Touchpoint,
)
from scrm.core.admin import HistoryAdmin, HistoryInline, RoomAdmin


class LaneInline(HistoryInline):
    model = Lane


class StepInline(HistoryInline):
    model = Step
    fields = ("number", "position", "name", "channel", "offset", "subject", "material")


@admin.register(Campaign)
class CampaignAdmin(RoomAdmin):
    list_display = ("name", "kind", "starts_on", "ends_on", "budget", "currency", "created_at")
    list_filter = ("kind",)
    search_fields = ("name",)
    autocomplete_fields = ("sources",)


class NextActionInline(HistoryInline):
    model = NextAction


@admin.register(CampaignReview)
class CampaignReviewAdmin(HistoryAdmin):
    list_display = ("campaign", "reviewed_by", "reviewed_at")
    list_select_related = ("campaign", "reviewed_by")
    search_fields = ("campaign__name", "worked", "repeat", "stop")
    inlines = (NextActionInline,)


@admin.register(Sop)
class SopAdmin(HistoryAdmin):
    list_display = (
        "name",
        "state",
        "trigger",
        "trigger_tag",
        "trigger_segment",
        "campaign",
        "live_version",
        "updated_at",
    )
    list_filter = ("state", "trigger")
    list_select_related = ("trigger_tag", "campaign", "live_version__sop")
    search_fields = ("name",)
    inlines = (LaneInline,)


@admin.register(SopVersion)
class SopVersionAdmin(HistoryAdmin):
    list_display = ("sop", "number", "published_at", "published_by")
    list_filter = ("sop",)
    list_select_related = ("sop", "published_by")
    inlines = (StepInline,)


@admin.register(Step)
class StepAdmin(HistoryAdmin):
    list_display = ("name", "version", "number", "position", "channel")
    list_filter = ("channel",)
    list_select_related = ("version__sop",)
    search_fields = ("name",)


@admin.register(Enrollment)
class EnrollmentAdmin(HistoryAdmin):
    list_display = ("contact", "sop", "version", "state", "exit_reason", "anchor_at", "ended_at")
    list_filter = ("state", "exit_reason", "sop")
    list_select_related = ("contact", "sop", "version__sop")
    search_fields = ("contact__name",)


@admin.register(Touchpoint)
class TouchpointAdmin(HistoryAdmin):
    list_display = ("due_at", "contact", "step", "state", "reason", "attempt", "sent_at")
    list_filter = ("state", "reason", "lane__channel")
    list_select_related = ("contact", "step")
    search_fields = ("contact__name", "provider_ref")


@admin.register(RepTask)
class RepTaskAdmin(HistoryAdmin):
    list_display = ("title", "contact", "owner", "state", "due_at", "snoozed_until", "finished_at")
    list_filter = ("state", "owner")
    list_select_related = ("contact", "owner")
    search_fields = ("title", "contact__name")


@admin.register(FormRoute)
class FormRouteAdmin(HistoryAdmin):
    list_display = ("form", "campaign", "sop", "owner_rule", "person", "department")
    list_filter = ("owner_rule",)
    list_select_related = ("form", "campaign", "sop", "person", "department")
