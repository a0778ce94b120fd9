"""Talks, opportunities and ratings to look at, with what they said and were before."""

from django.contrib import admin

from leads.models import (
    Attachment,
    ContactRating,
    Interaction,
    InteractionEdit,
    Opportunity,
    OpportunityMove,
    OpportunityStage,
    Outcome,
    RatingChange,
)
from scrm.core.admin import HistoryAdmin, HistoryInline


class InteractionEditInline(HistoryInline):
    model = InteractionEdit


class OpportunityMoveInline(HistoryInline):
    model = OpportunityMove


@admin.register(Outcome)
class OutcomeAdmin(HistoryAdmin):
    list_display = ("name", "kind", "effective", "archived", "position")
    list_filter = ("kind", "archived")
    search_fields = ("name",)


@admin.register(Interaction)
class InteractionAdmin(HistoryAdmin):
    list_display = ("at", "kind", "contact", "by", "effective", "next_on")
    list_filter = ("kind", "effective", "by")
    list_select_related = ("contact", "by")
    search_fields = ("contact__name",)
    inlines = (InteractionEditInline,)


@admin.register(Attachment)
class AttachmentAdmin(HistoryAdmin):
    """Their content is sealed and never shows."""

    list_display = ("name", "contact", "content_type", "size", "by", "at")
    list_filter = ("content_type",)
    list_select_related = ("contact", "by")
    search_fields = ("name", "contact__name")


@admin.register(OpportunityStage)
class OpportunityStageAdmin(HistoryAdmin):
    list_display = ("name", "kind", "probability", "archived", "position")
    list_filter = ("kind", "archived")


@admin.register(Opportunity)
class OpportunityAdmin(HistoryAdmin):
    list_display = ("name", "contact", "stage", "amount", "currency", "expected_on", "owner")
    list_filter = ("stage", "owner")
    list_select_related = ("contact", "stage", "owner")
    search_fields = ("name", "contact__name")
    inlines = (OpportunityMoveInline,)


@admin.register(ContactRating)
class ContactRatingAdmin(HistoryAdmin):
    list_display = ("contact", "rating", "by", "at")
    list_filter = ("rating",)
    list_select_related = ("contact", "by")
    search_fields = ("contact__name",)


@admin.register(RatingChange)
class RatingChangeAdmin(HistoryAdmin):
    list_display = ("at", "contact", "before", "after", "by")
    list_filter = ("after",)
    list_select_related = ("contact", "by")
    search_fields = ("contact__name",)
