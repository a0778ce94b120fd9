"""Decides what a link of the audit chain is, and finds where a chain was tampered with. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Line:
    """What an audit entry says."""

    id: int
    at: datetime
    actor_id: UUID | None
    actor_label: str
    action: str
    subject_type: str
    subject_id: str
    details: Mapping[str, Any]
    ip: str | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """A seal as it is stored, and the entry that it names, if that is still there."""

    number: int
    entry_id: int
    hash: bytes
    line: Line | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain was known to have reached, kept apart from it."""

    number: int
    hash: bytes
    genuine: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the trail isn't what was written; `number` is the link's, 0 for an entry without one."""

    kind: str
    number: int
    entry_id: int | None = None


def genesis(owner: bytes) -> bytes:
    """What the first link holds on to; another tenant's chain begins elsewhere."""
    return hashlib.sha256(b"scrm.audit:" + owner).digest()


def link_hash(previous: bytes, number: int, line: Line) -> bytes:
    """SHA-256 over the canonical JSON of the previous hash, the number and all that the entry says."""
    said = [
        previous.hex(),
        number,
        line.id,
        line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        line.actor_id.hex if line.actor_id else None,
        line.actor_label,
        line.action,
        line.subject_type,
        line.subject_id,
        line.details,
        line.ip,
        line.request_id,
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate can't come out of PostgreSQL; anything else has one UTF-8 form.
    return hashlib.sha256(text.encode()).digest()


def chain(lines: Iterable[Line], *, after: bytes, number: int) -> Iterator[tuple[int, int, bytes]]:
    """Number, entry and hash of each new link behind the one that is `number` with the hash `after`."""
    for line in lines:
        number += 1
        after = link_hash(after, number, line)
        yield number, line.id, after


def tampering(
    links: Iterable[Link], anchors: Iterable[Anchor], *, start: bytes, loose: Iterable[int] = ()
) -> Iterator[Finding]:
    """Every place where links (in order of number), anchors or entries don't fit together.

    `loose` are entries that have no link though none is on its way. After a bad link the stored hash is
    taken for granted, so that one deed is one finding and not as many as there are links behind it.
    """
    waiting = {anchor.number: anchor for anchor in anchors}
    for anchor in waiting.values():
        if not anchor.genuine:
            yield Finding("anchor_forged", anchor.number)
    previous, expected = start, 1
    for link in links:
        if link.number != expected:
            yield Finding("link_missing", expected)
        elif link.line is None:
            yield Finding("entry_deleted", link.number, link.entry_id)
        elif link_hash(previous, link.number, link.line) != link.hash:
            yield Finding("entry_changed", link.number, link.entry_id)
        anchored = waiting.pop(link.number, None)
        if anchored is not None and anchored.hash != link.hash:
            yield Finding("chain_rewritten", link.number, link.entry_id)
        previous, expected = link.hash, link.number + 1
    for number in sorted(waiting):
        yield Finding("tail_cut", number)
    for entry_id in loose:
        yield Finding("entry_inserted", 0, entry_id)
