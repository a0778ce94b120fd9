"""Every table that points to a contact says how it fares in a merge."""

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from contacts.models import Contact
from scrm.flows.merge_tables import RULES, merge_tables, pointers

NOT_CONTACTS = {
    "contacts.reveal.subject": "an identity or an arrival",
    "accounts.auditanchor.owner": "whose chain",
    "campaigns.breaker.probe_token": "a worker's token",
    "campaigns.touchpoint.token": "a worker's token",
    "exchange.jobchange.subject": "what a job gave to somebody; whoever was merged since stays with them",
    "exchange.jobchange.before": "whose it was",
    "exchange.jobchange.after": "whose it is",
    "exchange.job.token": "a worker's token",
    "exchange.webhook.token": "a worker's token",
    "exchange.inboxmessage.lead_ids": "leads, which go along with their contact",
    "contacts.contactmerge.folded_id": "somebody who is no contact until the merge is taken back",
    "contacts.companymerge.people": "who moved with a company; who was merged meanwhile stays with the other one",
    "contacts.companymerge.parts": "companies",
    "contacts.companymerge.second_names": "companies",
    "contacts.companymerge.opportunities": "opportunities",
    "contacts.duplicatesearch.after": "an identity",
    "lifecycle.stage.moves_to": "stages",
    "leads.poolpolicy.looked_to": "how far a look over all contacts has come",
    "audiences.bitchunk.key": "a tag, stage, owner or source",
    "audiences.bitnote.contact_id": "of whom something changed; of somebody who is gone it says just that",
    "audiences.segmentcheck.contact_ids": "a moment of waiting: a merge has both looked at again",
    "lifecycle.stagerule.looked_to": "how far a look has come, in the order of ids; nobody is asked for by it",
    "commerce.tierscheme.placed_to": "how far a filling has come, in the order of ids; nobody is asked for by it",
    "alerts.alert.subject_id": "what an alert is about: an old id leads on to whoever it is now",
}
"""Columns of UUIDs that are no foreign keys. One that means a contact has to become one, or the merge misses it."""


def test_every_table_that_points_to_a_contact_is_declared():
    assert set(pointers()) == set(RULES)
    assert len(merge_tables()) == len(RULES)


def test_no_column_means_a_contact_without_pointing_to_it():
    loose = {
        f"{model._meta.label_lower}.{each.name}"
        for model in apps.get_models()
        if model._meta.app_config.path.startswith(str(apps.get_app_config("contacts").path).removesuffix("contacts"))
        for each in model._meta.concrete_fields
        if not each.primary_key and _is_uuid(each) and "site-packages" not in model._meta.app_config.path
    }

    assert loose - set(NOT_CONTACTS) == {
        "tenants.tenant.uuid",
        "tenants.tenant.key_uuid",
        "tenants.releaseddomain.tenant_uuid",
    }


def _is_uuid(field: models.Field) -> bool:
    inner = field.base_field if isinstance(field, ArrayField) else field
    return isinstance(inner, models.UUIDField) and not field.is_relation


def test_contact_has_no_column_whose_merge_was_not_thought_of():
    """A value that is computed from another one must be computed anew when a merge chooses that."""
    assert {each.column for each in Contact._meta.concrete_fields} == {
        *("id", "name", "company_id", "owner_id", "city", "country", "zone", "language", "note"),
        *(
            "created_at",
            "updated_at",
            "erased_at",
            "was_reachable",
            "job_title",
            "company_role",
            "fields",
            "search_keys",
        ),
    }
