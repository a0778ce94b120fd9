"""Categories, groups, tags and rules to set up; who has which tag and since when to look at."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scrm.core.admin import HistoryAdmin, RoomAdmin, RuleForm, SetupInline
from tagging.admin_scores import ScoreRuleAdmin as ScoreRuleAdmin
from tagging.models import Tag, TagAssignment, TagCategory, TagChange, TagGroup, TagRule, TagScoring, TagSignal


class TagInline(SetupInline):
    model = Tag
    prepopulated_fields = {"code": ("name",)}


@admin.register(TagCategory)
class TagCategoryAdmin(RoomAdmin):
    list_display = ("name", "kind", "position")
    list_filter = ("kind",)
    search_fields = ("name",)


@admin.register(TagGroup)
class TagGroupAdmin(RoomAdmin):
    list_display = ("name", "category", "exclusive", "position")
    list_filter = ("category", "exclusive")
    list_select_related = ("category",)
    search_fields = ("name",)
    autocomplete_fields = ("category",)
    inlines = (TagInline,)


@admin.register(Tag)
class TagAdmin(RoomAdmin):
    exclude = ("merged_into",)
    list_display = ("name", "code", "group", "colour", "archived", "position")
    list_filter = ("archived", "group")
    list_select_related = ("group",)
    search_fields = ("name", "code")
    autocomplete_fields = ("group",)
    prepopulated_fields = {"code": ("name",)}


class EventRuleForm(RuleForm):
    """Rules at an event; those about everybody are tried out and checked for loops where they are made."""

    def clean_event_type(self) -> str:
        said = str(self.cleaned_data["event_type"])
        if not said:
            raise ValidationError(_("Make and change rules about everybody on the dashboard."))
        return said


@admin.register(TagRule)
class TagRuleAdmin(RoomAdmin):
    form = EventRuleForm
    exclude = ("listens", "takes", "due_at")
    list_display = ("name", "event_type", "tag", "active", "created_at")
    list_filter = ("active", "event_type")
    list_select_related = ("tag",)
    search_fields = ("name", "event_type")
    autocomplete_fields = ("tag",)


@admin.register(TagAssignment)
class TagAssignmentAdmin(HistoryAdmin):
    list_display = ("contact", "tag", "source", "by", "at", "expires_at")
    list_filter = ("source", "tag")
    list_select_related = ("contact", "tag", "by")
    search_fields = ("contact__name",)


@admin.register(TagChange)
class TagChangeAdmin(HistoryAdmin):
    list_display = ("at", "contact", "tag", "added", "source", "by")
    list_filter = ("added", "source", "tag")
    list_select_related = ("contact", "tag", "by")
    search_fields = ("contact__name",)


@admin.register(TagScoring)
class TagScoringAdmin(HistoryAdmin):
    list_display = ("group", "half_life_days", "least", "lead", "active", "due_at")
    list_filter = ("active",)
    list_select_related = ("group",)


@admin.register(TagSignal)
class TagSignalAdmin(HistoryAdmin):
    list_display = ("tag", "event_type", "property", "value", "points")
    list_filter = ("event_type",)
    list_select_related = ("tag",)
