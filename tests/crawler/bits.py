"""What is kept for the twins' segments: bit strings that count them, what suits whom, and what finds their tags."""

from typing import TYPE_CHECKING
from uuid import UUID

from audiences.models import BitNote, Match
from audiences.services_bits import begin_bits, fold_bits
from scrm.core import clock
from tagging.models import TagScoring, TagSignal

if TYPE_CHECKING:
    from tests.crawler.world import World


def lay_finding(world: "World") -> None:
    shown = {"material": world.row("content.material", "shared"), "channel": "email", "created_at": clock.now()}
    suits = {"segment": world.row("audiences.segment", "shared"), "city": "x", "product_group": "x", "words": "x"}
    world.keep(Match.objects.create(**shown, **suits, active=False))
    tag = world.row("tagging.tag", "shared")
    world.keep(TagScoring.objects.create(group=tag.group))
    world.keep(TagSignal.objects.create(tag=tag, event_type="task_done", property="x", value="x"))


def lay_bits(noted: UUID) -> None:
    assert begin_bits()
    fold_bits(now=clock.now())
    BitNote.objects.create(contact_id=noted)
