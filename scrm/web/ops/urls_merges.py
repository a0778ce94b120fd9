"""Addresses of customers who are, or may be, one person."""

from django.urls import path

from scrm.web.ops import contact_merges, duplicates, identity_kinds, recognition

urlpatterns = [
    path("contacts/duplicates/", duplicates.index, name="duplicate_list"),
    path("contacts/duplicates/look/", duplicates.look, name="duplicate_look"),
    path("contacts/duplicates/<int:pair_id>/", duplicates.decide, name="duplicate_decide"),
    path("contacts/<uuid:contact_id>/merges/", contact_merges.of_contact, name="contact_merges"),
    path("contacts/<uuid:contact_id>/merges/<int:merge_id>/", contact_merges.unmerge, name="contact_unmerge"),
    path("contacts/<uuid:contact_id>/merge/", contact_merges.find, name="contact_merge_find"),
    path("contacts/<uuid:contact_id>/merge/<uuid:other_id>/", contact_merges.merge, name="contact_merge"),
    path("settings/recognition/", recognition.index, name="settings_recognition"),
    path("settings/kinds/", identity_kinds.index, name="settings_kinds"),
    path("settings/kinds/<uuid:kind_id>/", identity_kinds.edit, name="settings_kind"),
    path("settings/kinds/<uuid:kind_id>/archive/", identity_kinds.archive, name="settings_kind_archive"),
]
