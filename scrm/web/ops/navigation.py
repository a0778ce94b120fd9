"""What the dashboard's left side offers, and which entry the reader is at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """`also` names further pages (by the start of their url name) that belong to this entry."""

    label: str | Promise
    icon: str
    name: str
    action: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    label: str | Promise
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Link:
    """One entry as shown to one reader."""

    label: str | Promise
    icon: str
    url: str
    active: bool


GROUPS = (
    Group("", (Entry(_("Home"), "layout-dashboard", "home", "desk.open"),)),
    Group(
        _("Growth"),
        (
            Entry(_("Leads"), "target-arrow", "lead_list", "lead.view", also=("lead_",)),
            Entry(
                _("Assignment"),
                "arrows-sort",
                "assignment_list",
                "assignment.view",
                also=("assignment_", "availability", "work_days"),
            ),
            Entry(_("Public pool"), "inbox", "pool_list", "pool.view", also=("pool_",)),
            Entry(_("Contacts"), "users", "contact_list", "contact.view", also=("contact_",)),
            Entry(_("Duplicates"), "git-merge", "duplicate_list", "contact.merge", also=("duplicate_",)),
            Entry(_("Opportunities"), "coin", "opportunity_list", "contact.view", also=("opportunity_",)),
            Entry(_("Companies"), "building", "company_list", "company.view", also=("company_",)),
            Entry(
                _("Sources"),
                "route",
                "source_list",
                "source.view",
                also=("source_detail", "source_create", "source_costs_import"),
            ),
            Entry(_("Reviews"), "star", "review_list", "review.view", also=("review_",)),
            Entry(_("Forms"), "forms", "form_list", "form.view", also=("form_",)),
            Entry(_("Entry links"), "qrcode", "entry_link_list", "link.view", also=("entry_link_",)),
            Entry(_("Referral"), "gift", "referral_programs", "link.view", also=("referral_", "reward_")),
            Entry(_("Imports"), "file-import", "import_list", "lead.import", also=("import_",)),
            Entry(_("Webhooks in"), "webhook", "webhook_in_list", "webhook_in.edit", also=("webhook_in",)),
        ),
    ),
    Group(
        _("Audience"),
        (
            Entry(_("Segments"), "chart-circles", "segment_list", "segment.view", also=("segment_",)),
            Entry(_("Tags"), "tags", "tag_list", "tag.view", also=("tag_", "score_")),
            Entry(_("Matching"), "target-arrow", "match_list", "match.view", also=("match_",)),
            Entry(_("Lifecycle"), "refresh", "lifecycle", "lifecycle.view", also=("lifecycle_", "stage_")),
        ),
    ),
    Group(
        _("Outreach"),
        (
            Entry(_("SOPs"), "timeline-event", "sop_list", "sop.view", also=("sop_",)),
            Entry(_("Touchpoints"), "list-check", "touchpoint_list", "sop.view", also=("touchpoint_",)),
            Entry(_("Materials"), "article", "material_list", "material.view", also=("material_",)),
            Entry(_("Campaigns"), "speakerphone", "campaign_list", "sop.view", also=("campaign_",)),
        ),
    ),
    Group(
        _("Results"),
        (
            Entry(_("Funnel"), "filter", "funnel", "report.view"),
            Entry(_("By source"), "chart-bar", "source_report", "report.view"),
            Entry(
                _("Dealers and teams"),
                "building-store",
                "dealer_report",
                "dealer.view",
                also=("dealer_", "commission_"),
            ),
            Entry(_("Voice of the customer"), "message", "voice_list", "contact.view", also=("voice_",)),
        ),
    ),
    Group(
        _("Commerce"),
        (
            Entry(_("Orders"), "receipt", "order_list", "order.view", also=("order_",)),
            Entry(_("Products"), "package", "product_list", "order.view", also=("product_",)),
            Entry(_("Tiers"), "chart-circles", "tier_list", "order.view", also=("tier_",)),
        ),
    ),
    Group(
        _("Administration"),
        (
            Entry(_("Requests of people"), "user-question", "request_list", "person.view", also=("request_",)),
            Entry(_("Audit trail"), "shield-check", "audit_list", "audit.view"),
            Entry(
                _("Follow-up lists"), "list-check", "follow_up_lists", "follow_up.edit", also=("follow_up_", "outcome_")
            ),
            Entry(_("Settings"), "settings", "settings", also=("settings_", "user_")),
        ),
    ),
)


def is_active(entry: Entry, current: str) -> bool:
    """Whether the page named `current` belongs to the entry."""
    return current == entry.name or any(current.startswith(start) for start in entry.also)


def build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups this reader may see; entries whose page does not exist are left out."""
    match = request.resolver_match
    current = (match.url_name or "") if match and match.app_name == "ops" else ""
    user = request.user if request.user.is_authenticated else None
    groups = []
    for group in GROUPS:
        links = []
        for entry in group.entries:
            if entry.action and not (user and user.may(entry.action)):
                continue
            try:
                url = reverse(f"ops:{entry.name}")
            except NoReverseMatch:
                continue
            links.append(Link(entry.label, entry.icon, url, is_active(entry, current)))
        if links:
            groups.append({"label": group.label, "links": links})
    return groups


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: built only if the page shows it."""
    return {"navigation": SimpleLazyObject(lambda: build_navigation(request))}
