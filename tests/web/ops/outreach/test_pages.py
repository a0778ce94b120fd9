"""Every page of audience, outreach, results and commerce: opens, is guarded, is scoped, costs what it costs."""

from decimal import Decimal

import pytest
from django.urls import reverse

from audiences.services import save_segment
from campaigns.enums import TouchState
from campaigns.models import Campaign, Enrollment, Lane, Step, Touchpoint
from campaigns.services.campaigns import save_campaign
from commerce.enums import OrderStatus
from commerce.order_folding import Line
from commerce.services import save_product
from commerce.services_orders import report_of
from content.models import PageView, TrackedLink
from content.upkeep import save_material
from events.models import EventType
from leads.models import Lead, Source
from lifecycle.models import Lifecycle, Position
from lifecycle.services_lifecycles import create_lifecycle
from lifecycle.services_rules import save_stage_rule
from scrm.core import clock
from scrm.flows.purchase import Purchase, orders_reported
from tagging.models import TagAssignment
from tagging.services_rules import save_tag_rule
from tagging.upkeep import create_category, create_group, create_tag
from tests.factories import make_contact, make_live_sop, make_stage

LISTS = (
    *("segment_list", "tag_list", "tag_rule_list", "lifecycle", "lifecycle_board", "lifecycle_history"),
    *("lifecycle_rule_list", "sop_list", "touchpoint_list", "material_list", "campaign_list"),
    *("funnel", "source_report", "order_list", "product_list"),
)
CHARTS = ("funnel_chart", "source_report_chart")
NEW = (
    *("segment_create", "tag_create", "tag_category_create", "tag_group_create", "tag_rule_create"),
    *("lifecycle_create", "lifecycle_rule_create", "sop_create", "material_create"),
    *("campaign_create", "product_create"),
)


class Shop:
    """One of everything, about one contact of Ben's and one of Zoe's."""

    def __init__(self, ben, zoe):
        now = clock.now()
        self.lin = make_contact("Lin of Ben", owner=ben, city="Berlin")
        self.wu = make_contact("Wu of Zoe", owner=zoe, city="Berlin")
        self.people = [self.lin, self.wu]
        source = Source.objects.create(name="Fair", created_at=now)
        EventType.objects.get_or_create(code="content.viewed", defaults={"name": "Viewed", "engaging": True})
        category = create_category(name="Interest", kind="interest", by=None, now=now)
        self.tag = create_tag(
            group=create_group(category=category, name="Model", by=None, now=now), name="SUV", by=None, now=now
        )
        self.lifecycle = Lifecycle.objects.filter(is_default=True).first() or create_lifecycle(
            name="Sales", by=None, now=now
        )
        self.stage = make_stage(self.lifecycle, "Test drive")
        self.tag_rule = save_tag_rule(
            name="Viewers", tag=self.tag, event_type="content.viewed", condition={}, by=None, now=now
        )
        self.stage_rule = save_stage_rule(
            name="Drivers", to_stage=self.stage, event_type="content.viewed", condition={}, by=None, now=now
        )
        self.material = save_material(title="Guide", body="Text", by=None, now=now)
        self.campaign = save_campaign(campaign=Campaign(name="Launch", created_at=now), sources=[source])
        self.sop = make_live_sop(campaign=self.campaign)
        save_product(code="CUP", name="Cup", by=None, now=now)
        for number, person in enumerate(self.people):
            self.add(person, number, source)
        self.segment = save_segment(
            name="Berliners",
            kind="dynamic",
            condition={"all": [{"fact": "contact.city", "op": "is", "value": "Berlin"}]},
            by=None,
            now=now,
        )

    def add(self, person, number: int, source: Source) -> None:
        now = clock.now()
        Lead.objects.create(
            contact=person,
            source=source,
            owner=person.owner,
            assigned_at=now,
            came_by="hand",
            dedupe_key=f"page-{person.pk}",
            captured_at=now,
            updated_at=now,
        )
        TagAssignment.objects.create(contact=person, tag=self.tag, source="hand", at=now)
        Position.objects.create(contact=person, lifecycle=self.lifecycle, stage=self.stage, since=now)
        link = TrackedLink.objects.create(material=self.material, contact=person, touchpoint_id=number, created_at=now)
        PageView.objects.create(link=link, at=now)
        enrollment = Enrollment.objects.create(
            sop=self.sop, version=self.sop.live_version, contact=person, anchor_at=now, zone="Asia/Shanghai"
        )
        self.touch = Touchpoint.objects.create(
            enrollment=enrollment,
            contact=person,
            lane=Lane.objects.get(sop=self.sop),
            step=Step.objects.get(version=self.sop.live_version),
            step_number=1,
            due_at=now,
            state=TouchState.UNKNOWN,
        )
        said = {"status": OrderStatus.PAID, "amount": Decimal(5), "ordered_at": now}
        bought = report_of("shop", f"N{number}-{person.pk}", at=now, said=said, lines=[Line("CUP", 1, Decimal(5))])
        orders_reported([Purchase(bought, contact_id=person.pk)], now=now)

    def details(self) -> list[str]:
        named = {
            "segment_detail": self.segment,
            "segment_edit": self.segment,
            "tag_edit": self.tag,
            "tag_rule_edit": self.tag_rule,
            **dict.fromkeys(("lifecycle_draft", "stage_create", "lifecycle_versions"), self.lifecycle),
            "lifecycle_rule_edit": self.stage_rule,
            "sop_detail": self.sop,
            "sop_edit": self.sop,
            "sop_preview": self.sop,
            "sop_publish": self.sop,
            "sop_next_days": self.sop,
            "material_detail": self.material,
            "material_edit": self.material,
            "campaign_detail": self.campaign,
            "campaign_edit": self.campaign,
        }
        return [reverse(f"ops:{name}", args=[row.pk]) for name, row in named.items()]


