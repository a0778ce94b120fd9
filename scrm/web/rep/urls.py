"""Addresses."""

from django.urls import URLPattern

app_name = "rep"
urlpatterns: list[URLPattern] = []
