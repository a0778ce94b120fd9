"""Bit strings of the twins' people, by which their segments are counted."""

from uuid import UUID

from audiences.models import BitNote
from audiences.services_bits import begin_bits, fold_bits
from scrm.core import clock


def lay_bits(noted: UUID) -> None:
    assert begin_bits()
    fold_bits(now=clock.now())
    BitNote.objects.create(contact_id=noted)
