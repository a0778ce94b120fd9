"""Addresses of tags: the taxonomy, its files, rules, and work on many contacts."""

from django.urls import path

from scrm.web.ops import tag_files, tag_places, tag_points, tag_rules, tag_runs, tags

urlpatterns = [
    path("tags/", tags.tag_list, name="tag_list"),
    path("tags/new/", tags.tag_create, name="tag_create"),
    path("tags/categories/new/", tag_places.category_create, name="tag_category_create"),
    path("tags/categories/<uuid:category_id>/", tag_places.category, name="tag_category_edit"),
    path("tags/categories/<uuid:category_id>/remove/", tag_places.category_remove, name="tag_category_remove"),
    path("tags/categories/<uuid:category_id>/order/", tag_places.group_order, name="tag_group_order"),
    path("tags/groups/new/", tag_places.group_create, name="tag_group_create"),
    path("tags/groups/<uuid:group_id>/", tag_places.group, name="tag_group_edit"),
    path("tags/groups/<uuid:group_id>/remove/", tag_places.group_remove, name="tag_group_remove"),
    path("tags/groups/<uuid:group_id>/order/", tag_places.tag_order, name="tag_order"),
    path("tags/groups/<uuid:group_id>/points/", tag_points.points, name="tag_points"),
    path("tags/groups/<uuid:group_id>/points/save/", tag_points.save, name="tag_points_save"),
    path("tags/groups/<uuid:group_id>/points/switch/", tag_points.switch, name="tag_points_switch"),
    path("tags/groups/<uuid:group_id>/points/signals/", tag_points.signal, name="tag_points_signal"),
    path(
        "tags/groups/<uuid:group_id>/points/signals/<uuid:signal_id>/remove/",
        tag_points.signal_remove,
        name="tag_points_signal_remove",
    ),
    path("tags/starters/", tag_files.starters, name="tag_starter_list"),
    path("tags/starters/copy/", tag_files.starter, name="tag_starter"),
    path("tags/import/", tag_files.take, name="tag_import"),
    path("tags/export/", tag_files.export, name="tag_export"),
    path("tags/rules/", tag_rules.index, name="tag_rule_list"),
    path("tags/rules/new/", tag_rules.create, name="tag_rule_create"),
    path("tags/rules/<uuid:rule_id>/", tag_rules.detail, name="tag_rule_detail"),
    path("tags/rules/<uuid:rule_id>/edit/", tag_rules.edit, name="tag_rule_edit"),
    path("tags/rules/<uuid:rule_id>/switch/", tag_rules.switch, name="tag_rule_switch"),
    path("tags/many/", tag_runs.many, name="tag_many"),
    path("tags/runs/<uuid:job_id>/", tag_runs.detail, name="tag_run"),
    path("tags/runs/<uuid:job_id>/progress/", tag_runs.progress, name="tag_run_progress"),
    path("tags/runs/<uuid:job_id>/cancel/", tag_runs.cancel, name="tag_run_cancel"),
    path("tags/runs/<uuid:job_id>/undo/", tag_runs.undo, name="tag_run_undo"),
    path("tags/<uuid:tag_id>/", tags.tag_edit, name="tag_edit"),
    path("tags/<uuid:tag_id>/merge/", tags.tag_merge, name="tag_merge"),
    path("tags/<uuid:tag_id>/archive/", tags.tag_archive, name="tag_archive"),
    path("tags/<uuid:tag_id>/restore/", tags.tag_restore, name="tag_restore"),
]
