"""The tree of sources in the dashboard: figures, costs, files, merging."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry
from campaigns.models import Campaign
from commerce.models import Order
from leads.models import Form, Interaction, Lead, MergedLead, Source, SourceCost, SourceMerge
from leads.services import ensure_sources
from leads.services.sources import save_source
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from tests.flows.arrivals import make_arrival


@pytest.fixture
def tree(desk) -> dict[str, Source]:
    now = clock.now()
    made: dict[str, Source] = {}
    for name, parent in (("Paid", ""), ("Douyin", "Paid"), ("Live", "Douyin"), ("Fair", "")):
        made[name] = save_source(name=name, kind="paid", parent=made.get(parent), by=None, now=now)
    return made


def arrive(*numbers: int, source: str, **said) -> None:
    lead_arrived([make_arrival(number, source=source, **said) for number in numbers], now=clock.now())


def nodes(desk, **query) -> dict[str, object]:
    return {node.source.name: node for node in desk.get("/sources/", **query).context["tree"].nodes}


def test_a_source_counts_its_parts_and_the_total_counts_each_once(desk, tree):
    arrive(1, 2, source="Live")
    arrive(3, source="Douyin")
    arrive(4, source="Fair")
    arrive(5, source="")
    today = clock.now().date()
    for name, amount in (("Live", 30), ("Paid", 3)):
        SourceCost.objects.create(source=tree[name], on=today, amount=amount, currency="CNY")
    SourceCost.objects.create(source=tree["Live"], on=today, item="x", amount=99, currency="EUR")
    lead = Lead.objects.filter(source=tree["Live"]).first()
    later = clock.now() + timedelta(minutes=1)
    Interaction.objects.create(contact=lead.contact, kind="call", effective=True, at=later)
    bought = {"contact": lead.contact, "platform": "x", "status": "paid", "ordered_at": later, "updated_at": later}
    Order.objects.create(number="1", amount=66, currency="CNY", **bought)
    Order.objects.create(number="2", amount=1, currency="EUR", **bought)

    found = desk.get("/sources/").context["tree"]

    rows = {node.source.name: (node.depth, node.own.leads, node.whole.leads) for node in found.nodes}
    assert rows == {"Fair": (0, 1, 1), "Paid": (0, 0, 3), "Douyin": (1, 1, 3), "Live": (2, 2, 2)}
    paid = next(node.whole for node in found.nodes if node.source.name == "Paid")
    assert (paid.effective, paid.revenue, paid.cost, paid.apart) == (1, 66, 33, 2)
    assert (paid.cost_per_lead, paid.cost_per_effective, paid.cost_per_deal, paid.roi) == (11, 33, None, 1)
    assert (found.total.leads, found.total.cost, found.unknown.leads) == (5, 33, 1)


def test_an_order_is_the_last_leads_before_it(desk, tree):
    arrive(1, source="Fair", captured_at=clock.now() - timedelta(days=2))
    first = Lead.objects.get()
    second = Lead.objects.create(
        contact=first.contact, source=tree["Live"], came_by="hand", dedupe_key="x", captured_at=clock.now(),
        updated_at=clock.now(),
    )  # fmt: skip
    late = second.captured_at + timedelta(hours=1)
    for number, at in (("1", late), ("2", first.captured_at + timedelta(hours=1))):
        Order.objects.create(
            contact=first.contact,
            platform="x",
            number=number,
            amount=number,
            status="paid",
            ordered_at=at,
            updated_at=at,
        )

    found = nodes(desk)

    assert (found["Live"].own.revenue, found["Fair"].own.revenue) == (1, 2)


def test_figures_cost_the_same_for_one_source_and_for_four(desk, django_assert_num_queries):
    save_source(name="One", kind="paid", by=None, now=clock.now())
    desk.get("/sources/")
    with django_assert_num_queries(9):
        desk.get("/sources/")
    for number in range(3):
        save_source(name=f"More {number}", kind="paid", by=None, now=clock.now())
        arrive(number, source=f"More {number}")
    with django_assert_num_queries(9):
        desk.get("/sources/")


def test_archiving_takes_the_parts_along_and_shows_them_only_when_asked(desk, tree):
    desk.post(f"/sources/{tree['Paid'].pk}/archive/", {"archived": "yes"})

    assert set(nodes(desk)) == {"Fair"}
    assert set(nodes(desk, archived="yes")) == set(tree)
    desk.post(f"/sources/{tree['Paid'].pk}/archive/", {"archived": "no"})
    assert set(nodes(desk)) == {"Fair", "Paid"}


# --- costs --------------------------------------------------------------------------------------


def test_cost_of_a_period_in_another_currency_is_spread(desk, tree):
    said = {"first": "2026-11-01", "last": "2026-11-03", "amount": "100", "currency": "eur", "item": "Fee"}

    refused = desk.post(f"/sources/{tree['Fair'].pk}/cost/", said)
    desk.post(f"/sources/{tree['Fair'].pk}/cost/", {**said, "rate": "7.77"})

    assert refused.status_code == 422
    assert "Say what one EUR is worth in CNY." in refused.content.decode()
    costs = SourceCost.objects.order_by("on")
    assert [cost.amount for cost in costs] == [Decimal("259.00")] * 3
    assert sum(cost.stated_amount for cost in costs) == 100
    assert {(cost.currency, cost.stated_currency, cost.rate, cost.item) for cost in costs} == {
        ("CNY", "EUR", Decimal("7.77"), "Fee")
    }


def test_a_file_of_costs_is_checked_first_and_taken_when_told_so(desk, tree):
    text = "source,day,amount\nFair,2026-11-01,5\nNobody,2026-11-01,5\nlive,2026-11-02,7.50\n"

    looked = desk.post("/sources/costs/import/", {"file": SimpleUploadedFile("costs.csv", text.encode())})

    assert not SourceCost.objects.exists()
    assert "There is no source with this name." in looked.content.decode()
    for _again in range(2):
        desk.post("/sources/costs/import/", {"checked": looked.context["carried"], "action": "take"})
    costs = SourceCost.objects.values_list("source__name", "amount", "came_by")
    assert set(costs) == {("Fair", Decimal(5), "file"), ("Live", Decimal("7.50"), "file")}


@pytest.mark.parametrize("sent", [{}, {"checked": "%%"}, {"checked": "AAAA"}])
def test_a_file_that_is_none_is_said_so(desk, sent):
    answer = desk.post("/sources/costs/import/", {**sent, "action": "take"})

    assert answer.status_code == 422


def test_costs_in_files_are_refused_to_managers(adas_desk):
    assert adas_desk.get("/sources/costs/import/").status_code == 403


# --- merging ------------------------------------------------------------------------------------


def merged(desk, source: Source, into: Source):
    return desk.post(f"/sources/{source.pk}/merge/", {"into": str(into.pk)})


def test_merging_moves_everything_and_the_name_leads_on(desk, tree):
    now = clock.now()
    douyin, fair = tree["Douyin"], tree["Fair"]
    arrive(1, 2, source="Douyin")
    arrive(3, source="Fair")
    for source in (douyin, fair):
        SourceCost.objects.create(source=source, on=now.date(), amount=10, currency="CNY")
    form = Form.objects.create(title="x", source=douyin, created_at=now)
    campaign = Campaign.objects.create(name="x", created_at=now)
    campaign.sources.add(douyin)

    merged(desk, douyin, fair)
    arrive(4, source="douyin")

    form.refresh_from_db()
    tree["Live"].refresh_from_db()
    assert Lead.objects.filter(source=fair).count() == 4
    assert (form.source, tree["Live"].parent) == (fair, fair)
    assert set(SourceCost.objects.filter(source=fair).values_list("item", "amount")) == {("", 10), ("(Douyin)", 10)}
    assert fair in campaign.sources.all()
    assert ensure_sources(names=["DOUYIN"], now=now) == {"DOUYIN": fair.pk}
    assert set(nodes(desk)) == {"Fair", "Live", "Paid"}
    entry = AuditEntry.objects.get(action="source.merged")
    assert (entry.details["leads"], entry.details["costs"], entry.details["forms"]) == (2, 1, [str(form.pk)])


def test_a_merge_taken_back_gives_back_what_moved_and_nothing_else(desk, tree):
    now = clock.now()
    douyin, fair = tree["Douyin"], tree["Fair"]
    arrive(1, 2, source="Douyin")
    arrive(3, source="Fair")
    for source in (douyin, fair):
        SourceCost.objects.create(source=source, on=now.date(), amount=10, currency="CNY")
    before = sorted(Lead.objects.values_list("pk", "source"))
    merged(desk, douyin, fair)
    merge = SourceMerge.objects.get()

    desk.post(f"/sources/{fair.pk}/merges/{merge.pk}/undo/")
    desk.post(f"/sources/{fair.pk}/merges/{merge.pk}/undo/")

    assert sorted(Lead.objects.values_list("pk", "source")) == before
    assert set(SourceCost.objects.values_list("source__name", "item")) == {("Douyin", ""), ("Fair", "")}
    assert Source.objects.get(name="Live").parent == douyin
    assert Source.objects.get(name="Douyin").merged_into is None
    assert not MergedLead.objects.exists()
    assert AuditEntry.objects.filter(action="source.merge_undone").count() == 1


def test_a_source_is_not_merged_into_itself_or_its_part(desk, tree):
    for into in ("Douyin", "Live"):
        assert merged(desk, tree["Douyin"], tree[into]).status_code == 422
    assert not SourceMerge.objects.exists()


def test_a_sixth_level_is_refused(desk, tree):
    parent = tree["Live"]
    for level in (4, 5):
        parent = save_source(name=f"Level {level}", kind="paid", parent=parent, by=None, now=clock.now())

    answer = desk.post("/sources/new/", {"name": "Six", "kind": "paid", "parent": str(parent.pk)})

    assert answer.status_code == 422
    assert not Source.objects.filter(name="Six").exists()


def test_and_cai_sees_and_merges_nothing_of_it(desk, cais_desk, tree):
    arrive(1, source="Douyin")

    assert cais_desk.get("/sources/").context["tree"].total.leads == 0
    assert merged(cais_desk, tree["Douyin"], tree["Fair"]).status_code == 404
    merged(desk, tree["Douyin"], tree["Fair"])
    merge = SourceMerge.objects.get()
    assert cais_desk.post(f"/sources/{tree['Fair'].pk}/merges/{merge.pk}/undo/").status_code == 404
    assert Lead.objects.get().source == tree["Fair"]
