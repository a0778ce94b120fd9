"""Addresses of sources, their costs, and reviews."""

from django.urls import path

from scrm.web.ops import review_leads, reviews, source_costs, sources

urlpatterns = [
    path("sources/", sources.index, name="source_list"),
    path("sources/new/", sources.create, name="source_create"),
    path("sources/costs/import/", source_costs.import_costs, name="source_costs_import"),
    path("sources/<uuid:source_id>/", sources.detail, name="source_detail"),
    path("sources/<uuid:source_id>/archive/", sources.archive, name="source_archive"),
    path("sources/<uuid:source_id>/merge/", sources.merge, name="source_merge"),
    path("sources/<uuid:source_id>/merges/<uuid:merge_id>/undo/", sources.undo, name="source_merge_undo"),
    path("sources/<uuid:source_id>/cost/", sources.set_cost, name="source_set_cost"),
    path("sources/<uuid:source_id>/cost/remove/", source_costs.remove_cost, name="source_remove_cost"),
    path("reviews/", reviews.index, name="review_list"),
    path("reviews/new/", reviews.create, name="review_create"),
    path("reviews/import/", reviews.import_reviews, name="review_import"),
    path("reviews/<uuid:review_id>/", reviews.detail, name="review_detail"),
    path("reviews/<uuid:review_id>/settle/", reviews.settle, name="review_settle"),
    path("reviews/<uuid:review_id>/plan/", reviews.plan, name="review_plan"),
    path("reviews/<uuid:review_id>/leads/", review_leads.find, name="review_find_leads"),
    path("reviews/<uuid:review_id>/link/", review_leads.link, name="review_link_lead"),
]
