"""Which hand-overs somebody sees, and which they may stop or take back."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Scope
from accounts.models import User
from accounts.selectors import user_list_with_leavers
from exchange.models import Job
from exchange.selectors import job_detail, job_list_about
from scrm.flows.handover_job import KIND


def hand_overs_seen(viewer: User) -> QuerySet[Job]:
    """Those of colleagues whose customers the viewer may see."""
    leavers = user_list_with_leavers(viewer).values_list("pk", flat=True)
    return job_list_about(KIND, "from", map(str, leavers)).select_related("created_by")


def hand_over_seen(viewer: User, job_id: UUID) -> Job | None:
    job = job_detail(job_id, KIND)
    if job is None or not user_list_with_leavers(viewer).filter(pk=job.options["from"]).exists():
        return None
    return job


def may_steer(user: User, job: Job) -> bool:
    """Whoever began it, or who sees everything: it may have gone beyond a department."""
    return job.created_by_id == user.pk or user.data_scope == Scope.ALL
