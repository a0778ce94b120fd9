"""Entry links and referral, to look at; the sites that links may lead to."""

from django import forms
from django.contrib import admin

from leads.link_targets import checked_host
from leads.models import (
    EntryLink,
    LinkHost,
    LinkHour,
    Referral,
    ReferralLink,
    ReferralProgram,
    Reward,
    RewardEntry,
    Touch,
)
from scrm.core.admin import HistoryAdmin, HistoryInline, RoomAdmin


class LinkHostForm(forms.ModelForm):
    def clean_host(self) -> str:
        return checked_host(self.cleaned_data["host"])


@admin.register(LinkHost)
class LinkHostAdmin(RoomAdmin):
    form = LinkHostForm
    list_display = ("host", "created_at")
    search_fields = ("host",)


@admin.register(EntryLink)
class EntryLinkAdmin(HistoryAdmin):
    list_display = ("name", "kind", "source", "rep", "department", "form", "active", "created_at")
    list_filter = ("kind", "active")
    list_select_related = ("source", "rep", "department", "form")
    search_fields = ("name", "place")


@admin.register(LinkHour)
class LinkHourAdmin(HistoryAdmin):
    list_display = ("link", "at", "visits", "visitors", "machines")
    list_select_related = ("link",)


@admin.register(Touch)
class TouchAdmin(HistoryAdmin):
    list_display = ("at", "contact", "link", "brought")
    list_select_related = ("contact", "link")
    search_fields = ("contact__name",)


@admin.register(ReferralProgram)
class ReferralProgramAdmin(HistoryAdmin):
    list_display = ("name", "per_lead", "per_deal", "unit", "currency", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("name",)


@admin.register(ReferralLink)
class ReferralLinkAdmin(HistoryAdmin):
    list_display = ("program", "contact", "rep", "link")
    list_filter = ("program",)
    list_select_related = ("program", "contact", "rep", "link")
    search_fields = ("contact__name",)


@admin.register(Referral)
class ReferralAdmin(HistoryAdmin):
    list_display = ("at", "program", "by", "contact", "refusal")
    list_filter = ("program", "refusal")
    list_select_related = ("program", "by__contact", "by__rep", "contact")
    search_fields = ("contact__name",)


class RewardEntryInline(HistoryInline):
    model = RewardEntry


@admin.register(Reward)
class RewardAdmin(HistoryAdmin):
    list_display = ("created_at", "by", "earned_for", "amount", "unit", "currency", "state")
    list_filter = ("state", "program")
    list_select_related = ("by__contact", "by__rep")
    inlines = (RewardEntryInline,)
