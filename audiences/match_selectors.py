"""Reads of what suits whom: the table of matches, and the next best for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from audiences.match_models import Match
from audiences.matching import Person, Reason, chosen, row_of
from audiences.models import SegmentMember
from commerce.selectors import purchase_moments
from contacts.models import Contact
from contacts.selectors import marks_of
from content.selectors import views_of_contact
from tenants.selectors import tenant_current

RESTS: Final = timedelta(days=30)
"""How long nobody is offered again what they opened."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that suits a contact now, with why."""

    match: Match
    reasons: Sequence[Reason]


def match_list() -> QuerySet[Match]:
    """In the order in which they are asked."""
    return Match.objects.select_related("segment", "material")


def match_get(pk: UUID) -> Match | None:
    return match_list().filter(pk=pk).first()


def match_titles_of_segment(segment_id: UUID) -> list[str]:
    """What is shown to whom is in it, by title."""
    rows = Match.objects.filter(segment=segment_id).order_by("material__title")
    return list(rows.values_list("material__title", flat=True))


def suggestions_for(contact: Contact, now: datetime) -> list[Suggestion]:
    """What suits a contact now, the next best first; without what they opened lately or may not be reached by."""
    inside = SegmentMember.objects.filter(segment=OuterRef("segment"), contact=contact.pk, left_at=None)
    opened = views_of_contact(contact.pk, since=now - RESTS).filter(link__material=OuterRef("material"))
    rows = match_list().filter(Q(segment=None) | Exists(inside), ~Exists(opened), active=True, material__active=True)
    matches = {match.pk: match for match in rows}
    if not matches:
        return []
    person = Person(
        at=now.astimezone(ZoneInfo(contact.zone or tenant_current().zone)),
        city=contact.city,
        barred=frozenset(mark.channel for mark in marks_of(contact.pk)),
        bought=purchase_moments(contact.pk),
    )
    found = chosen(map(row_of, matches.values()), person)
    return [Suggestion(matches[row.id], reasons) for row, reasons in found]


def next_best(contact: Contact, now: datetime) -> Suggestion | None:
    return next(iter(suggestions_for(contact, now)), None)
