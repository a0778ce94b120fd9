"""The taxonomy through the API: read whole, written whole, and what is wrong named."""

import pytest

from tagging.models import Tag
from tests.api.conftest import Caller, make_caller
from tests.api.test_leads import errors_of
from tests.factories import make_user

DRY = {"code": "dry", "name": "Dry", "colour": "amber", "description": "Tight after washing"}
SKIN = {"name": "Skin", "kind": "attribute", "groups": [{"name": "Type", "exclusive": True, "tags": [DRY]}]}


def test_what_is_put_is_read_again_and_put_twice_it_is_nothing(system):
    foreseen = system.put("taxonomy", {"categories": [SKIN], "dry_run": True}).json()
    assert not Tag.objects.exists()
    taken = system.put("taxonomy", {"categories": [SKIN]}).json()

    assert foreseen["steps"] == taken["steps"]
    assert [step["act"] for step in taken["steps"]] == ["category", "group", "tag"]
    assert system.get("taxonomy").json() == {"categories": [SKIN]}
    assert system.put("taxonomy", {"categories": [SKIN]}).json() == {"dry_run": False, "steps": []}
    assert system.get("tags").json()["results"][0]["description"] == "Tight after washing"


@pytest.mark.parametrize(
    "groups",
    [
        [{"name": "Type", "tags": [DRY, DRY]}],
        [{"name": "Type", "tags": [DRY, {**DRY, "code": "dry-2"}]}],
        [{"name": "Type", "tags": [DRY]}, {"name": "Type", "exclusive": True, "tags": []}],
        [{"name": "Type", "tags": [{**DRY, "code": "not a code"}]}],
        [{"name": "Type", "tags": [{**DRY, "colour": "plaid"}]}],
        [{"name": "Type"}],
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(system, groups):
    answer = system.put("taxonomy", {"categories": [{**SKIN, "groups": groups}]})

    assert answer.status_code == 422
    assert errors_of(answer)[0][0].startswith("categories")
    assert not Tag.objects.exists()


def test_who_only_tags_people_makes_no_tags(acme, ben):
    assert Caller(acme, user=ben).put("taxonomy", {"categories": [SKIN]}).status_code == 403
    assert Caller(acme, user=make_user("eve", "manager")).put("taxonomy", {"categories": [SKIN]}).status_code == 403
    assert make_caller(acme, "leads:read").put("taxonomy", {"categories": [SKIN]}).status_code == 403
    assert not Tag.objects.exists()


def test_and_cai_has_tags_of_their_own(system, cai):
    system.put("taxonomy", {"categories": [SKIN]})

    assert cai.get("taxonomy").json() == {"categories": []}
