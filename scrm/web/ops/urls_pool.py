"""Addresses of the public pool."""

from django.urls import path

from scrm.web.ops import pool, pool_rules

urlpatterns = [
    path("pool/", pool.index, name="pool_list"),
    path("pool/assign/", pool.assign, name="pool_assign"),
    path("pool/<uuid:pooled_id>/claim/", pool.claim, name="pool_claim"),
    path("contacts/<uuid:contact_id>/pool/", pool.release, name="contact_release"),
    path("pool/rules/", pool_rules.index, name="pool_rules"),
    path("pool/rules/save/", pool_rules.policy, name="pool_policy"),
    path("pool/rules/new/", pool_rules.create, name="pool_rule_create"),
    path("pool/rules/<uuid:pool_rule_id>/", pool_rules.edit, name="pool_rule_edit"),
    path("pool/rules/<uuid:pool_rule_id>/switch/", pool_rules.switch, name="pool_rule_switch"),
]
