"""People and what is known of them, to look at; sealed values never show."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from contacts.admin_privacy import PersonRequestAdmin as PersonRequestAdmin
from contacts.models import (
    Company,
    CompanyMerge,
    Consent,
    Contact,
    ContactMerge,
    CustomField,
    CustomKind,
    DoNotContact,
    DuplicatePair,
    Friendship,
    Group,
    GroupMember,
    Identity,
    IdentityRule,
    SealedValue,
)
from contacts.selectors import contact_search
from scrm.core.admin import HistoryAdmin, HistoryInline, RoomAdmin


class IdentityInline(HistoryInline):
    model = Identity
    fields = ("kind", "hint", "provenance", "created_at")


class DoNotContactInline(HistoryInline):
    model = DoNotContact


class ConsentInline(HistoryInline):
    model = Consent


class GroupMemberInline(HistoryInline):
    model = GroupMember


@admin.register(Company)
class CompanyAdmin(RoomAdmin):
    list_display = ("name", "industry", "size", "parent", "merged_into", "created_at")
    list_filter = ("size",)
    list_select_related = ("parent", "merged_into")
    search_fields = ("name",)
    autocomplete_fields = ("parent",)


@admin.register(CompanyMerge)
class CompanyMergeAdmin(HistoryAdmin):
    list_display = ("company", "into", "at", "by", "undone_at")
    list_select_related = ("company", "into", "by")
    search_fields = ("company__name", "into__name")


@admin.register(CustomField)
class CustomFieldAdmin(RoomAdmin):
    list_display = ("label", "subject", "code", "kind", "group", "required", "archived")
    list_filter = ("subject", "kind", "archived")
    search_fields = ("label", "code")
    readonly_fields = ("subject", "code")


@admin.register(CustomKind)
class CustomKindAdmin(HistoryAdmin):
    list_display = ("label", "code", "spelling", "pattern", "matches", "several", "masked", "archived")
    list_filter = ("matches", "archived")
    search_fields = ("label", "code")


@admin.register(Contact)
class ContactAdmin(HistoryAdmin):
    list_display = ("name", "company", "owner", "city", "country", "created_at")
    list_filter = ("owner", "country")
    list_select_related = ("company", "owner")
    search_fields = ("name",)
    inlines = (IdentityInline, DoNotContactInline, ConsentInline)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By name, phone, e-mail or the last four digits: addresses are found by their blind index."""
        term = search_term.strip()
        return (queryset.filter(contact_search(term)) if term else queryset), False


@admin.register(Identity)
class IdentityAdmin(HistoryAdmin):
    list_display = ("hint", "kind", "contact", "provenance", "created_at")
    list_filter = ("kind", "provenance")
    list_select_related = ("contact",)
    fields = ("contact", "kind", "hint", "provenance")


@admin.register(SealedValue)
class SealedValueAdmin(HistoryAdmin):
    list_display = ("field", "hint", "contact", "at")
    list_filter = ("field",)
    list_select_related = ("field", "contact")
    fields = ("contact", "field", "hint", "at")


@admin.register(DoNotContact)
class DoNotContactAdmin(HistoryAdmin):
    list_display = ("contact", "channel", "reason", "since")
    list_filter = ("channel", "reason")
    list_select_related = ("contact",)
    search_fields = ("contact__name",)


@admin.register(Consent)
class ConsentAdmin(HistoryAdmin):
    list_display = ("contact", "channel", "given", "text_version", "at")
    list_filter = ("channel", "given")
    list_select_related = ("contact",)
    search_fields = ("contact__name",)


@admin.register(Friendship)
class FriendshipAdmin(HistoryAdmin):
    list_display = ("contact", "rep", "channel", "state", "since", "ended_at")
    list_filter = ("channel", "state", "rep")
    list_select_related = ("contact", "rep")
    search_fields = ("contact__name",)


@admin.register(Group)
class GroupAdmin(HistoryAdmin):
    list_display = ("name", "channel", "owner", "created_at")
    list_filter = ("channel", "owner")
    list_select_related = ("owner",)
    search_fields = ("name",)
    inlines = (GroupMemberInline,)


@admin.register(ContactMerge)
class ContactMergeAdmin(HistoryAdmin):
    list_display = ("name", "survivor", "rows", "at", "by", "undone_at")
    list_filter = ("by",)
    list_select_related = ("survivor", "by")
    search_fields = ("name", "survivor__name")
    fields = ("name", "survivor", "rows", "at", "by", "undone_at", "undone_by")


@admin.register(DuplicatePair)
class DuplicatePairAdmin(HistoryAdmin):
    list_display = ("first", "second", "reason", "kind", "confidence", "state", "found_at")
    list_filter = ("state", "reason", "kind")
    list_select_related = ("first", "second")
    search_fields = ("first__name", "second__name")


@admin.register(IdentityRule)
class IdentityRuleAdmin(HistoryAdmin):
    list_display = ("kind", "position", "confidence")
