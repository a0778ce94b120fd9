"""Addresses of what people may ask of us."""

from django.urls import path

from scrm.web.ops import person_requests, privacy, privacy_settings

urlpatterns = [
    path("contacts/<uuid:contact_id>/privacy/", privacy.index, name="contact_privacy"),
    path("contacts/<uuid:contact_id>/privacy/consent/", privacy.consent, name="contact_consent"),
    path("contacts/<uuid:contact_id>/privacy/request/", privacy.note, name="contact_request"),
    path("contacts/<uuid:contact_id>/privacy/copy/", privacy.copy, name="contact_copy"),
    path("contacts/<uuid:contact_id>/erase/", privacy.erase, name="contact_erase"),
    path("requests/", person_requests.index, name="request_list"),
    path("requests/reveals/", person_requests.reveals, name="request_reveals"),
    path("requests/<uuid:request_id>/settle/", person_requests.settle, name="request_settle"),
    path("requests/<uuid:request_id>/copy/", person_requests.copy, name="request_copy"),
    path("settings/privacy/", privacy_settings.index, name="settings_privacy"),
    path("settings/privacy/text/", privacy_settings.text, name="settings_consent_text"),
]