@pytest.fixture
def shop(acme, ben, zoe):
    return Shop(ben, zoe)


@pytest.mark.parametrize("name", [*LISTS, *CHARTS, *NEW])
def test_page_opens_while_there_is_nothing(ops, name):
    answer = ops.get(reverse(f"ops:{name}"))

    assert answer.status_code == 200


@pytest.mark.parametrize("name", [*LISTS, *CHARTS, *NEW])
def test_page_opens_with_rows_in_it(ops, shop, name):
    assert ops.get(reverse(f"ops:{name}")).status_code == 200


def test_detail_pages_open(ops, shop):
    for path in shop.details():
        assert ops.get(path).status_code == 200, path


def test_pages_carry_no_inline_script_or_style(ops, shop):
    for path in [*shop.details(), *(reverse(f"ops:{name}") for name in LISTS)]:
        text = ops.get(path).content.decode()
        assert " style=" not in text, path
        assert " onclick=" not in text, path
        assert "<script>" not in text, path


@pytest.mark.parametrize("name", NEW)
def test_manager_may_not_plan(ada, shop, name):
    assert ada.get(reverse(f"ops:{name}")).status_code == 403


def test_manager_changes_nothing(ada, shop):
    refused = {
        "segment_delete": shop.segment,
        "segment_refresh": shop.segment,
        "tag_archive": shop.tag,
        "tag_rule_switch": shop.tag_rule,
        "lifecycle_rule_switch": shop.stage_rule,
        "sop_pause": shop.sop,
        "sop_stop": shop.sop,
        "sop_publish": shop.sop,
        "touchpoint_resolve": shop.touch,
    }

    for name, row in refused.items():
        assert ada.post(reverse(f"ops:{name}", args=[row.pk]), {"sent": "yes"}).status_code == 403, name

    for row in (shop.segment, shop.tag, shop.tag_rule, shop.stage_rule, shop.sop, shop.touch):
        row.refresh_from_db()
    assert not shop.tag.archived
    assert shop.tag_rule.active
    assert shop.stage_rule.active
    assert shop.sop.state == "live"
    assert shop.touch.state == TouchState.UNKNOWN


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("segment_detail", "segment"),
        ("material_detail", "material"),
        ("lifecycle_board", None),
        ("touchpoint_list", None),
        ("order_list", None),
    ],
)
def test_manager_sees_her_department_only(ada, ops, shop, name, of):
    path = reverse(f"ops:{name}", args=[getattr(shop, of).pk] if of else [])

    hers, all_of_it = ada.get(path).content.decode(), ops.get(path).content.decode()

    assert "Lin of Ben" in hers
    assert "Wu of Zoe" not in hers
    assert "Wu of Zoe" in all_of_it


