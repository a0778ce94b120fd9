"""What the buttons of audience, content and commerce do."""

import pytest
from django.urls import reverse

from audiences.models import Segment
from audiences.services import save_segment
from campaigns.models import Campaign
from commerce.models import Product
from content.models import Material, PageView, TrackedLink
from content.upkeep import ensure_preview_link
from leads.models import Source
from lifecycle.models import Position, StageTransition
from lifecycle.services_lifecycles import create_lifecycle
from scrm.core import clock
from tagging.models import Tag, TagCategory, TagGroup
from tests.factories import make_contact, make_stage


def test_a_taxonomy_is_built_from_the_top(ops):
    asked = ops.post(reverse("ops:tag_category_create"), {"name": "Interest", "kind": "interest"}).url
    category = TagCategory.objects.get(name="Interest")
    assert asked.endswith(f"?category={category.pk}")

    asked = ops.post(reverse("ops:tag_group_create"), {"category": category.pk, "name": "Model", "exclusive": "on"}).url
    group = TagGroup.objects.get(name="Model")
    assert group.exclusive
    assert asked.endswith(f"?group={group.pk}")

    ops.post(reverse("ops:tag_create"), {"group": group.pk, "name": "SUV", "colour": "teal"})
    tag = Tag.objects.get(name="SUV")
    ops.post(reverse("ops:tag_edit", args=[tag.pk]), {"group": group.pk, "name": "Big SUV", "colour": "red"})
    ops.post(reverse("ops:tag_archive", args=[tag.pk]))

    tag.refresh_from_db()
    assert (tag.name, tag.colour, tag.archived) == ("Big SUV", "red", True)
    ops.get(reverse("ops:tag_list"))  # says once what was done
    assert "Big SUV" not in ops.get(reverse("ops:tag_list")).content.decode()
    assert "Big SUV" in ops.get(reverse("ops:tag_list"), {"archived": "1"}).content.decode()


