"""Reads about what comes in and goes out: long jobs, API keys, webhooks."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from exchange.enums import DeliveryState, InboxState, JobState
from exchange.models import ApiKey, InboxMessage, Job, JobChange, Webhook, WebhookDelivery, WebhookEndpoint
from exchange.sealed import open_column


def job_list(*kinds: str, beginning: str = "") -> QuerySet[Job]:
    """Jobs of these kinds, the newest first; and those of another from which one of them comes, until it has."""
    jobs = Job.objects.filter(kind__in=[*kinds, beginning]).exclude(kind=beginning, state=JobState.DONE)
    return jobs.select_related("created_by").order_by("-created_at", "-pk")


def job_list_about(kind: str, name: str, values: Iterable[str]) -> QuerySet[Job]:
    """Those of a kind of which an option is one of these, the newest first."""
    return job_list(kind).filter(**{f"options__{name}__in": list(values)})


def job_detail(job_id: UUID, *kinds: str) -> Job | None:
    return Job.objects.filter(pk=job_id, kind__in=kinds).select_related("created_by").first()


def job_get(job_id: UUID) -> Job | None:
    return Job.objects.filter(pk=job_id).first()


def job_done_with(kind: str, **options: str) -> Job | None:
    """The newest job of a kind that is done and had these options."""
    return _with(job_list(kind).filter(state=JobState.DONE), options).first()


def job_newest_with(kind: str, **options: str) -> Job | None:
    """The newest job of a kind that had these options, however far it is."""
    return _with(job_list(kind), options).first()


def job_list_with_error_files() -> list[Job]:
    """Ended jobs whose refused rows are kept still."""
    ended = [JobState.DONE, JobState.FAILED, JobState.CANCELLED]
    return list(Job.objects.filter(state__in=ended).exclude(error_file="").order_by("pk"))


def job_under_way(kinds: Collection[str], *, since_before: datetime) -> bool:
    """Whether one that was there before then waits or runs, now or when it is tried again."""
    return Job.objects.filter(
        kind__in=kinds, state__in=[JobState.WAITING, JobState.RUNNING], created_at__lt=since_before
    ).exists()


def job_count_failed(kind: str, *, since: datetime) -> int:
    return Job.objects.filter(kind=kind, state=JobState.FAILED, created_at__gte=since).count()


def change_count(job_id: UUID, kind: str) -> int:
    """How many changes of a kind a job made that were not taken back."""
    return JobChange.objects.filter(job=job_id, kind=kind).count()


def change_count_made(job_id: UUID, kind: str) -> int:
    """As `change_count`, of a job that notes first what it is to change: without what it never came to."""
    made = Q(before__isnull=False) | Q(after__isnull=False)
    return JobChange.objects.filter(made, job=job_id, kind=kind).count()


def change_counts_by_after(job_id: UUID, kind: str) -> dict[UUID, int]:
    """Whom they went to, and how many to each."""
    rows = JobChange.objects.filter(job=job_id, kind=kind, after__isnull=False).order_by()
    return dict(rows.values_list("after").annotate(Count("pk")))


def changes_staying(job_id: UUID, kind: str) -> QuerySet[JobChange]:
    """Those that were to be taken back and could not be."""
    return JobChange.objects.filter(job=job_id, kind=kind).exclude(why="").order_by("pk")


def api_key_list() -> QuerySet[ApiKey]:
    """Every key, those in use first."""
    return ApiKey.objects.select_related("created_by").order_by(F("revoked_at").asc(nulls_first=True), "-created_at")


def api_key_detail(key_id: UUID) -> ApiKey | None:
    return ApiKey.objects.filter(pk=key_id).select_related("created_by").first()


def endpoint_by_code(code: str) -> WebhookEndpoint | None:
    return WebhookEndpoint.objects.filter(code=code).first()


def endpoint_list() -> QuerySet[WebhookEndpoint]:
    """Every webhook in, with how many messages wait for somebody and when the last one came."""
    messages = InboxMessage.objects.filter(endpoint=OuterRef("pk"))
    return WebhookEndpoint.objects.annotate(
        last_at=Subquery(messages.order_by("-received_at").values("received_at")[:1]),
        held=_count_of(messages.filter(state=InboxState.HELD)),
        failed=_count_of(messages.filter(state=InboxState.FAILED)),
    ).order_by("name", "pk")


def endpoint_detail(endpoint_id: UUID) -> WebhookEndpoint | None:
    return WebhookEndpoint.objects.filter(pk=endpoint_id).select_related("created_by").first()


def message_list(endpoint: WebhookEndpoint) -> QuerySet[InboxMessage]:
    """What came by a webhook, the newest first, without its payloads."""
    kept = Case(When(payload=None, then=Value(False)), default=Value(True))
    rows = InboxMessage.objects.filter(endpoint=endpoint).annotate(is_kept=kept).defer("payload", "dedupe_key")
    return rows.order_by("-received_at", "-pk")


def message_detail(endpoint: WebhookEndpoint, message_id: UUID) -> InboxMessage | None:
    return InboxMessage.objects.filter(endpoint=endpoint, pk=message_id).first()


def message_newest(endpoint: WebhookEndpoint, *, since: datetime | None = None) -> InboxMessage | None:
    """The last message that came, after a moment if one is given, whose payload is still there."""
    rows = InboxMessage.objects.filter(endpoint=endpoint).exclude(payload=None)
    if since is not None:
        rows = rows.filter(received_at__gt=since)
    return rows.order_by("-received_at", "-pk").first()


def message_ids_failed(endpoint: WebhookEndpoint, limit: int = 1_000) -> list[UUID]:
    rows = InboxMessage.objects.filter(endpoint=endpoint, state=InboxState.FAILED).exclude(payload=None)
    return list(rows.order_by("received_at").values_list("pk", flat=True)[:limit])


def message_count_held(endpoint: WebhookEndpoint) -> int:
    return InboxMessage.objects.filter(endpoint=endpoint, state=InboxState.HELD).count()


def webhook_list() -> QuerySet[Webhook]:
    """Who is told of changes, with how much waits and has failed."""
    deliveries = WebhookDelivery.objects.filter(webhook=OuterRef("pk"))
    return Webhook.objects.annotate(
        waiting=_count_of(deliveries.filter(state=DeliveryState.WAITING)),
        failed=_count_of(deliveries.filter(state=DeliveryState.FAILED)),
    ).order_by("name", "pk")


def webhook_detail(webhook_id: UUID) -> Webhook | None:
    return Webhook.objects.filter(pk=webhook_id).select_related("created_by").first()


def delivery_list(webhook: Webhook, *, state: str = "") -> QuerySet[WebhookDelivery]:
    """What a webhook was told and is to be told, the newest first."""
    rows = WebhookDelivery.objects.filter(webhook=webhook).order_by("-occurred_at", "-pk")
    return rows.filter(state=state) if state else rows


def delivery_detail(webhook: Webhook, delivery_id: UUID) -> WebhookDelivery | None:
    return WebhookDelivery.objects.filter(webhook=webhook, pk=delivery_id).first()


def delivery_answer(delivery: WebhookDelivery) -> str:
    """The beginning of what the receiver said last."""
    return open_column(delivery, "answer").decode(errors="replace")


def delivery_ids_failed(webhook: Webhook, limit: int = 1_000) -> list[UUID]:
    rows = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.FAILED)
    return list(rows.order_by("occurred_at").values_list("pk", flat=True)[:limit])


def _with(rows: QuerySet[Job], options: Mapping[str, str]) -> QuerySet[Job]:
    return rows.filter(**{f"options__{name}": value for name, value in options.items()})


def _count_of(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values(_only=Value(1)).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)
