"""People through the API: masked, within reach, tagged once."""

import pytest

from accounts.models import AuditEntry
from exchange.enums import ApiScope
from tagging.models import Tag, TagAssignment, TagCategory, TagGroup
from tests.api.conftest import Caller, make_caller
from tests.factories import give_email, make_contact


@pytest.fixture
def vip(acme):
    group = TagGroup.objects.create(category=TagCategory.objects.create(name="Value"), name="Tier")
    return Tag.objects.create(group=group, code="vip", name="VIP")


def test_contact_shows_identities_masked(system):
    contact = make_contact("Lin")
    give_email(contact, "lin.daiyu@example.com")

    answer = system.get(f"contacts/{contact.pk}")

    assert answer.status_code == 200
    told = answer.json()
    assert [each["kind"] for each in told["identities"]] == ["email"]
    assert "lin.daiyu@example.com" not in answer.content.decode()
    assert set(told) >= {"tags", "stages", "do_not_contact"}


def test_contacts_stay_within_reach(acme, ben, system, cai):
    of_ben, other = make_contact("Lin", owner=ben), make_contact("Wu")
    rep = Caller(acme, user=ben)

    assert [row["id"] for row in rep.get("contacts").json()["results"]] == [str(of_ben.pk)]
    assert rep.get(f"contacts/{other.pk}").status_code == 404
    assert system.get(f"contacts/{other.pk}").status_code == 200
    assert cai.get(f"contacts/{other.pk}").status_code == 404
    assert cai.get("contacts").json()["results"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_contact_list_costs_the_same_for_any_length(system, django_assert_num_queries, rows):
    for n in range(rows):
        give_email(make_contact(str(n)), f"{n}@example.com")
    system.get("contacts")

    with django_assert_num_queries(7):
        system.get("contacts")


def test_tag_is_given_and_taken_once(system, vip):
    contact = make_contact("Lin")

    given = system.post(f"contacts/{contact.pk}/tags", {"tags": ["vip"]}).json()
    again = system.post(f"contacts/{contact.pk}/tags", {"tags": ["vip"]}).json()

    assert (given["changed"], again["changed"]) == (1, 0)
    assert [tag["code"] for tag in again["tags"]] == ["vip"]
    assert TagAssignment.objects.get().source == "api"
    taken = system.delete(f"contacts/{contact.pk}/tags/vip").json()
    assert taken == {"changed": 1, "tags": []}
    assert system.delete(f"contacts/{contact.pk}/tags/vip").json()["changed"] == 0


def test_tag_given_by_a_person_names_them(acme, ada, ben, vip):
    contact = make_contact("Lin", owner=ben)

    answer = Caller(acme, user=ada).post(f"contacts/{contact.pk}/tags", {"tags": ["vip"]})

    assert answer.status_code == 200
    assert TagAssignment.objects.get().by == ada
    assert AuditEntry.objects.get(action="tag.given").actor == ada


def test_unknown_tag_is_refused_and_nothing_is_given(system, vip):
    contact = make_contact("Lin")

    answer = system.post(f"contacts/{contact.pk}/tags", {"tags": ["vip", "odd"]})

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_tag"]
    assert TagAssignment.objects.count() == 0


def test_contact_beyond_reach_is_not_tagged(acme, ben, cai, vip):
    contact = make_contact("Wu")

    for caller in (Caller(acme, user=ben), cai):
        assert caller.post(f"contacts/{contact.pk}/tags", {"tags": ["vip"]}).status_code == 404
        assert caller.delete(f"contacts/{contact.pk}/tags/vip").status_code == 404
    assert TagAssignment.objects.count() == 0


def test_reader_may_not_tag(acme, vip):
    contact = make_contact("Lin")

    answer = make_caller(acme, ApiScope.LEADS_READ).post(f"contacts/{contact.pk}/tags", {"tags": ["vip"]})

    assert answer.status_code == 403
    assert TagAssignment.objects.count() == 0


def test_tags_are_listed_with_their_group(system, cai, vip):
    assert [(row["code"], row["group"]) for row in system.get("tags").json()["results"]] == [("vip", "Tier")]
    assert cai.get("tags", code="vip").json()["results"] == []
