"""Addresses."""

from django.urls import path

from scrm.api import (
    contacts,
    events,
    forms,
    lead_detail,
    leads,
    links,
    reports,
    schema,
    segments,
    sops,
    sources,
    tags,
    touchpoints,
    webhooks,
)
from scrm.api.base import Missing

app_name = "api"
urlpatterns = [
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("docs/", schema.Docs.as_view(), name="docs"),
    path("v1/leads", leads.LeadList.as_view(), name="lead_list"),
    path("v1/leads/<uuid:pk>", lead_detail.LeadDetail.as_view(), name="lead_detail"),
    path("v1/contacts", contacts.ContactList.as_view(), name="contact_list"),
    path("v1/contacts/<uuid:pk>", contacts.ContactDetail.as_view(), name="contact_detail"),
    path("v1/contacts/<uuid:pk>/owner", contacts.ContactOwner.as_view(), name="contact_owner"),
    path("v1/contacts/<uuid:pk>/tags", contacts.ContactTags.as_view(), name="contact_tags"),
    path("v1/contacts/<uuid:pk>/tags/<slug:code>", contacts.ContactTag.as_view(), name="contact_tag"),
    path("v1/events", events.EventList.as_view(), name="event_list"),
    path("v1/sources", sources.SourceList.as_view(), name="source_list"),
    path("v1/forms", forms.FormList.as_view(), name="form_list"),
    path("v1/forms/<uuid:pk>", forms.FormDetail.as_view(), name="form_detail"),
    path("v1/forms/<uuid:pk>/results", forms.FormResults.as_view(), name="form_results"),
    path("v1/links", links.EntryLinkList.as_view(), name="entry_link_list"),
    path("v1/links/<uuid:pk>/results", links.EntryLinkResults.as_view(), name="entry_link_results"),
    path("v1/referrals", links.ReferralList.as_view(), name="referral_list"),
    path("v1/rewards", links.RewardList.as_view(), name="reward_list"),
    path("v1/forms", forms.FormList.as_view(), name="form_list"),
    path("v1/forms/<uuid:pk>", forms.FormDetail.as_view(), name="form_detail"),
    path("v1/forms/<uuid:pk>/results", forms.FormResults.as_view(), name="form_results"),
    path("v1/tags", tags.TagList.as_view(), name="tag_list"),
    path("v1/segments", segments.SegmentList.as_view(), name="segment_list"),
    path("v1/segments/<uuid:pk>/members", segments.SegmentMembers.as_view(), name="segment_members"),
    path("v1/sops", sops.SopList.as_view(), name="sop_list"),
    path("v1/sops/<uuid:pk>", sops.SopDetail.as_view(), name="sop_detail"),
    path("v1/touchpoints", touchpoints.TouchpointList.as_view(), name="touchpoint_list"),
    path("v1/analytics/funnel", reports.Funnel.as_view(), name="funnel"),
    path("v1/analytics/sources", reports.SourceTable.as_view(), name="source_table"),
    path("v1/webhooks", webhooks.WebhookList.as_view(), name="webhook_list"),
    path("v1/webhooks/<uuid:pk>", webhooks.WebhookDetail.as_view(), name="webhook_detail"),
    path("v1/webhooks/<uuid:pk>/secret", webhooks.WebhookSecret.as_view(), name="webhook_secret"),
    path("v1/<path:rest>", Missing.as_view()),
]