def test_counts_are_of_what_a_manager_sees(ada, ops, shop):
    def number(desk):
        row = desk.get(reverse("ops:sop_list")).context["rows"][0]
        tag = desk.get(reverse("ops:tag_list")).context["categories"][0].groups.all()[0].tags.all()[0]
        stages = desk.get(reverse("ops:lifecycle")).context["rows"]
        material = desk.get(reverse("ops:material_list")).context["page"][0]
        product = desk.get(reverse("ops:product_list")).context["page"][0]
        segment = desk.get(reverse("ops:segment_list")).context["rows"][0]["segment"]
        funnel = desk.get(reverse("ops:funnel")).context["steps"]
        return [
            *(row.enrolled, row.active, row.unknown),
            *(tag.usage, sum(stage["size"] for stage in stages)),
            *(material.views, material.visitors, product.orders, segment.seen, funnel[0].value),
        ]

    assert number(ada) == [1] * 10
    assert number(ops) == [2] * 10


def test_another_business_finds_nothing(cai, shop):
    for path in shop.details():
        assert cai.get(path).status_code == 404, path
    assert cai.post(reverse("ops:sop_stop", args=[shop.sop.pk])).status_code == 404
    shop.sop.refresh_from_db()
    assert shop.sop.state == "live"


def test_somebody_elses_order_and_touch_are_not_found(ada, shop):
    order = shop.wu.orders.get()

    assert ada.get(reverse("ops:order_detail", args=[order.pk])).status_code == 404
    assert ada.get(reverse("ops:order_detail", args=[shop.lin.orders.get().pk])).status_code == 200


def test_strangers_are_sent_to_the_log_in(client, acme, shop):
    answer = client.get(reverse("ops:sop_list"), HTTP_HOST="acme.localhost")

    assert answer.status_code == 302
    assert "login" in answer.url


@pytest.mark.parametrize("name", LISTS)
def test_lists_ask_as_many_questions_for_three_rows_as_for_one(ops, shop, name):
    path = reverse(f"ops:{name}")
    ops.get(path)
    few = ops.count_queries(path)
    now = clock.now()
    for number in range(2):
        person = make_contact(f"More {number}", city="Berlin")
        shop.add(person, 10 + number, Source.objects.get())
        create_tag(group=shop.tag.group, name=f"Tag {number}", by=None, now=now)
        save_material(title=f"Guide {number}", body="Text", by=None, now=now)
        save_product(code=f"P{number}", name=f"Product {number}", by=None, now=now)
        save_campaign(campaign=Campaign(name=f"Push {number}", created_at=now), sources=[Source.objects.get()])
        make_live_sop(name=f"SOP {number}")
        save_tag_rule(name=f"R{number}", tag=shop.tag, event_type="content.viewed", condition={}, by=None, now=now)
        save_stage_rule(
            name=f"R{number}", to_stage=shop.stage, event_type="content.viewed", condition={}, by=None, now=now
        )
        save_segment(name=f"S{number}", kind="dynamic", condition=shop.segment.condition, by=None, now=now)

    many = ops.count_queries(path)

    assert many == few
    assert many <= 14
