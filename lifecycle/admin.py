"""Lifecycles, stages and rules to set up; where people stand and how they came there to look at."""

from django.contrib import admin

from lifecycle.models import (
    Lifecycle,
    LifecycleVersion,
    LossReason,
    Position,
    Stage,
    StageDeadline,
    StageHandOver,
    StageRule,
    StageTransition,
)
from scrm.core.admin import HistoryAdmin, RoomAdmin, RuleForm, SetupInline


class StageInline(SetupInline):
    model = Stage
    prepopulated_fields = {"code": ("name",)}


class LossReasonInline(SetupInline):
    model = LossReason


@admin.register(Lifecycle)
class LifecycleAdmin(RoomAdmin):
    list_display = ("name", "is_default", "active")
    search_fields = ("name",)
    inlines = (StageInline, LossReasonInline)


@admin.register(LifecycleVersion)
class LifecycleVersionAdmin(HistoryAdmin):
    list_display = ("lifecycle", "number", "undoes", "made_by", "changed_at", "published_at")
    list_filter = ("lifecycle",)
    list_select_related = ("lifecycle", "made_by")


@admin.register(Stage)
class StageAdmin(RoomAdmin):
    list_display = ("name", "code", "lifecycle", "kind", "position", "typical_days")
    list_filter = ("lifecycle", "kind")
    list_select_related = ("lifecycle",)
    search_fields = ("name", "code")
    autocomplete_fields = ("lifecycle",)


@admin.register(StageRule)
class StageRuleAdmin(RoomAdmin):
    form = RuleForm
    list_display = ("name", "event_type", "from_stage", "to_stage", "active", "created_at")
    list_filter = ("active", "event_type")
    list_select_related = ("from_stage", "to_stage")
    search_fields = ("name", "event_type")
    autocomplete_fields = ("from_stage", "to_stage")


@admin.register(StageHandOver)
class StageHandOverAdmin(HistoryAdmin):
    list_display = ("stage", "method", "department", "keep_days", "active")
    list_filter = ("active", "method")
    list_select_related = ("stage", "department")


@admin.register(StageDeadline)
class StageDeadlineAdmin(HistoryAdmin):
    list_display = ("stage", "after", "unit", "working", "action", "text", "to_stage", "active")
    list_filter = ("active", "action")
    list_select_related = ("stage", "to_stage")


@admin.register(LossReason)
class LossReasonAdmin(HistoryAdmin):
    list_display = ("name", "lifecycle", "position", "archived")
    list_filter = ("lifecycle", "archived")
    list_select_related = ("lifecycle",)


@admin.register(Position)
class PositionAdmin(HistoryAdmin):
    list_display = ("contact", "lifecycle", "stage", "since", "next_at")
    list_filter = ("lifecycle", "stage")
    list_select_related = ("contact", "lifecycle", "stage")
    search_fields = ("contact__name",)


@admin.register(StageTransition)
class StageTransitionAdmin(HistoryAdmin):
    list_display = ("at", "contact", "from_stage", "to_stage", "source", "by", "loss_reason", "reason")
    list_filter = ("source", "to_stage")
    list_select_related = ("contact", "from_stage", "to_stage", "by", "loss_reason")
    search_fields = ("contact__name", "reason")
