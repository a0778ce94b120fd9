"""Rows of customers who became one, or may be one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import User
from contacts.merge_records import seal_record
from contacts.merging import Record
from contacts.models import Contact, ContactMerge, DuplicatePair, DuplicateSearch, IdentityRule
from scrm.core import clock
from scrm.core.ids import uuid7
from tests.factories import make_contact


def lay_recognition(keep: Callable[[Any], Any]) -> None:
    keep(IdentityRule.objects.create(kind="phone", position=1, confidence=90))
    keep(DuplicateSearch.objects.create(due_at=clock.now() + timedelta(days=1)))


def lay_merges(keep: Callable[[Any, str], Any], contact: Contact, owner: User | None, whose: str) -> None:
    now, folded = clock.now(), uuid7()
    merged = {"folded_id": folded, "sealed": seal_record(Record(), folded), "at": now}
    keep(ContactMerge.objects.create(survivor=contact, name="x", **merged), whose)
    alike = keep(make_contact("Lin", owner=owner), f"like {whose}")
    found = {"reason": "taken", "kind": "email", "hint": "x", "confidence": 70, "found_at": now}
    keep(DuplicatePair.objects.create(first=contact, second=alike, **found), whose)
