"""A file of orders that is stopped, goes on, and is taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from commerce.models import Coupon, CouponGrant, Order, OrderLine, TierPlace
from commerce.rfm_queries import buying_of_everybody
from commerce.tier_presets import CUTS
from contacts.models import Contact
from events.models import Event
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import order_import, order_rows, order_undo
from scrm.flows.file_import import cancel_import
from scrm.flows.jobs import jobs_due
from scrm.flows.order_undo import OrderStay, begin_undo, foresee_undo, undone_by
from scrm.flows.tiers import scheme_saved, tiers_due
from tests.factories import make_user
from tests.flows.ordering import begin, bring, counts
from tests.flows.test_purchase import buyer, declare_orders, purchase, report

FILE = "order no,date,sku,line total,phone\n" + "".join(
    f"{n},2026-01-05,CUP,{n},1380013800{n}\n{n},2026-01-05,TEA,1,1380013800{n}\n" for n in range(1, 7)
)


@pytest.fixture
def olga(acme):
    declare_orders()
    return make_user("olga", "ops")


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(order_rows, "BATCH_ROWS", 3)
    monkeypatch.setattr(order_undo, "_AT_ONCE", 2)


def taken_back(job: Job, olga) -> order_undo.OrdersUndone:
    undo = begin_undo(job, by=olga)
    while jobs_due(Budget(0)):
        pass
    undo.refresh_from_db()
    assert (undo.state, undo.done) == (JobState.DONE, undo.total)
    return undone_by(undo)


def test_what_a_killed_worker_left_goes_on_and_is_the_same(olga, few_at_once):
    job = begin(FILE)
    held = jobs.claim_job(kinds=[order_import.KIND], now=clock.now(), job_id=job.pk)

    def die(_job: Job) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        order_import.work(held, Budget(60), die)
    assert 0 < Order.objects.count() < 6

    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING, due_at=clock.now(), token=None)
    while jobs_due(Budget(0)):
        pass

    job.refresh_from_db()
    assert (job.state, counts(job)) == (JobState.DONE, (12, 12, 0, 0, 0))
    assert (Order.objects.count(), OrderLine.objects.count(), Contact.objects.count()) == (6, 12, 6)


def test_an_import_that_is_stopped_keeps_what_went_in(olga, few_at_once):
    job = begin(FILE)
    held = jobs.claim_job(kinds=[order_import.KIND], now=clock.now(), job_id=job.pk)

    with pytest.raises(jobs.JobLost):
        order_import.work(held, Budget(60), lambda job: cancel_import(job, by=olga))

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert Order.objects.count() == 2
    assert AuditEntry.objects.filter(action="import.cancelled").exists()


def test_a_file_that_nobody_touched_goes_whole(olga, few_at_once):
    job = bring(FILE)
    foreseen = foresee_undo(job)
    assert (foreseen.total, foreseen.undone.orders, foreseen.complete) == (6, 6, True)

    undone = taken_back(job, olga)

    assert (undone.orders, undone.contacts, undone.kept) == (6, 6, 0)
    assert not Order.objects.exists()
    assert not Contact.objects.exists()
    assert not Event.objects.exists()
    assert AuditEntry.objects.filter(action="import.undone").count() == 1


def test_what_somebody_told_more_of_stays(olga, few_at_once):
    report(purchase("before", who=buyer("13800138003")))
    job = bring(FILE)
    report(purchase("elsewhere", who=buyer("13800138001")))
    known = Order.objects.get(number="2")
    report(purchase("again", who=buyer("13800138004")))
    Order.objects.filter(number="2").update(updated_at=clock.now())
    coupon = Coupon.objects.create(code="c", name="C", amount=1)
    used = Order.objects.get(number="5")
    CouponGrant.objects.create(
        coupon=coupon, contact=used.contact, granted_at=clock.now(), expires_at=clock.now(), order=used
    )

    undone = taken_back(job, olga)

    assert undone.stay == {OrderStay.TOLD_AGAIN: 1, OrderStay.COUPON: 1}
    numbers = set(Order.objects.values_list("number", flat=True))
    assert numbers == {"before", "elsewhere", "again", known.number, used.number}
    # Who was known before, bought elsewhere too, or keeps an order of the file stays.
    assert Contact.objects.count() == 5
    assert undone.contacts == 1


def test_an_order_that_the_file_only_brought_up_to_date_stays(olga):
    report(purchase("1", who=buyer("13800138001"), at=clock.now() - timedelta(days=4000)))
    Order.objects.update(platform="shop")

    job = bring(FILE)
    assert counts(job) == (12, 10, 2, 0, 0)

    assert taken_back(job, olga).orders == 5
    assert Order.objects.get().number == "1"


def test_and_cai_sees_nothing_of_it(acme, globex):
    with tenant_context(acme):
        declare_orders()
        job = bring(FILE)
        assert sum(Order.objects.values_list("amount", flat=True)) == Decimal(27)
    with tenant_context(globex):
        assert not Order.objects.exists()
        assert foresee_undo(job).total == 0
        assert buying_of_everybody(until=clock.now(), currency="CNY") == []


def test_whoever_stays_is_in_the_tier_of_what_is_left(olga):
    report(purchase("before", who=buyer("13800138001")))
    scheme_saved(None, name="RFM", kind="rfm", cutting="fixed", cuts=CUTS, by=None, now=clock.now())
    tiers_due(Budget(60))
    before = TierPlace.objects.values("tier", "frequency").get()

    job = bring(FILE)
    place = TierPlace.objects.filter(contact=Order.objects.get(number="before").contact)
    assert place.get().frequency == before["frequency"] + 1
    taken_back(job, olga)

    assert TierPlace.objects.values("tier", "frequency").get() == before
