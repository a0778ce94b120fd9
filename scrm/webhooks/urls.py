"""Addresses that other systems push to."""

from django.urls import path

from scrm.webhooks import arriving

app_name = "webhooks"
urlpatterns = [path("in/<str:code>", arriving.arrive, name="arrive")]
