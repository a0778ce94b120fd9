"""P2, E1, E3. What could reach past a tenant stands in few files, and each has a test with two tenants.

Raw SQL, a schema by its name, what a process remembers, and what is signed: who adds to these lists adds the test.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT, Module, called, calls, imports, product

REFUSED = "tests/tenancy/test_roles.py::test_role_is_refused_every_table_of_another_tenant"
"""For SQL of the platform or about schemas themselves, no tenant's role comes into it; for all else, it decides."""

RAW: dict[str, str] = {
    "accounts/queries.py": "tests/accounts/test_audit.py::test_chain_of_another_tenant_does_not_fit",
    "accounts/duty_queries.py": "tests/flows/test_arrival.py::test_and_cai_sees_nothing_of_it",
    "analytics/figure_queries.py": "tests/web/ops/test_sources.py::test_and_cai_sees_and_merges_nothing_of_it",
    "analytics/card_queries.py": "tests/analytics/test_cards.py::test_other_business_sees_nothing",
    "analytics/queries.py": "tests/analytics/test_reports.py::test_other_business_counts_nothing",
    "audiences/bit_fold_queries.py": "tests/audiences/test_bits.py::test_bits_of_another_business_are_not_counted",
    "audiences/bit_queries.py": "tests/audiences/test_bits.py::test_bits_of_another_business_are_not_counted",
    "audiences/queries.py": "tests/audiences/test_segments.py::test_other_business_sees_no_segment",
    "audiences/check_queries.py": "tests/flows/test_audience.py::test_and_cai_s_segments_look_at_none_of_ours",
    "events/queries.py": "tests/flows/test_arrival.py::test_and_cai_sees_nothing_of_it",
    "lifecycle/queries.py": "tests/flows/test_arrival.py::test_and_cai_sees_nothing_of_it",
    "commerce/tier_queries.py": "tests/flows/test_tiers.py::test_and_cai_has_none_of_it",
    "commerce/rfm_queries.py": "tests/flows/test_order_undo.py::test_and_cai_sees_nothing_of_it",
    "commerce/queries.py": "tests/flows/test_purchase.py::test_and_cai_keeps_another_order_of_that_number",
    "campaigns/queries.py": "tests/campaigns/test_ledger.py::test_other_tenant_sees_none_of_it",
    "contacts/duplicate_queries.py": "tests/flows/test_duplicates.py::test_and_cai_is_no_likeness_of_anybody",
    "contacts/finding_queries.py": "tests/contacts/test_search.py::test_cai_finds_nothing_of_it",
    "contacts/merge_queries.py": "tests/flows/test_contact_merge.py::test_and_cai_keeps_what_is_theirs",
    "contacts/queries.py": "tests/flows/test_arrival.py::test_and_cai_sees_nothing_of_it",
    "exchange/queries.py": "tests/flows/test_lead_import.py::test_other_tenant_sees_nothing",
    "leads/finding_queries.py": "tests/contacts/test_search.py::test_cai_finds_nothing_of_it",
    "leads/form_queries.py": "tests/web/test_public_visits.py::test_visit_of_cai_s_form_counts_there_alone",
    "leads/source_queries.py": "tests/web/ops/test_sources.py::test_and_cai_sees_and_merges_nothing_of_it",
    "leads/queries.py": "tests/flows/test_progress.py::test_leads_of_another_tenant_are_not_reassigned",
    "tagging/score_queries.py": "tests/tagging/test_scoring.py::test_another_business_is_not_counted",
    "tagging/points_queries.py": "tests/flows/test_tag_points.py::test_and_cai_counts_nothing_of_it",
    "tagging/rule_queries.py": "tests/flows/test_tag_rules.py::test_and_cai_s_people_are_not_asked_about",
    "tagging/queries.py": "tests/api/test_contacts.py::test_contact_beyond_reach_is_not_tagged",
    "scheduler/queries.py": "tests/tenancy/test_roles.py::test_role_sees_its_own_rows_of_public_tables",
    "scrm/core/bulk.py": "tests/flows/test_lead_import.py::test_other_tenant_sees_nothing",
    "scrm/core/clock.py": REFUSED,
    "scrm/core/copying.py": "tests/flows/test_lead_import.py::test_other_tenant_sees_nothing_of_what_is_copied",
    "scrm/core/postgres/base.py": "tests/tenancy/test_roles.py::test_role_goes_with_the_search_path",
    "scrm/core/postgres/checks.py": "tests/tenancy/test_roles.py::test_check_warns_of_a_role_that_nothing_holds_back",
    "scrm/core/postgres/pooling.py": "tests/faults/test_pooling.py::test_pooler_in_transaction_mode_is_refused",
    "scrm/core/postgres/roles.py": REFUSED,
    "scrm/demo/queries.py": REFUSED,
    "scrm/core/postgres/statements.py": "tests/core/test_statements.py::test_and_cai_is_asked_what_is_hers",
    "scrm/core/rows.py": "tests/flows/test_assignment.py::test_and_cai_has_rules_of_their_own",
    "scrm/embedded/postgres.py": REFUSED,
    "scrm/worker/bell.py": "tests/tenancy/test_caches.py::test_every_key_names_its_tenant",
    "scrm/flows/pool_queries.py": "tests/flows/test_recycling.py::test_and_cai_s_customers_are_not_looked_at",
    "scrm/flows/personal/queries.py": "tests/flows/test_erasure.py::test_and_cai_s_person_is_not_there_to_be_erased",
    "scrm/management/commands/reset_second_factors.py": REFUSED,
    "tenants/migrating/queries.py": REFUSED,
    "tenants/migrating/run.py": REFUSED,
    "tenants/portable/queries.py": "tests/tenants/test_carrying.py::test_copy_is_somebody_else_who_knows_the_same",
    "tenants/queries.py": "tests/tenants/test_clone.py::test_new_row_of_a_clone_meets_no_row_of_its_template",
    "tenants/removal/queries.py": "tests/tenants/test_removal.py::test_nothing_is_left_of_a_removed_tenant",
    "operations/backup/queries.py": REFUSED,
    "operations/queries.py": REFUSED,
    "operations/reference_queries.py": REFUSED,
}

