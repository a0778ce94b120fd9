"""Writes what happened, each event once, and the tracking plan."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from events import queries
from events.inputs import Happening, HappeningOutcome
from events.models import Event, EventType
from events.plan import Declared, problem_of
from scrm.core.bulk import insert_columns


def store_events(
    *,
    happenings: Sequence[Happening],
    declared: Mapping[str, Declared],
    contact_ids: Collection[UUID],
    now: datetime,
    are_new: bool = False,
) -> list[HappeningOutcome]:
    """Store events that are new; says of each whether it was. `contact_ids` exist and are locked.

    `declared` is what the tracking plan says of their types.

    `are_new` where none can be here yet: each is named after something that was made in this transaction.
    """
    problems = [
        problem_of(happening, declared.get(happening.type))
        or ("" if happening.contact_id in contact_ids else gettext("There is no such customer."))
        for happening in happenings
    ]
    fit = {
        happening.dedupe_key: happening
        for happening, problem in zip(reversed(happenings), reversed(problems), strict=True)
        if not problem
    }
    # In one order, so that two batches that tell the same can't wait for each other.
    ordered = sorted(fit.values(), key=attrgetter("dedupe_key"))
    columns: dict[str, list[Any]] = {
        "contact_id": [happening.contact_id for happening in ordered],
        "type_id": [declared[happening.type].id for happening in ordered],
        "occurred_at": [happening.occurred_at for happening in ordered],
        "dedupe_key": [happening.dedupe_key for happening in ordered],
        "properties": [dict(happening.properties) for happening in ordered],
    }
    if are_new:
        insert_columns(Event, columns, {"received_at": now})
        new = set(fit)
    else:
        conflict = "(dedupe_key) DO NOTHING"
        stored = insert_columns(Event, columns, {"received_at": now}, on_conflict=conflict, returning="dedupe_key")
        new = {row[0] for row in stored}
    outcomes = []
    for happening, problem in zip(happenings, problems, strict=True):
        outcomes.append(HappeningOutcome(not problem and happening.dedupe_key in new, problem))
        # The same event twice in one batch: the first is new, the second is not.
        if not problem:
            new.discard(happening.dedupe_key)
    return outcomes


def remove_events(*, dedupe_keys: Collection[str]) -> None:
    """Delete events that turned out not to have happened."""
    Event.objects.filter(dedupe_key__in=list(dedupe_keys)).delete()


def ensure_event_types(*, declared: Sequence[Mapping[str, Any]]) -> None:
    """Write lines of the tracking plan; those there already keep what people made of them."""
    EventType.objects.bulk_create([EventType(**each) for each in declared], ignore_conflicts=True)


def declarations(types: Collection[str]) -> dict[str, Declared]:
    """The lines of the tracking plan on these types of event."""
    return {row[1]: Declared(*row) for row in queries.declared(types)}
