"""What was said to the twins' people, what may come of it, and how they were judged."""

from typing import TYPE_CHECKING, Final

from audiences.models import SegmentCheck, SegmentMember, SegmentMove, SegmentRun
from commerce.models import OpportunityItem, Tier, TierMove, TierPlace, TierScheme, Voice, VoiceTopic
from contacts.models import CustomField, OwnerChange
from leads.models import (
    ContactRating,
    Interaction,
    InteractionEdit,
    Lead,
    Opportunity,
    OpportunityMove,
    OpportunityStage,
    Outcome,
    PoolPolicy,
    PoolRule,
    PoolWarning,
    RatingChange,
    ResponsePause,
)
from leads.services.attachments import Upload, attach_files
from scrm.core import clock
from tagging.models import ContactScore, ScoreRule, ScoreScale, Tag
from tests.crawler.canaries import Canaries

if TYPE_CHECKING:
    from tests.crawler.world import World


POOLED: Final = "leads.lead, pooled"
"""Nobody's lead, which is offered to everybody who may claim."""


def lay_story(world: "World", tag: Tag) -> None:
    """The business's own lists, and how it scores."""
    keep = world.keep
    keep(Outcome.objects.create(kind="note", name="x"))
    keep(VoiceTopic.objects.create(name="x"))
    keep(OpportunityStage.objects.create(name="x"))
    keep(ScoreRule.objects.create(name="x", kind="tag", tag=tag, points=1, created_at=clock.now()))
    keep(ScoreScale.objects.create())
    keep(PoolPolicy.objects.create())
    keep(SegmentCheck.objects.create(contact_ids=[], watches=["other"], at=clock.now()))
    scheme = keep(TierScheme.objects.create(name="x", kind="rule", created_at=clock.now()))
    keep(Tier.objects.create(scheme=scheme, code="x", name="x", position=0))
    keep(PoolRule.objects.create(created_at=clock.now()))
    for subject in ("lead", "company"):
        CustomField.objects.create(code=subject, subject=subject, kind="text", label=subject, created_at=clock.now())


def tell_story(world: "World", canaries: Canaries, whose: str, lead: Lead) -> None:
    """What was said to somebody, what may come of it, and how they were judged."""
    now, keep, owner, of = clock.now(), world.keep, world.users.get(whose), {"contact": lead.contact}
    talk = keep(Interaction.objects.create(**of, lead=lead, kind="note", text="x", by=owner, at=now), whose)
    keep(InteractionEdit.objects.create(interaction=talk, by=owner, at=now), whose)
    word = canaries.mint(world.letter, "leads.attachment", whose)
    [file] = attach_files(contact_id=talk.contact_id, uploads=[Upload("x.txt", word.encode())], by=owner, now=now)
    keep(file, whose)
    voice = keep(Voice.objects.create(**of, text="x", by=owner, at=now), whose)
    voice.topics.add(world.row("commerce.voicetopic", "shared"))
    held = {"reason": "asked", "at": now, "until": now, "by": owner, "ended_at": now, "ended_as": "hand"}
    keep(ResponsePause.objects.create(clock_id=lead.pk, **held), whose)
    stage = world.row("leads.opportunitystage", "shared")
    deal = {"name": "x", "stage": stage, "owner": owner, "created_at": now}
    deal = keep(Opportunity.objects.create(**of, lead=lead, **deal), whose)
    keep(OpportunityMove.objects.create(opportunity=deal, to_stage=stage, currency="CNY", by=owner, at=now), whose)
    product = world.row("commerce.product", "shared")
    keep(OpportunityItem.objects.create(opportunity=deal, product=product), whose)
    keep(ContactRating.objects.create(**of, rating="A", by=owner, at=now), whose)
    keep(RatingChange.objects.create(**of, lead=lead, after="A", by=owner, at=now), whose)
    scheme, tier = world.row("commerce.tierscheme", "shared"), world.row("commerce.tier", "shared")
    scores = {"since": now, "recency": 5, "frequency": 1, "money": 1}
    keep(TierPlace.objects.create(**of, scheme=scheme, tier=tier, **scores), whose)
    keep(TierMove.objects.create(**of, scheme=scheme, after=tier, at=now), whose)
    keep(OwnerChange.objects.create(**of, after=owner, why="lead", by=owner, at=now), whose)
    keep(ContactScore.objects.create(**of, points=1), whose)
    segment = {"segment": world.row("audiences.segment", "shared")}
    keep(SegmentMember.objects.create(**of, **segment, entered_at=now), whose)
    keep(SegmentMove.objects.create(**of, **segment, entered=True, at=now), whose)
    keep(SegmentRun.objects.create(**segment, cause="asked", at=now), whose)
    if owner is None:
        world.rows.setdefault(POOLED, {})["shared"] = lead
    keep(PoolWarning.objects.create(**of, owner=owner or world.users["dan"], due_at=now), whose)
