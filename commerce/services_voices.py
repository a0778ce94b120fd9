"""Writes of what people say about what we sell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from commerce.enums import Sentiment
from commerce.models import OpportunityItem, Product, Voice, VoiceTopic
from leads.models import Interaction


@dataclass(frozen=True, slots=True)
class VoiceSaid:
    """What somebody said about a product or about us."""

    text: str
    topic_ids: Collection[UUID] = ()
    product_id: UUID | None = None
    sentiment: str = Sentiment.NEUTRAL
    wish: str = ""


@transaction.atomic
def record_voice(
    *, contact_id: UUID, said: VoiceSaid, interaction: Interaction | None = None, by: User | None, now: datetime
) -> Voice:
    """Keep what somebody said. ValidationError."""
    voice = Voice(
        contact_id=contact_id,
        interaction=interaction,
        product_id=said.product_id,
        text=said.text.strip(),
        wish=" ".join(said.wish.split()),
        sentiment=said.sentiment,
        by=by,
        at=now,
    )
    voice.clean_fields(exclude={"contact", "interaction", "product", "by"})
    topics = list(VoiceTopic.objects.filter(pk__in=set(said.topic_ids)))
    if len(topics) != len(set(said.topic_ids)):
        raise ValidationError({"topics": _("Choose topics of the list.")})
    voice.save(force_insert=True)
    voice.topics.set(topics)
    details = {"sentiment": str(said.sentiment), "topics": len(topics)}
    record_audit(action="voice.recorded", actor=by, subject=voice, details=details, now=now)
    return voice


@transaction.atomic
def remove_voice(*, voice: Voice, by: User | None, now: datetime) -> None:
    """Take it out of the log."""
    record_audit(action="voice.removed", actor=by, subject=voice, now=now)
    Voice.objects.filter(pk=voice.pk).delete()


def ensure_voice_topics(*, names: Sequence[str]) -> None:
    """Write topics; those there already keep what people made of them."""
    VoiceTopic.objects.bulk_create(
        [VoiceTopic(name=name, position=place) for place, name in enumerate(names)], ignore_conflicts=True
    )


@transaction.atomic
def save_voice_topic(*, topic: VoiceTopic | None, name: str, archived: bool, by: User, now: datetime) -> VoiceTopic:
    """Make or rename a topic, or put it aside. ValidationError."""
    topic = topic or VoiceTopic(position=VoiceTopic.objects.count())
    topic.name, topic.archived = name.strip(), archived
    topic.full_clean()
    topic.save()
    details = {"name": topic.name, "archived": archived}
    record_audit(action="voice_topic.saved", actor=by, subject=topic, details=details, now=now)
    return topic


def set_opportunity_products(*, opportunity_id: UUID, product_ids: Collection[UUID]) -> bool:
    """Say what an opportunity is about; False when it was so already. In the caller's transaction."""
    wanted = set(Product.objects.filter(pk__in=set(product_ids)).values_list("pk", flat=True))
    rows = OpportunityItem.objects.filter(opportunity=opportunity_id)
    held = set(rows.values_list("product", flat=True))
    rows.exclude(product__in=wanted).delete()
    OpportunityItem.objects.bulk_create(
        [OpportunityItem(opportunity_id=opportunity_id, product_id=pk) for pk in sorted(wanted - held)],
        ignore_conflicts=True,
    )
    return wanted != held
