"""Files of orders through the dashboard: upload, what the columns and words mean, trying, running, taking back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from commerce.models import Order
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scrm.flows import order_import, workbook_import
from scrm.flows.jobs import jobs_due
from tests.exchange.workbooks import workbook

FILE = "订单编号,下单时间,实付金额,订单状态,备注\n1,2026-01-05,3,交易成功,x\n2,2026-01-06,4,未知词,y\n"
COLUMNS = {f"column-{n}": to for n, to in enumerate(["number", "ordered_at", "amount", "status", "ignore"])}
WORDS = {"word-0": "交易成功", "word-1": "未知词"}


@pytest.fixture
def job(desk, settings, tmp_path) -> Job:
    settings.MEDIA_ROOT = str(tmp_path)
    answer = desk.post("/imports/new/", {"of": "orders", "file": SimpleUploadedFile("tmall.csv", FILE.encode())})
    job = Job.objects.get()
    assert answer["Location"] == f"/imports/{job.pk}/mapping/"
    return job


def test_the_page_of_orders_leads_here(desk):
    assert "/imports/new/?of=orders" in desk.get("/orders/").content.decode()
    assert '<option value="orders" selected>' in desk.get("/imports/new/?of=orders").content.decode()


def test_columns_and_words_are_shown_with_what_they_probably_mean(desk, job):
    answer = desk.get(f"/imports/{job.pk}/mapping/")

    assert [row.chosen for row in answer.context["columns"]] == [*COLUMNS.values()]
    assert [(row.word, row.chosen) for row in answer.context["states"]] == [("交易成功", "paid"), ("未知词", "")]


def test_a_word_that_nobody_knows_is_said_and_tried(desk, job):
    page = f"/imports/{job.pk}/mapping/"
    tried = desk.post(page, {**COLUMNS, "platform": "tmall"}).context["tried"]
    assert (tried.counts["orders"], [problem.column for problem in tried.problems]) == (1, ["订单状态"])

    told = desk.post(page, {**COLUMNS, **WORDS, "platform": "tmall", "state-0": "paid", "state-1": "cancelled"})

    assert (told.context["tried"].counts["orders"], told.context["tried"].problems) == (2, [])
    assert not Order.objects.exists()


def test_words_mean_what_stands_beside_them_once_another_column_holds_the_states(desk, job):
    page = f"/imports/{job.pk}/mapping/"
    other = {**COLUMNS, "column-3": "ignore", "column-4": "status"}
    shown = desk.post(page, {**other, **WORDS, "platform": "tmall", "state-1": "paid"}).context["states"]
    assert [(row.word, row.chosen) for row in shown] == [("x", ""), ("y", "")]

    said = {"word-0": "x", "state-0": "paid", "word-1": "y", "state-1": "refunded"}
    told = desk.post(page, {**other, **said, "platform": "tmall"})

    assert [(row.word, row.chosen) for row in told.context["states"]] == [("x", "paid"), ("y", "refunded")]
    assert told.context["tried"].counts["orders"] == 2


def test_a_word_is_unknown_again_when_its_meaning_is_taken_from_it(desk, job):
    page = f"/imports/{job.pk}/mapping/"
    job.options["mapping"]["states"] = {"未知词": "paid"}
    job.save()

    told = desk.post(page, {**COLUMNS, **WORDS, "platform": "tmall", "state-0": "paid", "state-1": ""})

    assert [row.chosen for row in told.context["states"]] == ["paid", ""]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"column-1": "ignore"}, "Say which column holds the date of the order."),
        ({"column-2": "number"}, "number has a column already."),
        ({"platform": "x" * 41}, "Say in at most 40 characters."),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk, job, more, error):
    answer = desk.post(f"/imports/{job.pk}/mapping/", {**COLUMNS, **more, "action": "import"})

    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert Job.objects.get().state == JobState.DRAFT


def test_orders_go_in_and_are_taken_back(desk, job):
    page = f"/imports/{job.pk}/"
    desk.post(f"{page}mapping/", {**COLUMNS, **WORDS, "platform": "tmall", "state-1": "paid", "action": "import"})
    assert "Importing orders" in desk.get(page).content.decode()
    jobs_due(Budget(5))
    done = desk.get(page).content.decode()
    assert "See the orders" in done
    assert Order.objects.filter(platform="tmall").count() == 2
    assert "Orders that go" in desk.get(f"{page}undo/").content.decode()

    desk.post(f"{page}undo/")
    assert "0 orders removed" in desk.get(f"{page}undo/progress/", htmx=True).content.decode()
    jobs_due(Budget(5))

    assert not Order.objects.exists()
    assert "Orders removed" in desk.get(f"{page}undo/").content.decode()


def test_the_next_file_of_that_kind_begins_as_this_one_was(desk, job):
    post = {**COLUMNS, **WORDS, "platform": "tmall", "state-1": "paid", "action": "import"}
    desk.post(f"/imports/{job.pk}/mapping/", post)
    jobs_due(Budget(5))

    again = desk.post("/imports/new/", {"of": "orders", "file": SimpleUploadedFile("feb.csv", FILE.encode())})
    answer = desk.get(again["Location"])

    assert "Chosen as for “tmall.csv”" in answer.content.decode()
    assert (answer.context["platform"], answer.context["states"][1].chosen) == ("tmall", "paid")


def test_a_large_workbook_of_orders_is_read_by_a_job(desk, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(workbook_import, "AT_ONCE", 0)
    file = SimpleUploadedFile("tmall.xlsx", workbook([["order no", "date", "amount"], ["1", "2026-01-05", 3]]))

    page = desk.post("/imports/new/", {"of": "orders", "file": file})["Location"]
    assert "Orders" in desk.get("/imports/").content.decode()
    jobs_due(Budget(5))

    assert desk.get(page)["Location"] == f"/imports/{Job.objects.get(kind=order_import.KIND).pk}/mapping/"


def test_and_a_manager_and_cai_bring_none(job, adas_desk, cais_desk):
    assert adas_desk.get(f"/imports/{job.pk}/mapping/").status_code == 403
    assert cais_desk.get(f"/imports/{job.pk}/mapping/").status_code == 404
