"""Reads of what people say about what we sell, within what the reader may see."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from accounts.models import User
from accounts.selectors import visible_to
from commerce.enums import Sentiment
from commerce.models import Product, Voice, VoiceTopic
from scrm.core.pagination import earlier

_SHOWN = Q(interaction=None) | Q(interaction__deleted_at=None)


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How often a topic came up, and in which mood."""

    topic: VoiceTopic
    voices: int
    good: int
    bad: int


def voice_list(
    viewer: User,
    *,
    search: str = "",
    topic: str = "",
    product: str = "",
    sentiment: str = "",
    since: datetime | None = None,
) -> QuerySet[Voice]:
    """Voices of contacts that the viewer may see."""
    rows = visible_to(viewer, Voice.objects.filter(_SHOWN), owner="contact__owner")
    if search:
        rows = rows.filter(Q(text__icontains=search) | Q(wish__icontains=search))
    if topic:
        rows = rows.filter(topics=UUID(topic))
    if product:
        rows = rows.filter(product=UUID(product))
    if sentiment:
        rows = rows.filter(sentiment=sentiment)
    return rows.filter(at__gte=since) if since else rows


def voice_rows(rows: QuerySet[Voice]) -> QuerySet[Voice]:
    """With what a quote shows."""
    return rows.select_related("contact", "product", "by").prefetch_related("topics")


def voice_counts(rows: QuerySet[Voice]) -> list[TopicCount]:
    """How often each topic comes up among these, the most frequent first."""
    counted = (
        rows.order_by()
        .exclude(topics=None)
        .values("topics")
        .annotate(
            voices=Count("pk"),
            good=Count("pk", filter=Q(sentiment=Sentiment.GOOD)),
            bad=Count("pk", filter=Q(sentiment=Sentiment.BAD)),
        )
        .order_by("-voices", "topics")
    )
    topics = VoiceTopic.objects.in_bulk()
    return [TopicCount(topics[row["topics"]], row["voices"], row["good"], row["bad"]) for row in counted]


def voice_months(rows: QuerySet[Voice], zone: ZoneInfo) -> list[tuple[date, str, int]]:
    """(month, mood, voices) among these, the earliest first."""
    counted = (
        rows.order_by()
        .annotate(month=TruncMonth("at", tzinfo=zone))
        .values("month", "sentiment")
        .annotate(voices=Count("pk", distinct=True))
        .order_by("month", "sentiment")
    )
    return [(row["month"].date(), row["sentiment"], row["voices"]) for row in counted]


def voice_wishes(rows: QuerySet[Voice], limit: int = 10) -> list[tuple[str, int]]:
    """What is wished for most among these."""
    counted = rows.order_by().exclude(wish="").values("wish").annotate(voices=Count("pk", distinct=True))
    return list(counted.order_by("-voices", "wish").values_list("wish", "voices")[:limit])


def voice_detail(viewer: User, voice_id: UUID) -> Voice | None:
    return voice_rows(voice_list(viewer)).filter(pk=voice_id).first()


def voice_list_of_contact(
    contact_id: UUID, *, before: datetime | None = None, before_id: UUID | None = None, text: str = "", limit: int = 30
) -> list[Voice]:
    """What a contact said, newest first, older than a place in its timeline."""
    rows = voice_rows(Voice.objects.filter(_SHOWN, contact=contact_id))
    if text:
        rows = rows.filter(Q(text__icontains=text) | Q(wish__icontains=text))
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def voice_topic_choices() -> list[tuple[str, str]]:
    rows = VoiceTopic.objects.filter(archived=False).order_by("position", "name")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def voice_topic_list() -> list[VoiceTopic]:
    """All of them with `uses`, how often each came up."""
    return list(VoiceTopic.objects.annotate(uses=Count("voices")).order_by("archived", "position", "name"))


def voice_topic_rows() -> QuerySet[VoiceTopic]:
    return VoiceTopic.objects.all()


def voice_topic_get(topic_id: UUID) -> VoiceTopic | None:
    return VoiceTopic.objects.filter(pk=topic_id).first()


def voice_product_choices() -> list[tuple[str, str]]:
    rows = Product.objects.filter(active=True).order_by("name")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")[:500]]
