"""Reads about what comes in and goes out: long jobs and API keys."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from exchange.enums import JobState
from exchange.models import ApiKey, Job


def job_list(kind: str) -> QuerySet[Job]:
    """Jobs of a kind, the newest first."""
    return Job.objects.filter(kind=kind).select_related("created_by").order_by("-created_at", "-pk")


def job_detail(job_id: UUID, kind: str) -> Job | None:
    return Job.objects.filter(pk=job_id, kind=kind).select_related("created_by").first()


def job_count_failed(kind: str, *, since: datetime) -> int:
    return Job.objects.filter(kind=kind, state=JobState.FAILED, created_at__gte=since).count()


def api_key_list() -> QuerySet[ApiKey]:
    """Every key, those in use first."""
    return ApiKey.objects.select_related("created_by").order_by(F("revoked_at").asc(nulls_first=True), "-created_at")


def api_key_detail(key_id: UUID) -> ApiKey | None:
    return ApiKey.objects.filter(pk=key_id).select_related("created_by").first()
