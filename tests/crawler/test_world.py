"""The twins hold a row of every table, and every text field a word of its own."""

from django_tenants.utils import tenant_context

from tests.crawler.canaries import OWNERS, models_without_rows, personal_models, room_models, text_fields


def test_every_table_of_a_business_has_rows(twins):
    for world in (twins.a, twins.b):
        with tenant_context(world.tenant):
            assert models_without_rows() == set(), "Give it a row in tests/crawler/world.py."


def test_every_text_field_holds_its_row_s_word(twins):
    with tenant_context(twins.a.tenant):
        bare = {
            f"{model._meta.label_lower}.{each.name}"
            for model in room_models()
            for each in text_fields(model)
            for text in model._default_manager.values_list(each.name, flat=True)
            if text and not twins.canaries.found_in(text)
        }

    assert bare == set()


def test_every_personal_table_leads_to_who_is_in_charge():
    assert set(personal_models()) - set(OWNERS) == set()


def test_people_of_both_have_equal_keys_and_hashes(twins):
    for name, user in twins.a.users.items():
        assert (user.pk, user.password) == (twins.b.users[name].pk, twins.b.users[name].password)
