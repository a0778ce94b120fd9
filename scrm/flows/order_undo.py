"""The story of a file of orders that is taken back: orders that it made and nobody told more of since go again."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

import contacts.services
import events.services
import leads.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.services.enrolment import hold_touches, reached
from commerce.models import Order
from commerce.selectors import orders_among, orders_with_coupons
from commerce.services_orders import hold_orders, remove_orders
from contacts.models import Contact
from exchange import jobs
from exchange.job_changes import changes_about, changes_next
from exchange.models import Job, JobChange
from exchange.selectors import change_count, job_get, job_newest_with
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows.import_undo import ENDED, FORESEEN
from scrm.flows.order_import import CONTACT, ORDER
from scrm.flows.purchase import PAID, REFUNDED, order_locks
from scrm.flows.tiers import bought
from scrm.flows.undo_traces import stays

KIND: Final = "order_import_undo"
_AT_ONCE: Final = 1_000


class OrderStay(TextChoices):
    """Why an order that a file brought stays."""

    TOLD_AGAIN = "told_again", _("Their platform told more of them since")
    COUPON = "coupon", _("A coupon was used with them")
    GONE = "gone", _("They were deleted before")


@dataclass(slots=True)
class OrdersUndone:
    """How many orders and contacts went, and how many orders stay why."""

    orders: int = 0
    contacts: int = 0
    stay: Counter[str] = field(default_factory=Counter)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why orders stay, in words, and how many."""
        return [(str(stay.label), self.stay[stay]) for stay in OrderStay if self.stay[stay]]

    @property
    def kept(self) -> int:
        return sum(self.stay.values())


@dataclass(frozen=True, slots=True)
class OrdersForeseen:
    """What taking a file back would do; `complete` when all of its orders were looked at."""

    total: int
    undone: OrdersUndone
    complete: bool


def foresee_undo(job: Job) -> OrdersForeseen:
    """What would go and what would stay, and why; writes nothing. Contacts are counted when they go."""
    page = changes_next(job.pk, ORDER, after=0, limit=FORESEEN)
    going, stay = _judge(page, orders_among([each.subject for each in page]))
    total = change_count(job.pk, ORDER)
    return OrdersForeseen(total, OrdersUndone(orders=len(going), stay=stay), complete=total <= len(page))


def begin_undo(job: Job, *, by: User) -> Job | None:
    """Take an import back that has ended; None when it has not, or is being taken back already."""
    now = clock.now()
    options = {"import": str(job.pk)}
    with due_work() as due:
        held = jobs.hold_job(job_id=job.pk)
        running = undo_of(job)
        if held is None or held.state not in ENDED or (running is not None and running.state in jobs.ACTIVE):
            return None
        total = change_count(job.pk, ORDER)
        undo = jobs.create_job(kind=KIND, title=job.title, options=options, total=total, by_id=by.pk, now=now)
        jobs.queue_job(job=undo, options=options, due_at=now)
        # What it takes to take it back stays as long as somebody is at it.
        jobs.keep_longer(job=held, now=now)
        due.at(now)
        details = {"file": job.title, "orders": total}
        record_audit(action="import.undo_started", actor=by, subject=job, details=details, now=now)
    return undo


def undo_of(job: Job) -> Job | None:
    """The last time that an import was taken back, or is being."""
    return job_newest_with(KIND, **{"import": str(job.pk)})


def cancel_undo(undo: Job, *, by: User) -> bool:
    """Stop taking an import back; what is gone stays gone. False when it had ended."""
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=undo.pk, now=now)
        if cancelled:
            details = {"file": undo.title, "orders": undone_by(undo).orders}
            record_audit(action="import.undo_cancelled", actor=by, subject=undo, details=details, now=now)
    return cancelled


def undone_by(undo: Job) -> OrdersUndone:
    """What has come of it so far."""
    said = undo.result
    return OrdersUndone(said.get("orders", 0), said.get("contacts", 0), Counter(said.get("stay", {})))


def work(job: Job, budget: Budget) -> bool:
    """Go on until the file is taken back or the budget is spent, one batch at least; True when it is done."""
    while not _next_batch(job):
        failpoints.passed("undo.batch_committed")
        if budget.spent:
            return False
    return True


def _next_batch(job: Job) -> bool:
    """One transaction with its checkpoint, the place among what the file made."""
    import_id, now = UUID(job.options["import"]), clock.now()
    with due_work():
        page = changes_next(import_id, ORDER, after=job.checkpoint.get("after", 0), limit=_AT_ONCE)
        seen = orders_among([each.subject for each in page])
        contact_ids = {order.contact_id for order in seen.values() if order.contact_id is not None}
        locks = order_locks({(order.platform, order.number) for order in seen.values()})
        contacts.services.hold_for_removal(contact_ids=contact_ids, also=locks)
        hold_touches(contact_ids=contact_ids)
        going, stay = _judge(page, hold_orders(ids=list(seen)))
        events.services.remove_events(dedupe_keys=[f"{name}:{pk}" for pk in going for name in (PAID, REFUNDED)])
        remove_orders(ids=going)
        leaving = _contacts_going(import_id, contact_ids)
        contacts.services.remove_contacts(contact_ids=leaving)
        bought(contact_ids - leaving, now=now)
        undone = undone_by(job)
        undone.orders += len(going)
        undone.contacts += len(leaving)
        undone.stay.update(stay)
        job.result = {"orders": undone.orders, "contacts": undone.contacts, "stay": undone.stay}
        job.done = undone.orders + undone.kept
        if len(page) == _AT_ONCE:
            job.checkpoint = {"after": page[-1].pk}
            jobs.save_progress(job=job, now=clock.now())
            return False
        job.total, job.checkpoint = job.done, {}
        details = {"file": job.title, "orders": undone.orders, "contacts": undone.contacts, "kept": undone.kept}
        record_audit(action="import.undone", actor=job.created_by, subject=job, details=details, now=now)
        jobs.finish_job(job=job, now=clock.now())
    return True


def _judge(page: Sequence[JobChange], orders: Mapping[UUID, Order]) -> tuple[list[UUID], Counter[str]]:
    """Which orders of a page go, and how many stay why."""
    with_coupons = orders_with_coupons(list(orders))
    going: list[UUID] = []
    stay: Counter[str] = Counter()
    for change in page:
        order = orders.get(change.subject)
        if order is None:
            stay[OrderStay.GONE] += 1
        elif order.updated_at != change.at:
            stay[OrderStay.TOLD_AGAIN] += 1
        elif order.pk in with_coupons:
            stay[OrderStay.COUPON] += 1
        else:
            going.append(order.pk)
    return going, stay


def _contacts_going(import_id: UUID, contact_ids: Collection[UUID]) -> set[UUID]:
    """Those that the file made and that have nothing else now."""
    made = {each.subject: each.at for each in changes_about(import_id, CONTACT, contact_ids)}
    settled = _settled(import_id, made)
    staying = set(stays(Contact, settled)) | contacts.services.changed_since(moments=settled)
    staying |= leads.services.with_other_leads(contact_ids=made, than=()) | reached(contact_ids=list(made))
    return set(made) - staying


def _settled(import_id: UUID, made: Mapping[UUID, datetime]) -> dict[UUID, datetime]:
    """When the file spoke of each last: at its end, as far as anybody knows."""
    job = job_get(import_id)
    ended = job.finished_at if job is not None else None
    return {pk: max(at, ended) if ended is not None else at for pk, at in made.items()}