REMEMBERS: dict[str, str] = {
    "campaigns/channels/__init__.py": "one object per channel, made from settings",
    "contacts/field_facts.py": "pure: the fact of a field, by its code and shape; two businesses may share it",
    "contacts/finding/sounds.py": "pure: how characters are read",
    "contacts/normalise.py": "pure: a number of a region to show as an example",
    "exchange/shared_strings.py": "the texts of one open workbook, gone with it",
    "exchange/shown_numbers.py": "pure: what a number format means",
    "commerce/files/readings.py": "pure: what a text of a file reads as",
    "leads/row_reading.py": "pure: what a text of a file reads as",
    "leads/regions.py": "where Chinese numbers were sold, from a file of ours",
    "scrm/api/schema.py": "the API's own description",
    "scrm/core/bulk.py": "columns of a model",
    "scrm/core/crypto.py": "keys by the UUID and the master keys that they follow from",
    "scrm/core/rows.py": "columns of a model",
    "scrm/core/instants.py": "pure: instants of dates and zones",
    "scrm/web/rep/shell.py": "the phone's script",
    "tagging/score_queries.py": "a statement of the program's own words, without its values",
    "scrm/web/trail.py": "the tables that a statement of the program writes to, without what it writes",
    "scrm/web/templatetags/ui.py": "where the icons lie",
    "tenants/migrating/pending.py": "migrations on disk",
}
"""Files with a cached function, and why nothing of a tenant is in it."""

_CACHES = {"functools.cache", "functools.lru_cache"}
_RAW = {"raw", "extra", "RawSQL", "cursor", "stored_rows", "set_schema", "set_tenant"}


def reaching(module: Module) -> Iterator[ast.Call]:
    """Calls that speak SQL or name a schema; to step out to `public` is open to all."""
    for call in calls(module.tree):
        name = called(call)
        named = name == "schema_context" and ast.unparse(call) != "schema_context('public')"
        opened = name in {"copy", "connect"} and ast.unparse(call.func) in {"connection.copy", "psycopg2.connect"}
        if name in _RAW or named or opened:
            yield call


def remembering(module: Module) -> Iterator[ast.AST]:
    """Functions whose answers a process keeps."""
    bare = {what for _node, where, what in imports(module.tree) if where == "functools"} & {"cache", "lru_cache"}
    for node in ast.walk(module.tree):
        is_bare = isinstance(node, ast.Name) and node.id in bare
        if is_bare or (isinstance(node, ast.Attribute) and ast.unparse(node) in _CACHES):
            yield node


def sharing(module: Module) -> Iterator[str]:
    """A schema's context as a decorator keeps the tenant to go back to in itself, for all threads."""
    for node in ast.walk(module.tree):
        for mark in getattr(node, "decorator_list", []):
            if isinstance(mark, ast.Call) and called(mark) in {"schema_context", "tenant_context"}:
                yield module.offence(node, "enters a schema by decorator: use `with`, or on_platform()")


def signing(module: Module) -> Iterator[str]:
    """A bare signature is good in every tenant."""
    if module.path == "scrm/core/signing.py":
        return
    for node, where, what in imports(module.tree):
        if (where, what) == ("django.core", "signing") or where.startswith("django.core.signing"):
            yield module.offence(node, "signs for the whole installation: use tenant_signer()")
    for call in calls(module.tree):
        if called(call) in {"set_signed_cookie", "get_signed_cookie"}:
            yield module.offence(call, "signs a cookie for the whole installation")


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (reaching, "Lead.objects.raw('SELECT 1')"),
        (reaching, "Lead.objects.extra(where=['1=1'])"),
        (reaching, "connection.set_schema('beta')"),
        (reaching, "with schema_context(name): pass"),
        (reaching, "with connection.cursor() as cursor: pass"),
        (remembering, "from functools import cache\n@cache\ndef names(): ..."),
        (remembering, "import functools\n@functools.lru_cache\ndef names(): ..."),
        (sharing, "@schema_context('public')\ndef claim(): ..."),
        (signing, "from django.core import signing"),
        (signing, "from django.core.signing import dumps"),
        (signing, "answer.set_signed_cookie('a', 'b')"),
    ],
)
def test_checker_finds_what_is_planted(check, text):
    assert list(check(Module("leads/x.py", text)))


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (reaching, "with schema_context('public'): pass"),
        (reaching, "with tenant_context(tenant): pass"),
        (remembering, "from django.core.cache import cache\ncache.get('x')"),
        (sharing, "@on_platform()\ndef claim(): ..."),
        (signing, "from scrm.core.signing import tenant_signer"),
    ],
)
def test_checker_leaves_the_innocent_alone(check, text):
    assert list(check(Module("leads/x.py", text))) == []


def test_files_that_reach_past_the_orm_are_listed():
    assert {module.path for module in product() if any(reaching(module))} == set(RAW)


def test_files_that_remember_are_listed():
    assert {module.path for module in product() if any(remembering(module))} == set(REMEMBERS)


def test_nothing_is_shared_or_signed_for_everybody():
    assert [offence for module in product() for check in (sharing, signing) for offence in check(module)] == []


@pytest.mark.parametrize("path", RAW)
def test_listed_file_has_its_test_with_two_tenants(path):
    where, _, name = RAW[path].partition("::")

    assert f"def {name}(" in (ROOT / where).read_text(encoding="utf-8")
