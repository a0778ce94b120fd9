"""What is kept for the twins' segments: bit strings by which they are counted, and what suits whom in them."""

from typing import TYPE_CHECKING
from uuid import UUID

from audiences.models import BitNote, Match
from audiences.services_bits import begin_bits, fold_bits
from scrm.core import clock

if TYPE_CHECKING:
    from tests.crawler.world import World


def lay_matches(world: "World") -> None:
    shown = {"material": world.row("content.material", "shared"), "channel": "email", "created_at": clock.now()}
    suits = {"segment": world.row("audiences.segment", "shared"), "city": "x", "product_group": "x", "words": "x"}
    world.keep(Match.objects.create(**shown, **suits, active=False))


def lay_bits(noted: UUID) -> None:
    assert begin_bits()
    fold_bits(now=clock.now())
    BitNote.objects.create(contact_id=noted)
