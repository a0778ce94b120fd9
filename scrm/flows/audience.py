"""The story of segments: people come and go by themselves, and whoever is to know of it is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import contacts.services
import events.services
from accounts.models import User
from accounts.services import record_audit
from audiences.check_queries import Moved, hold_names
from audiences.match_selectors import match_titles_of_segment
from audiences.models import Segment
from audiences.selectors import segment_member_count, segment_names, segment_parents
from audiences.services import archive_segment, delete_segment, refresh_stalest
from audiences.services_checks import check_contacts, moves_waiting, take_moves
from campaigns.enums import Trigger
from campaigns.models import Sop
from campaigns.selectors import sop_list_of_segment
from campaigns.services import start_sops
from events.inputs import Happening
from exchange.enums import HookEvent
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows import tiers
from scrm.flows.engagement import starts_for, take_in
from scrm.flows.telling import told

ENTERED: Final = "segment_entered"
LEFT: Final = "segment_left"

_SAID: Final = {"segment": "text", "name": "text"}
# code, names, the question it answers, both in English and Chinese, its properties
SEGMENT_EVENT_TYPES: Final = (
    (ENTERED, "Came into a segment", "进入人群", "Who becomes of interest?", "哪些人值得关注？", _SAID),
    (LEFT, "Left a segment", "离开人群", "Whom do we lose sight of?", "哪些人正在流失？", _SAID),
)


def checks_due(budget: Budget) -> bool:
    """Look at segments and tiers again for whom something changed; True when more may be waiting."""
    while True:
        with due_work():
            now = clock.now()
            checked = check_contacts(now=now)
            tiers.changed(checked.changed, now=now)
        if not checked.more:
            return False
        if budget.spent:
            return True


def segments_due(budget: Budget) -> bool:
    """Refresh the segments that have become stale, the stalest first; True when more may be waiting."""
    while refresh_stalest(now=clock.now()):
        if budget.spent:
            return True
    return False


def moves_due(budget: Budget) -> bool:
    """Tell of who came and went, some hundred at a time; True when more may be waiting."""
    while _tell_of_moves(clock.now()):
        if budget.spent:
            return True
    return False


def uses_of_segment(segment: Segment) -> tuple[list[Segment], list[Sop]]:
    """The segments whose rules name it, and the SOPs that begin with it."""
    return segment_parents(segment), sop_list_of_segment(segment.pk)


def segment_archived(segment: Segment, *, by: User, now: datetime) -> None:
    archive_segment(segment=segment, by=by, now=now)


def segment_removed(segment: Segment, *, by: User | None, now: datetime) -> list[str]:
    """Delete it, unless SOPs begin with it or matches are for it: gives their names.

    Rules that name it find nobody from then on.
    """
    with due_work():
        named = [*(sop.name for sop in sop_list_of_segment(segment.pk)), *match_titles_of_segment(segment.pk)]
        if not named:
            delete_segment(segment=segment, by=by, now=now)
        return named


def hold_segment() -> None:
    """Let nobody save a segment until the transaction ends."""
    hold_names()


def members_taken_along(segment: Segment, *, by: User, now: datetime) -> None:
    """Somebody takes the members that they see along as a file."""
    with due_work():
        seen = segment_member_count(by, segment)
        details = {"name": segment.name, "contacts": seen}
        record_audit(action="segment.exported", actor=by, subject=segment, details=details, now=now)


def _tell_of_moves(now: datetime) -> bool:
    with due_work():
        waiting = moves_waiting()
        if not waiting:
            return False
        # Contacts before what is theirs, as everywhere: a merge holds them, and then wants their moves.
        present = contacts.services.lock_contacts(contact_ids={contact_id for contact_id, _pk in waiting})
        moves = take_moves(ids=[pk for _contact_id, pk in waiting], held=present)
        names = segment_names({move.segment_id for move in moves})
        events.services.ensure_event_types(declared=_declared())
        take_in([_happening(move, names) for move in moves], now=now, held=present)
        for event, entered in ((HookEvent.SEGMENT_ENTERED, True), (HookEvent.SEGMENT_LEFT, False)):
            rows = [_row(move) for move in moves if move.entered is entered]
            told(event, rows, now=now)
        _start(moves, now)
    return True


def _start(moves: Sequence[Moved], now: datetime) -> None:
    by_cause: dict[tuple[UUID, bool], list[UUID]] = {}
    for move in moves:
        by_cause.setdefault((move.segment_id, move.entered), []).append(move.contact_id)
    starts = starts_for({move.contact_id: None for move in moves}, now) if moves else {}
    for (segment_id, entered), contact_ids in sorted(by_cause.items()):
        start_sops(
            trigger=Trigger.SEGMENT_ENTERED if entered else Trigger.SEGMENT_LEFT,
            starts=[starts[contact_id] for contact_id in contact_ids],
            segment_id=segment_id,
            now=now,
        )


def _happening(move: Moved, names: dict[UUID, str]) -> Happening:
    said = {"segment": str(move.segment_id), "name": names.get(move.segment_id, "")}
    code = ENTERED if move.entered else LEFT
    return Happening(move.contact_id, code, move.at, f"{code}:{move.id}", said)


def _row(move: Moved) -> dict[str, Any]:
    return {"contact_id": move.contact_id, "segment_id": move.segment_id}


def _declared() -> list[dict[str, Any]]:
    return [
        {"code": code, "name": en, "name_zh": zh, "question": question_zh, "properties": properties}
        for code, en, zh, _question, question_zh, properties in SEGMENT_EVENT_TYPES
    ]
