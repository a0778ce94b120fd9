"""Consent texts, requests of people, and who looked at whom in clear, to look at: the pages of privacy write them."""

from django.contrib import admin

from contacts.models import ConsentRule, ConsentText, OwnerChange, PersonRequest, ReadingRight, Reveal, RevealLimit
from scrm.core.admin import HistoryAdmin


@admin.register(ConsentText)
class ConsentTextAdmin(HistoryAdmin):
    list_display = ("purpose", "version", "language", "since", "by")
    list_filter = ("purpose", "language")
    list_select_related = ("by",)


@admin.register(ConsentRule)
class ConsentRuleAdmin(HistoryAdmin):
    list_display = ("channel", "needed")


@admin.register(PersonRequest)
class PersonRequestAdmin(HistoryAdmin):
    list_display = ("contact", "kind", "asked_on", "due_on", "state", "done_at")
    list_filter = ("kind", "state")
    list_select_related = ("contact",)


@admin.register(Reveal)
class RevealAdmin(HistoryAdmin):
    list_display = ("at", "contact", "kind", "by", "key")
    list_filter = ("kind", "by")
    list_select_related = ("contact", "by", "key")


@admin.register(RevealLimit)
class RevealLimitAdmin(HistoryAdmin):
    list_display = ("role", "per_hour", "per_day", "needs_factor")


@admin.register(OwnerChange)
class OwnerChangeAdmin(HistoryAdmin):
    list_display = ("at", "contact", "before", "after", "why", "by")
    list_filter = ("why", "after")
    list_select_related = ("contact", "before", "after", "by")
    search_fields = ("contact__name",)


@admin.register(ReadingRight)
class ReadingRightAdmin(HistoryAdmin):
    list_display = ("contact", "user", "until_at")
    list_select_related = ("contact", "user")
