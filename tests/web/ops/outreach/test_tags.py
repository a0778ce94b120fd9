"""Pages of tags: by trade, by file, in order, merged; a rule tried out; a tag for a list."""

import io
import json

import pytest
from django.urls import reverse

from audiences.services import save_segment
from exchange.models import Job, JobChange
from scrm.core import clock
from tagging.models import Tag, TagGroup, TagRule
from tests.factories import make_contact
from tests.flows.tagging_world import BERLIN, make_rule, make_tags


@pytest.fixture
def tags(acme) -> list[Tag]:
    return make_tags("Dry", "Oily", "Mixed")


def test_a_taxonomy_is_looked_at_before_it_is_copied(ops):
    url = reverse("ops:tag_starter") + "?trade=clothing"

    page = ops.get(url)
    assert page.context["changes"] == 22
    assert not TagGroup.objects.filter(name="服装风格").exists()
    assert ops.post(url, {"language": "zh"}).url == reverse("ops:tag_list")

    assert set(TagGroup.objects.get(name="服装风格").tags.values_list("name", flat=True)) == {"休闲", "时尚", "商务"}
    assert ops.get(url + "&language=zh").context["changes"] == 0
    assert ops.get(reverse("ops:tag_starter") + "?trade=none").url == reverse("ops:tag_starter_list")


def test_a_file_goes_out_and_in_again_elsewhere(ops, tags):
    content = ops.get(reverse("ops:tag_export")).content
    assert json.loads(content)["format"] == "scrm.taxonomy"
    assert ops.get(reverse("ops:tag_export") + "?as=csv").content.startswith(b"\xef\xbb\xbfcategory,kind,group")
    Tag.objects.filter(code="dry").update(name="Very dry")
    file = io.BytesIO(content)
    file.name = "tags.json"

    shown = ops.post(reverse("ops:tag_import"), {"file": file})
    assert [(step["before"], step["after"]) for step in shown.context["steps"]] == [("Very dry", "Dry")]
    assert Tag.objects.get(code="dry").name == "Very dry"
    ops.post(reverse("ops:tag_import"), {"checked": shown.context["carried"], "action": "take"})

    assert Tag.objects.get(code="dry").name == "Dry"


def test_a_file_that_is_none_is_said_so(ops):
    file = io.BytesIO(b"{}")
    file.name = "tags.json"

    assert "This is not a file of tags" in ops.post(reverse("ops:tag_import"), {"file": file}).content.decode()


def test_tags_stand_as_they_were_dragged_or_moved_by_a_button(ops, tags):
    url = reverse("ops:tag_order", args=[tags[0].group_id])

    def names() -> list[str]:
        return list(Tag.objects.order_by("position").values_list("name", flat=True))

    ops.post(url, {"row": [str(tags[place].pk) for place in (2, 0, 1)]})
    assert names() == ["Mixed", "Dry", "Oily"]
    ops.post(url, {"row": [str(tags[place].pk) for place in (2, 0, 1)], "up": str(tags[1].pk)})

    assert names() == ["Mixed", "Oily", "Dry"]


def test_a_place_with_something_in_it_stays(ops, tags):
    group = tags[0].group

    ops.post(reverse("ops:tag_group_remove", args=[group.pk]))
    assert TagGroup.objects.filter(pk=group.pk).exists()
    Tag.objects.all().delete()
    ops.post(reverse("ops:tag_group_remove", args=[group.pk]))

    assert not TagGroup.objects.filter(pk=group.pk).exists()


def test_a_tag_is_found_by_its_name_and_merged(ops, tags):
    found = ops.get(reverse("ops:tag_list") + "?q=dry").context["categories"]
    assert [tag.name for category in found for group in category.groups.all() for tag in group.tags.all()] == ["Dry"]

    answer = ops.post(reverse("ops:tag_merge", args=[tags[0].pk]), {"into": str(tags[1].pk)})

    assert answer.url == reverse("ops:tag_run", args=[Job.objects.get().pk])
    assert ops.get(answer.url).status_code == 200
    tags[0].refresh_from_db()
    assert tags[0].merged_into == tags[1]


def test_a_rule_is_tried_out_before_it_is_switched_on(ops, tags):
    make_contact("Lin", city="Berlin")
    data = {"rule-scope": "event", "rule-match": "all", "rule-rows": "1"}
    data |= {"rule-0-fact": "contact.city", "rule-0-was": "contact.city", "rule-0-op": "is", "rule-0-value": "Berlin"}

    saved = ops.post(reverse("ops:tag_rule_create"), {"name": "Local", "tag": str(tags[0].pk), "takes": "on", **data})

    rule = TagRule.objects.get()
    assert saved.url == reverse("ops:tag_rule_detail", args=[rule.pk])
    page = ops.get(saved.url)
    assert (page.context["tried"].give, [name for _pk, name in page.context["giving"]]) == (1, ["Lin"])
    assert not rule.active
    switched = ops.post(reverse("ops:tag_rule_switch", args=[rule.pk]))
    assert switched.url == reverse("ops:tag_run", args=[Job.objects.get().pk])


def test_a_rule_without_event_and_conditions_is_refused(ops, tags):
    answer = ops.post(
        reverse("ops:tag_rule_create"), {"name": "All", "tag": str(tags[0].pk), "rule-scope": "event", "rule-rows": "0"}
    )

    assert answer.status_code == 422
    assert "without one everybody gets the tag" in answer.content.decode()


def test_a_list_and_a_segment_are_tagged_as_far_as_they_are_seen(ops, tags):
    make_contact("Lin", city="Berlin")
    make_contact("Wu", city="Rome")
    segment = save_segment(name="B", kind="dynamic", condition=BERLIN, by=None, now=clock.now())

    for query, count in (("", 2), (f"?segment={segment.pk}", 1)):
        page = ops.get(reverse("ops:tag_many") + query)
        assert page.context["page"].paginator.count == count
        run = ops.post(reverse("ops:tag_many") + query, {"act": "add", "tag": str(tags[0].pk), "days": "3"})
        job = Job.objects.latest("created_at")
        assert run.url == reverse("ops:tag_run", args=[job.pk])
        assert JobChange.objects.filter(job=job).count() == job.total == count


def test_words_that_may_be_a_phone_are_not_carried_along(ops, tags):
    make_contact("Lin")

    assert ops.get(reverse("ops:contact_list") + "?q=Lin").context["many_url"] == ""
    assert ops.get(reverse("ops:contact_list") + "?page=1").context["many_url"] == reverse("ops:tag_many") + "?"


def test_an_unreadable_rule_says_so(ops, tags):
    rule = make_rule(tags[0], BERLIN)
    TagRule.objects.update(condition={"fact": "gone", "op": "is", "value": 1})

    assert ops.get(reverse("ops:tag_rule_detail", args=[rule.pk])).context["unreadable"]
