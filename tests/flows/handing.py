"""What the tests of hand-overs do: begin one, work it off in this process, and read who has what."""

from collections import Counter
from uuid import UUID

from accounts.models import User
from contacts.models import Contact
from exchange.models import Job
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.handover_desk import Recipients
from scrm.flows.handover_job import begin_hand_over
from scrm.flows.handover_undo import begin_undo
from scrm.flows.jobs import jobs_due


def hand_over(leaver: User, *to: User, by: User, shares: dict[UUID, int] | None = None, **more: object) -> Job:
    recipients = Recipients(shares or {each.pk: 1 for each in to}, by_rules=not (to or shares))
    job = begin_hand_over(leaver, recipients, by=by, now=clock.now(), **more)
    assert job is not None
    return finish(job)


def take_back(job: Job, *, by: User) -> Job:
    undo = begin_undo(job, by=by)
    assert undo is not None
    return finish(undo)


def finish(job: Job) -> Job:
    assert not jobs_due(Budget(60))
    return Job.objects.get(pk=job.pk)


def make_lead(contact: Contact, owner: User | None, status: str = "assigned", key: str = "x") -> Lead:
    now = clock.now()
    times = {"captured_at": now, "updated_at": now, "assigned_at": now if owner else None}
    return Lead.objects.create(contact=contact, owner=owner, came_by="hand", status=status, dedupe_key=key, **times)


def held() -> Counter[str]:
    """How many contacts each has, by name."""
    return Counter(str(contact.owner) for contact in Contact.objects.select_related("owner"))
