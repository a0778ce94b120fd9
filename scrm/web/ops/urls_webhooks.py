"""Addresses of webhooks in and out."""

from django.urls import path

from scrm.web.ops import webhooks_in, webhooks_out

urlpatterns = [
    path("settings/webhooks/", webhooks_out.index, name="settings_webhooks"),
    path("settings/webhooks/<uuid:webhook_id>/", webhooks_out.detail, name="settings_webhook"),
    path("settings/webhooks/<uuid:webhook_id>/rotate/", webhooks_out.rotate, name="settings_webhook_rotate"),
    path("settings/webhooks/<uuid:webhook_id>/switch/", webhooks_out.switch, name="settings_webhook_switch"),
    path("settings/webhooks/<uuid:webhook_id>/ping/", webhooks_out.ping, name="settings_webhook_ping"),
    path("settings/webhooks/<uuid:webhook_id>/replay/", webhooks_out.replay, name="settings_webhook_replay"),
    path("settings/webhooks/<uuid:webhook_id>/delete/", webhooks_out.delete, name="settings_webhook_delete"),
    path(
        "settings/webhooks/<uuid:webhook_id>/<uuid:delivery_id>/",
        webhooks_out.delivery,
        name="settings_webhook_delivery",
    ),
    path("webhooks/", webhooks_in.index, name="webhook_in_list"),
    path("webhooks/<uuid:endpoint_id>/", webhooks_in.detail, name="webhook_in"),
    path("webhooks/<uuid:endpoint_id>/settings/", webhooks_in.settings, name="webhook_in_settings"),
    path("webhooks/<uuid:endpoint_id>/sample/", webhooks_in.sample, name="webhook_in_sample"),
    path("webhooks/<uuid:endpoint_id>/caught/", webhooks_in.caught, name="webhook_in_caught"),
    path("webhooks/<uuid:endpoint_id>/mapping/", webhooks_in.mapping, name="webhook_in_mapping"),
    path("webhooks/<uuid:endpoint_id>/switch/", webhooks_in.switch, name="webhook_in_switch"),
    path("webhooks/<uuid:endpoint_id>/replay/", webhooks_in.replay, name="webhook_in_replay"),
    path("webhooks/<uuid:endpoint_id>/delete/", webhooks_in.delete, name="webhook_in_delete"),
]
