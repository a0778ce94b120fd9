"""Addresses of the dashboard."""

from scrm.web.ops import (
    urls_assignment,
    urls_forms,
    urls_growth,
    urls_lifecycle,
    urls_links,
    urls_merges,
    urls_outreach,
    urls_pool,
    urls_privacy,
    urls_sources,
    urls_story,
    urls_tags,
    urls_webhooks,
)

app_name = "ops"
urlpatterns = [
    *urls_growth.urlpatterns,
    *urls_assignment.urlpatterns,
    *urls_forms.urlpatterns,
    *urls_lifecycle.urlpatterns,
    *urls_links.urlpatterns,
    *urls_merges.urlpatterns,
    *urls_outreach.urlpatterns,
    *urls_pool.urlpatterns,
    *urls_privacy.urlpatterns,
    *urls_sources.urlpatterns,
    *urls_story.urlpatterns,
    *urls_tags.urlpatterns,
    *urls_webhooks.urlpatterns,
]
