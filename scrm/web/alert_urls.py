"""Addresses of one's own alerts, on the desk and on the phone alike."""

from django.urls import path

from scrm.web import alerts

app_name = "alerts"
urlpatterns = [
    path("events/", alerts.stream, name="stream"),
    path("alerts/new", alerts.new, name="new"),
    path("alerts/read", alerts.read, name="read"),
    path("alerts/<uuid:alert_id>/open", alerts.open_subject, name="open"),
]
