"""Addresses that customers get. Each takes any text, so that whatever is wrong ends on the same page."""

from django.urls import path

from scrm.web.public import covers, embed, entry, forms, links, withdrawal

app_name = "public"
urlpatterns = [
    path("embed.js", embed.script, name="embed"),
    path("f/<slug:slug>/thanks", forms.thanks, name="form_thanks"),
    path("f/<slug:slug>/begun", forms.begun, name="form_begun"),
    path("f/<slug:slug>/cover/<str:code>", covers.cover, name="form_cover"),
    path("f/<path:slug>", forms.hosted, name="form"),
    path("l/<path:code>", entry.opened, name="entry_link"),
    path("t/<path:code>", links.opened, name="link"),
    path("u/<path:token>", withdrawal.withdraw, name="withdrawal"),
]
