"""Long work of the twins' people, with its files, and whose customers were handed over."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.core.files.base import ContentFile

from accounts.models import CalendarDay, Leave
from campaigns.models import Sop
from exchange.models import Job, JobChange, JobTally
from lifecycle.models import LifecycleVersion, LossReason, StageDeadline, StageHandOver
from lifecycle.plan import plan_json
from lifecycle.selectors_versions import plan_in_force
from scrm.core import clock
from scrm.core.ids import uuid7
from tests.crawler.bits import lay_finding
from tests.crawler.canaries import Canaries

if TYPE_CHECKING:
    from tests.crawler.world import World

HAND_OVER: Final = "a hand-over, by whose customers it gives"
TAG_RUN: Final = "a tag for many, by who began it"


def lay_jobs(world: "World", canaries: Canaries, sop: Sop, reps: Iterable[str]) -> None:
    """Long work of all kinds that has ended, with its files."""
    lay_finding(world)
    now, by = clock.now(), world.users["ops"]
    word = canaries.mint(world.letter, "exchange.job")
    job = Job(kind="lead_import", title="leads.csv", state="done", created_by=by, created_at=now, done=1, total=1)
    job.file.save("leads.csv", ContentFile(f"name\n{word}\n"), save=False)
    job.error_file.save("errors.csv", ContentFile(f"name,problem\n{word},bad\n"))
    world.files += [job.file.name, job.error_file.name]
    world.keep(job, "import")
    started = Job.objects.create(
        kind="segment_start",
        state="done",
        created_by=by,
        created_at=now,
        options={"sop": str(sop.pk), "segment": str(world.row("audiences.segment", "shared").pk)},
    )
    world.keep(started, "start")
    world.keep(CalendarDay.objects.create(day=now.date(), works=False, name="x"))
    stage = world.row("lifecycle.stage", "shared")
    plan = plan_json(plan_in_force(stage.lifecycle))
    for number in (1, None):
        version = {"lifecycle": stage.lifecycle, "number": number, "plan": plan, "changed_at": now, "revision": 1}
        world.keep(LifecycleVersion.objects.create(**version), "published" if number else "draft")
    reason = world.keep(LossReason.objects.create(lifecycle=stage.lifecycle, name="x"))
    world.keep(StageDeadline.objects.create(stage=stage, loss_reason=reason, created_at=now))
    given = world.keep(StageHandOver.objects.create(stage=stage, created_at=now))
    given.people.add(by)
    JobTally.objects.create(job=job, digest=b"x", count=1)
    tag = world.row("tagging.tag", "shared")
    for whose in reps:
        run = {"what": "list", "tag": str(tag.pk), "add": True, "until": "", "title": "x"}
        ended = {"kind": "tagging", "state": "done", "created_at": now, "due_at": now, "options": run}
        world.rows.setdefault(TAG_RUN, {})[whose] = Job.objects.create(**ended, created_by=world.users.get(whose))
        leaver = world.users.get(whose, world.users["principal"])
        away = {"from_at": now, "until_at": now + timedelta(days=1), "created_at": now}
        world.keep(Leave.objects.create(user=leaver, **away), whose)
        given = Job.objects.create(
            kind="hand_over",
            title=str(leaver),
            state="done",
            created_by=by,
            created_at=now,
            due_at=now,
            options={"from": str(leaver.pk), "to": {str(by.pk): 1}, "by_rules": False, "sop": ""},
        )
        JobChange.objects.create(job=given, kind="contact", subject=uuid7(), before=leaver.pk, after=by.pk, at=now)
        world.rows.setdefault(HAND_OVER, {})[whose] = given
