"""Customers who are one person, in the dashboard: the queue, both beside each other, merge and take back."""

import pytest

from accounts.models import AuditEntry
from contacts.models import Contact, ContactMerge, DuplicatePair, IdentityRule
from contacts.selectors.recognition import recognition_rules
from contacts.services import save_field
from scrm.core import clock
from scrm.flows.contact_merge import contacts_merged
from tests.factories import give_email, make_contact
from tests.web.ops.conftest import Desk


@pytest.fixture
def pair(tenant, ben) -> tuple[Contact, Contact]:
    stays, goes = make_contact("Lin", owner=ben, city="Suzhou"), make_contact("Lin Dai", owner=ben, note="Likes tea")
    give_email(goes, "lin@example.com")
    return stays, goes


def merge(stays: Contact, goes: Contact) -> ContactMerge:
    return contacts_merged(stays.pk, goes.pk, by=None, now=clock.now())


def alike(pair) -> DuplicatePair:
    found = {"reason": "taken", "kind": "email", "hint": "l***@example.com", "confidence": 75}
    return DuplicatePair.objects.create(first=pair[0], second=pair[1], found_at=clock.now(), **found)


def test_two_are_found_looked_at_merged_and_taken_apart(tenant, ada, pair):
    desk, (stays, goes) = Desk(tenant, ada), pair

    found = desk.post(f"/contacts/{stays.pk}/merge/", {"q": "Lin Dai"})
    assert f"/contacts/{stays.pk}/merge/{goes.pk}/" in found.content.decode()
    preview = desk.get(f"/contacts/{stays.pk}/merge/{goes.pk}/").content.decode()
    assert "Likes tea" in preview
    assert "lin@example.com" not in preview
    merged = desk.post(f"/contacts/{stays.pk}/merge/{goes.pk}/", {"keep-name": "folded", "keep-note": "both"})
    assert merged.url == f"/contacts/{stays.pk}/"
    stays.refresh_from_db()
    assert (stays.name, stays.city, stays.note) == ("Lin Dai", "Suzhou", "Likes tea")
    assert desk.get(f"/contacts/{goes.pk}/").url == f"/contacts/{stays.pk}/"
    part = desk.get(f"/contacts/{stays.pk}/merges/").content.decode()
    record = ContactMerge.objects.get()
    assert f"/contacts/{stays.pk}/merges/{record.pk}/" in part
    assert "Lin Dai" in desk.get(f"/contacts/{stays.pk}/merges/{record.pk}/").content.decode()
    back = desk.post(f"/contacts/{stays.pk}/merges/{record.pk}/")
    assert back.url == f"/contacts/{goes.pk}/"
    stays.refresh_from_db()
    assert stays.name == "Lin"
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"contact.merged", "contact.unmerged"}


def test_preview_says_custom_fields_in_words_as_the_role_sees_them(tenant, ada, pair):
    stays, goes = pair
    now, choices = clock.now(), ["Red", "Blue"]
    save_field(field=None, kind="choice", label="Colour", choices=choices, by=None, now=now)
    save_field(field=None, kind="money", label="Budget", by=None, now=now)
    save_field(field=None, kind="text", label="Hush", layout={ada.role: "hidden"}, by=None, now=now)
    Contact.objects.filter(pk=stays.pk).update(fields={"colour": "c1", "budget": "1200", "hush": "psst"})
    Contact.objects.filter(pk=goes.pk).update(fields={"colour": "c2", "budget": "1200"})

    fields = {each.name: each for each in _preview(tenant, ada, pair).context["foreseen"].fields}
    Contact.objects.filter(pk=goes.pk).update(fields={"colour": "c1", "budget": "1200"})
    alike = {each.name for each in _preview(tenant, ada, pair).context["foreseen"].fields}

    assert (fields["fields"].own, fields["fields"].other) == ("Colour: Red", "Colour: Blue")
    assert (fields["fields"].chosen, fields["fields"].can_be_both) == ("both", True)
    assert "fields" not in alike


def _preview(tenant, ada, pair):
    return Desk(tenant, ada).get(f"/contacts/{pair[0].pk}/merge/{pair[1].pk}/")


def test_ben_may_not_merge_and_cai_finds_nobody(tenant, ben, cais_desk, pair):
    stays, goes = pair
    merged = f"/contacts/{stays.pk}/merge/{goes.pk}/"

    assert Desk(tenant, ben).post(merged).status_code in (302, 403)
    assert cais_desk.post(merged).status_code in (302, 404)
    assert Contact.objects.filter(pk=goes.pk).exists()


def test_manager_merges_nobody_out_of_reach(tenant, ada, pair):
    other = make_contact("Elsewhere")

    assert Desk(tenant, ada).get(f"/contacts/{pair[0].pk}/merge/{other.pk}/").status_code == 404
    assert Desk(tenant, ada).post(f"/contacts/{pair[0].pk}/merge/{other.pk}/").status_code == 404
    assert Contact.objects.filter(pk=other.pk).exists()


def test_old_address_leads_only_whom_the_survivor_may_see(tenant, ada, ben, pair):
    stays, goes = pair
    merge(stays, goes)
    Contact.objects.filter(pk=stays.pk).update(owner=None)

    assert Desk(tenant, ada).get(f"/contacts/{goes.pk}/").status_code == 404


def test_queue_shows_both_sides_and_keeps_a_word_that_they_are_two(tenant, ada, pair):
    desk, found = Desk(tenant, ada), alike(pair)

    page = desk.get("/contacts/duplicates/").content.decode()
    assert page.index("Lin</span>") < page.index("Lin Dai")
    desk.post(f"/contacts/duplicates/{found.pk}/", {"distinct": "yes"})
    found.refresh_from_db()
    assert (found.state, found.decided_by) == ("distinct", ada)
    assert "Lin Dai" not in desk.get("/contacts/duplicates/").content.decode()
    desk.post(f"/contacts/duplicates/{found.pk}/", {"distinct": "no"})
    found.refresh_from_db()
    assert (found.state, found.decided_by) == ("open", None)


def test_pair_with_one_out_of_reach_is_not_shown(tenant, ada, ben):
    found = alike((make_contact("Near", owner=ben), make_contact("Far")))

    assert "Near" not in Desk(tenant, ada).get("/contacts/duplicates/").content.decode()
    assert Desk(tenant, ada).post(f"/contacts/duplicates/{found.pk}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_costs_the_same_for_any_length(tenant, ada, ben, django_assert_max_num_queries, rows):
    for number in range(rows):
        alike((make_contact(f"A{number}", owner=ben), make_contact(f"B{number}", owner=ben)))
    desk = Desk(tenant, ada)
    desk.get("/contacts/duplicates/")

    with django_assert_max_num_queries(20):
        desk.get("/contacts/duplicates/")


def test_kinds_are_ordered_and_given_a_confidence(desk):
    kinds = [rule.kind for rule in recognition_rules()]
    said = dict.fromkeys(kinds, "60")

    desk.post("/settings/recognition/", {**said, "kind": kinds, "up": "email"})
    assert [rule.kind for rule in recognition_rules()][-2:] == ["email", "phone"]
    assert set(IdentityRule.objects.values_list("confidence", flat=True)) == {60}

    assert desk.post("/settings/recognition/", {**said, "email": "0", "kind": kinds}).status_code == 422
    desk.post("/settings/recognition/", {**said, "kind": kinds, "action": "reset"})
    assert not IdentityRule.objects.exists()
