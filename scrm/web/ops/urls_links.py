"""Addresses of entry links and referral."""

from django.urls import path

from scrm.web.ops import entry_link_results, entry_links, referral, referral_parts

urlpatterns = [
    path("links/", entry_links.index, name="entry_link_list"),
    path("links/new/", entry_links.create, name="entry_link_create"),
    path("links/many/", entry_links.create_many, name="entry_link_create_many"),
    path("links/sheet/", entry_links.sheet, name="entry_link_sheet"),
    path("links/partners/", entry_link_results.partners, name="entry_link_partners"),
    path("links/partners/export/", entry_link_results.partners_export, name="entry_link_partners_export"),
    path("links/sites/", entry_links.hosts, name="entry_link_hosts"),
    path("links/sites/<int:host_id>/remove/", entry_links.remove_host, name="entry_link_host_remove"),
    path("links/<uuid:link_id>/", entry_link_results.detail, name="entry_link_detail"),
    path("links/<uuid:link_id>/chart/", entry_link_results.chart, name="entry_link_chart"),
    path("links/<uuid:link_id>/export/", entry_link_results.export, name="entry_link_export"),
    path("links/<uuid:link_id>/edit/", entry_links.edit, name="entry_link_edit"),
    path("links/<uuid:link_id>/switch/", entry_links.switch, name="entry_link_switch"),
    path("links/<uuid:link_id>/qr.png", entry_links.qr, {"kind": "png"}, name="entry_link_png"),
    path("links/<uuid:link_id>/qr.svg", entry_links.qr, {"kind": "svg"}, name="entry_link_svg"),
    path("referral/", referral.programs, name="referral_programs"),
    path("referral/new/", referral.create, name="referral_create"),
    path("referral/<uuid:program_id>/", referral.edit, name="referral_edit"),
    path("referral/rewards/", referral.rewards, name="reward_list"),
    path("referral/rewards/decide/", referral.decide, name="reward_decide"),
    path("contacts/<uuid:contact_id>/referral/", referral_parts.of_contact, name="contact_referral"),
    path("leads/<uuid:lead_id>/touches/", referral_parts.of_lead, name="lead_touches"),
    path("contacts/<uuid:contact_id>/share/", referral.share, name="contact_share"),
]
