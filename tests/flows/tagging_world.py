"""What tests of tags for many begin with."""

from datetime import datetime
from uuid import UUID

from events.models import EventType
from exchange import jobs
from exchange.models import Job
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.jobs import jobs_due
from tagging.models import Tag, TagAssignment, TagRule
from tagging.services_rules import save_tag_rule
from tagging.upkeep import create_category, create_group, create_tag

BERLIN = {"fact": "contact.city", "op": "is", "value": "Berlin"}


def make_tags(*names: str, exclusive: bool = False, group: str = "Kind") -> list[Tag]:
    now = clock.now()
    category = create_category(name=f"Of {group}", kind="custom", by=None, now=now)
    made = create_group(category=category, name=group, exclusive=exclusive, by=None, now=now)
    return [create_tag(group=made, name=name, by=None, now=now) for name in names]


def make_rule(tag: Tag, condition: dict, *, event_type: str = "", name: str = "R", **fields) -> TagRule:
    if event_type:
        EventType.objects.get_or_create(code=event_type, defaults={"name": event_type})
    said = {"name": name, "tag": tag, "event_type": event_type, "condition": condition, "by": None}
    return save_tag_rule(**said, **fields, now=clock.now())


def finish(job: Job) -> Job:
    """Work all jobs off."""
    while jobs_due(Budget(60)):
        pass
    job.refresh_from_db()
    assert job.state not in jobs.ACTIVE, job.error
    return job


def held(tag: Tag) -> set[str]:
    return set(TagAssignment.objects.filter(tag=tag).values_list("contact__name", flat=True))


def since(tag: Tag, contact_id: UUID) -> tuple[str, datetime]:
    row = TagAssignment.objects.get(tag=tag, contact=contact_id)
    return row.source, row.at
