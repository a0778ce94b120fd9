"""Contacts merged and taken apart through the API; an old id leads on."""

from contacts.models import Contact, ContactMerge, DuplicatePair
from scrm.core import clock
from tests.api.conftest import Caller
from tests.factories import make_contact


def test_contacts_are_merged_and_taken_apart(system):
    stays, goes = make_contact("Lin"), make_contact("Mo")

    answer = system.post(f"contacts/{stays.pk}/merge", {"other": str(goes.pk), "keep": {"name": "folded"}})

    assert (answer.status_code, answer.json()["merged"]) == (200, str(goes.pk))
    stays.refresh_from_db()
    assert stays.name == "Mo"
    old = system.get(f"contacts/{goes.pk}")
    assert (old.status_code, old["Location"]) == (307, f"/api/v1/contacts/{stays.pk}")
    back = system.post(f"contacts/{stays.pk}/unmerge", {})
    assert (back.status_code, back.json()["unmerged"]) == (200, str(goes.pk))
    assert system.get(f"contacts/{goes.pk}").json()["name"] == "Mo"
    assert system.post(f"contacts/{stays.pk}/unmerge", {}).status_code == 422


def test_merge_of_nobody_or_by_a_wrong_word_changes_nothing(system):
    stays, goes = make_contact("Lin"), make_contact("Mo")

    for body in ({"other": str(stays.pk)}, {"other": str(goes.pk), "keep": {"id": "folded"}}, {"other": "x"}, {}):
        assert system.post(f"contacts/{stays.pk}/merge", body).status_code == 422

    assert not ContactMerge.objects.exists()
    assert Contact.objects.count() == 2


def test_and_cai_and_ben_merge_nobody(acme, ben, cai, system):
    stays, goes = make_contact("Lin", owner=ben), make_contact("Mo", owner=ben)
    body = {"other": str(goes.pk)}

    assert cai.post(f"contacts/{stays.pk}/merge", body).status_code == 404
    assert Caller(acme, user=ben).post(f"contacts/{stays.pk}/merge", body).status_code == 403
    assert not ContactMerge.objects.exists()


def test_suggestion_is_listed_until_somebody_says_they_are_two(system):
    first, second = make_contact("Lin"), make_contact("Lin")
    pair = DuplicatePair.objects.create(
        first=first, second=second, reason="name_tail", confidence=60, found_at=clock.now()
    )

    [told] = system.get("merge-suggestions").json()["results"]
    assert told["contacts"] == [str(first.pk), str(second.pk)]
    assert system.post(f"merge-suggestions/{pair.pk}", {"distinct": True}).json()["state"] == "distinct"
    assert system.get("merge-suggestions").json()["results"] == []