def test_a_taken_tag_name_is_refused_beside_its_field(ops):
    ops.post(reverse("ops:tag_category_create"), {"name": "Interest", "kind": "interest"})

    answer = ops.post(reverse("ops:tag_category_create"), {"name": "Interest", "kind": "interest"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]


@pytest.fixture
def sales(acme):
    lifecycle = create_lifecycle(name="Car sales", by=None, now=clock.now())
    for name in ("Visit", "Drive"):
        make_stage(lifecycle, name)
    return lifecycle


def test_a_card_moves_to_another_column(ada, ben, sales):
    visit, drive = sales.stages.order_by("position")
    lin = make_contact("Lin", owner=ben)
    Position.objects.create(contact=lin, lifecycle=sales, stage=visit, since=clock.now())

    answer = ada.post(
        reverse("ops:lifecycle_move", args=[sales.pk]), {"contact": lin.pk, "stage": drive.pk}, HTTP_HX_REQUEST="true"
    )

    assert 'id="board"' in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert Position.objects.get(contact=lin, lifecycle=sales).stage == drive


def test_a_card_of_somebody_else_does_not_move(ada, zoe, sales):
    visit, drive = sales.stages.order_by("position")
    wu = make_contact("Wu", owner=zoe)
    Position.objects.create(contact=wu, lifecycle=sales, stage=visit, since=clock.now())

    answer = ada.post(reverse("ops:lifecycle_move", args=[sales.pk]), {"contact": wu.pk, "stage": drive.pk})

    assert answer.status_code == 404
    assert Position.objects.get(contact=wu, lifecycle=sales).stage == visit


def test_a_card_moves_within_its_own_lifecycle_only(ops, sales):
    other = create_lifecycle(name="Service", by=None, now=clock.now())
    stranger = make_stage(other, "Repair")
    lin = make_contact("Lin")
    Position.objects.create(contact=lin, lifecycle=sales, stage=sales.stages.first(), since=clock.now())

    answer = ops.post(reverse("ops:lifecycle_move", args=[sales.pk]), {"contact": lin.pk, "stage": stranger.pk})

    assert answer.status_code == 400


def test_a_lifecycle_is_set_up(ops, sales):
    page = reverse("ops:lifecycle_setup", args=[sales.pk])
    ops.post(reverse("ops:loss_reason_create", args=[sales.pk]), {"name": "Price"})
    reason = sales.loss_reasons.get()
    ops.post(reverse("ops:loss_reason_edit", args=[reason.pk]), {"name": "Too dear"})
    ops.post(reverse("ops:loss_reason_edit", args=[reason.pk]), {"archived": "1"})
    ops.post(page, {"name": "Cars", "is_default": "on", "active": "on"})

    reason.refresh_from_db()
    sales.refresh_from_db()
    assert (reason.name, reason.archived) == ("Too dear", True)
    assert (sales.name, sales.is_default) == ("Cars", True)
    assert ops.post(page, {"name": "Cars", "active": "on"}).status_code == 422


def test_a_deadline_is_written_and_switched(ops, sales):
    visit, drive = sales.stages.order_by("position")
    new = reverse("ops:stage_deadline_create", args=[visit.pk])
    said = {"after": "3", "unit": "days", "action": "move", "to_stage": str(drive.pk)}
    assert ops.post(new, {**said, "to_stage": ""}).status_code == 422

    ops.post(new, said)

    kept = visit.deadlines.get()
    assert (kept.after, kept.to_stage) == (3, drive)
    assert "Move to “Drive”" in ops.get(f"{reverse('ops:stage_deadline_list')}?lifecycle={sales.pk}").content.decode()
    ops.post(reverse("ops:stage_deadline_switch", args=[kept.pk]))
    kept.refresh_from_db()
    assert not kept.active


def test_a_loss_on_the_board_asks_first_and_a_slip_is_undone(ops, sales):
    visit, drive = sales.stages.order_by("position")
    lost = make_stage(sales, "Lost", "lost")
    reason = sales.loss_reasons.create(name="Price")
    lin = make_contact("Lin")
    Position.objects.create(contact=lin, lifecycle=sales, stage=visit, since=clock.now())
    url, of = reverse("ops:lifecycle_move", args=[sales.pk]), {"contact": lin.pk}

    def stage():
        return Position.objects.get(contact=lin).stage

    asked = ops.post(url, {**of, "stage": lost.pk}, HTTP_HX_REQUEST="true").content.decode()
    assert "data-show" in asked
    assert "Price" in asked
    assert stage() == visit
    moved = ops.post(url, {**of, "stage": drive.pk}, HTTP_HX_REQUEST="true").content.decode()
    back = reverse("ops:lifecycle_undo", args=[sales.pk, lin.pk])
    assert back in moved
    last = StageTransition.objects.latest("id").pk
    assert f'name="move" value="{last}"' in moved
    ops.post(back, {"move": last}, HTTP_HX_REQUEST="true")
    assert stage() == visit
    twice = ops.post(back, {"move": last}, HTTP_HX_REQUEST="true").content.decode()
    assert "That can&#x27;t be taken back any more." in twice
    assert stage() == visit
    refused = ops.post(url, {**of, "stage": lost.pk, "sure": "1"}, HTTP_HX_REQUEST="true").content.decode()
    assert "Choose why they are lost." in refused
    ops.post(url, {**of, "stage": lost.pk, "sure": "1", "loss_reason": reason.pk}, HTTP_HX_REQUEST="true")

    assert stage() == lost


def test_a_column_goes_on_where_it_ended(ops, sales):
    visit = sales.stages.first()
    now = clock.now()
    for number in range(23):
        Position.objects.create(contact=make_contact(f"P{number}."), lifecycle=sales, stage=visit, since=now)
    page = ops.get(f"{reverse('ops:lifecycle_board')}?lifecycle={sales.pk}")
    [more] = [column["more"] for column in page.context["columns"] if column["more"]]

    rest = ops.get(f"{reverse('ops:lifecycle_board_more')}?{more}").content.decode()

    first = {card.contact.name for column in page.context["columns"] for card in column["cards"]}
    assert len(first) == 20
    assert {name for name in (f"P{n}." for n in range(23)) if name in rest} == {"P2.", "P1.", "P0."}
    assert ops.get(f"{reverse('ops:lifecycle_board_more')}?lifecycle={sales.pk}").status_code == 400
    assert "P22." in ops.get(f"{reverse('ops:lifecycle_list')}?lifecycle={sales.pk}").content.decode()


def test_a_segment_is_refreshed_and_deleted(ops):
    condition = {"all": [{"fact": "contact.city", "op": "is", "value": "Berlin"}]}
    segment = save_segment(name="B", kind="dynamic", condition=condition, by=None, now=clock.now())
    make_contact("Lin", city="Berlin")

    ops.post(reverse("ops:segment_refresh", args=[segment.pk]))
    segment.refresh_from_db()
    assert segment.size == 1

    ops.post(reverse("ops:segment_delete", args=[segment.pk]))
    assert not Segment.objects.exists()


def test_a_material_is_written_and_changed(ops):
    ops.post(reverse("ops:material_create"), {"title": "Guide", "body": "Text", "active": "on"})
    material = Material.objects.get()

    ops.post(
        reverse("ops:material_edit", args=[material.pk]), {"title": "Better guide", "url": "https://example.com/a"}
    )

    material.refresh_from_db()
    assert (material.title, material.body, material.url, material.active) == (
        "Better guide",
        "",
        "https://example.com/a",
        False,
    )


@pytest.mark.parametrize(
    ("given", "field"), [({"title": "G"}, "body"), ({"title": "G", "url": "http://example.com"}, "url")]
)
def test_a_material_without_content_or_safe_address_is_refused(ops, given, field):
    answer = ops.post(reverse("ops:material_create"), given)

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Material.objects.exists()


def test_a_look_at_a_material_counts_nobody(ops):
    ops.post(reverse("ops:material_create"), {"title": "Guide", "body": "Text", "active": "on"})
    material = Material.objects.get()

    first = ops.post(reverse("ops:material_preview", args=[material.pk]))
    again = ops.post(reverse("ops:material_preview", args=[material.pk]))

    link = TrackedLink.objects.get()
    assert first.url == again.url == f"/t/{link.code}"
    PageView.objects.create(link=ensure_preview_link(material=material, now=clock.now()), at=clock.now())
    shown = ops.get(reverse("ops:material_list")).context["page"][0]
    assert (shown.sends, shown.views, shown.visitors) == (0, 0, 0)


def test_a_campaign_is_made_with_its_sources(ops):
    sources = [Source.objects.create(name=name, created_at=clock.now()) for name in ("Fair", "Live")]
    given = {"name": "Launch", "starts_on": "2026-03-01", "ends_on": "2026-03-31", "sources": [s.pk for s in sources]}

    ops.post(reverse("ops:campaign_create"), given)
    campaign = Campaign.objects.get()
    assert set(campaign.sources.all()) == set(sources)

    ops.post(reverse("ops:campaign_edit", args=[campaign.pk]), {**given, "sources": [sources[0].pk], "budget": "500"})
    campaign.refresh_from_db()
    assert (campaign.sources.get(), campaign.budget) == (sources[0], 500)


def test_a_campaign_does_not_end_before_it_begins(ops):
    answer = ops.post(
        reverse("ops:campaign_create"), {"name": "Launch", "starts_on": "2026-03-31", "ends_on": "2026-03-01"}
    )

    assert answer.status_code == 422
    assert not Campaign.objects.exists()


def test_a_product_is_made_and_changed(ops):
    ops.post(reverse("ops:product_create"), {"name": "Cup", "code": "CUP", "price": "9.90", "active": "on"})
    product = Product.objects.get()
    assert product.currency == "CNY"

    ops.post(reverse("ops:product_edit", args=[product.pk]), {"name": "Cup", "code": "CUP", "price": ""})

    product.refresh_from_db()
    assert (product.price, product.active) == (None, False)
