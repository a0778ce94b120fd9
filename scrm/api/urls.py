"""Addresses."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from scrm.api import (
    campaigns,
    companies,
    contact_merges,
    contacts,
    events,
    fields,
    forms,
    held_leads,
    lead_detail,
    leads,
    links,
    privacy,
    reports,
    reviews,
    schema,
    search,
    segments,
    sops,
    sources,
    tags,
    touchpoints,
    webhooks,
)
from scrm.api.base import Missing


class RestConverter(StringConverter):
    """Whatever is left, line ends too."""

    regex = "(?s:.+)"


register_converter(RestConverter, "rest")

app_name = "api"
urlpatterns = [
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("docs/", schema.Docs.as_view(), name="docs"),
    path("v1/leads", leads.LeadList.as_view(), name="lead_list"),
    path("v1/leads/<uuid:pk>", lead_detail.LeadDetail.as_view(), name="lead_detail"),
    path("v1/contacts", contacts.ContactList.as_view(), name="contact_list"),
    path("v1/contacts/<uuid:pk>", contacts.ContactDetail.as_view(), name="contact_detail"),
    path("v1/contacts/<uuid:pk>/merge", contact_merges.ContactMerging.as_view(), name="contact_merge"),
    path("v1/contacts/<uuid:pk>/unmerge", contact_merges.ContactUnmerging.as_view(), name="contact_unmerge"),
    path("v1/merge-suggestions", contact_merges.SuggestionList.as_view(), name="merge_suggestion_list"),
    path("v1/merge-suggestions/<int:pk>", contact_merges.SuggestionDetail.as_view(), name="merge_suggestion"),
    path("v1/contacts/<uuid:pk>/consents", privacy.ContactConsents.as_view(), name="contact_consents"),
    path("v1/contacts/<uuid:pk>/copy", privacy.ContactCopy.as_view(), name="contact_copy"),
    path("v1/contacts/<uuid:pk>/erasure", privacy.ContactErasure.as_view(), name="contact_erasure"),
    path(
        "v1/contacts/<uuid:pk>/identities/<uuid:identity_id>/reveal",
        privacy.IdentityReveal.as_view(),
        name="identity_reveal",
    ),
    path("v1/contacts/<uuid:pk>/requests", privacy.ContactRequests.as_view(), name="contact_requests"),
    path("v1/contacts/<uuid:pk>/owner", contacts.ContactOwner.as_view(), name="contact_owner"),
    path("v1/contacts/<uuid:pk>/fields", fields.ContactFields.as_view(), name="contact_fields"),
    path("v1/fields", fields.FieldList.as_view(), name="field_list"),
    path("v1/contacts/<uuid:pk>/tags", contacts.ContactTags.as_view(), name="contact_tags"),
    path("v1/contacts/<uuid:pk>/tags/<slug:code>", contacts.ContactTag.as_view(), name="contact_tag"),
    path("v1/companies", companies.CompanyList.as_view(), name="company_list"),
    path("v1/companies/<uuid:pk>", companies.CompanyDetail.as_view(), name="company_detail"),
    path("v1/search", search.Search.as_view(), name="search"),
    path("v1/events", events.EventList.as_view(), name="event_list"),
    path("v1/sources", sources.SourceList.as_view(), name="source_list"),
    path("v1/forms", forms.FormList.as_view(), name="form_list"),
    path("v1/forms/<uuid:pk>", forms.FormDetail.as_view(), name="form_detail"),
    path("v1/forms/<uuid:pk>/results", forms.FormResults.as_view(), name="form_results"),
    path("v1/held-leads", held_leads.HeldLeadList.as_view(), name="held_lead_list"),
    path("v1/held-leads/<uuid:pk>/decision", held_leads.HeldLeadDecision.as_view(), name="held_lead_decision"),
    path("v1/costs", sources.CostList.as_view(), name="cost_list"),
    path("v1/reviews", reviews.ReviewList.as_view(), name="review_list"),
    path("v1/reviews/<uuid:pk>", reviews.ReviewDetail.as_view(), name="review_detail"),
    path("v1/reviews/<uuid:pk>/reply", reviews.ReviewReply.as_view(), name="review_reply"),
    path("v1/campaigns", campaigns.CampaignList.as_view(), name="campaign_list"),
    path("v1/campaigns/<uuid:pk>", campaigns.CampaignDetail.as_view(), name="campaign_detail"),
    path("v1/links", links.EntryLinkList.as_view(), name="entry_link_list"),
    path("v1/links/<uuid:pk>/results", links.EntryLinkResults.as_view(), name="entry_link_results"),
    path("v1/referrals", links.ReferralList.as_view(), name="referral_list"),
    path("v1/rewards", links.RewardList.as_view(), name="reward_list"),
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
    path("v1/<rest:rest>", Missing.as_view()),
]
