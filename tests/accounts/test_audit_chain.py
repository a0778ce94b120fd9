"""The chain as values: whatever is done to a trail, going over it says so."""

import os
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.chain import Anchor, Line, Link, chain, genesis, link_hash, tampering

START = genesis(b"acme")
EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
details = st.dictionaries(words, st.one_of(st.none(), st.booleans(), st.integers(), words), max_size=3)


def make_line(number: int, said: dict) -> Line:
    at = EPOCH + timedelta(seconds=number)
    return Line(number * 2, at, UUID(int=number), "Ada", "lead.won", "leads.lead", str(number), said, "::1", "r")


class Store:
    """What the database holds: entries, seals by number, and the anchors kept apart."""

    def __init__(self, said: list[dict], anchored: set[int]):
        self.lines = {line.id: line for line in (make_line(at, each) for at, each in enumerate(said, 1))}
        self.seals = [(n, e, h) for n, e, h in chain(self.lines.values(), after=START, number=0)]
        self.anchors = [Anchor(n, h, True) for n, _entry, h in self.seals if n in anchored]

    def findings(self) -> list:
        named = {entry for _number, entry, _hash in self.seals}
        links = [Link(n, e, h, self.lines.get(e)) for n, e, h in sorted(self.seals)]
        loose = [entry for entry in self.lines if entry not in named]
        return list(tampering(links, self.anchors, start=START, loose=loose))

    def reseal(self, behind: int) -> None:
        """Write the chain anew from a number on, as somebody would who knows how it is made."""
        kept = [seal for seal in self.seals if seal[0] < behind]
        rest = [self.lines[entry] for number, entry, _hash in self.seals if number >= behind and entry in self.lines]
        after = kept[-1][2] if kept else START
        self.seals = [*kept, *chain(rest, after=after, number=len(kept))]


def change(store, data):
    entry = data.draw(st.sampled_from(sorted(store.lines)))
    line = store.lines[entry]
    field, value = data.draw(
        st.sampled_from(
            [
                ("at", line.at + timedelta(microseconds=1)),
                ("actor_id", UUID(int=0)),
                ("actor_id", None),
                ("actor_label", "Cai"),
                ("action", "lead.lost"),
                ("subject_type", "leads.source"),
                ("subject_id", line.subject_id + "0"),
                ("details", {**line.details, "more": 1}),
                ("ip", None),
                ("request_id", ""),
            ]
        )
    )
    store.lines[entry] = replace(line, **{field: value})


def delete_entry(store, data):
    del store.lines[data.draw(st.sampled_from(sorted(store.lines)))]


def delete_seal(store, data):
    store.seals.remove(data.draw(st.sampled_from(store.seals)))


def delete_both(store, data):
    seal = data.draw(st.sampled_from(store.seals))
    store.seals.remove(seal)
    del store.lines[seal[1]]


def cut_tail(store, data):
    keep = data.draw(st.integers(0, len(store.seals) - 1))
    for _number, entry, _hash in store.seals[keep:]:
        del store.lines[entry]
    store.seals = store.seals[:keep]


def insert_entry(store, data):
    store.lines[1] = replace(make_line(1, {}), id=1)


def insert_sealed(store, data):
    insert_entry(store, data)
    head = store.seals[-1]
    at = data.draw(st.sampled_from([head[0] + 1, head[0]]))
    store.seals.append((at, 1, os.urandom(32)))


def swap_seals(store, data):
    assume(len(store.seals) > 1)
    one, two = data.draw(st.lists(st.sampled_from(range(len(store.seals))), min_size=2, max_size=2, unique=True))
    (n1, e1, h1), (n2, e2, h2) = store.seals[one], store.seals[two]
    hashes = data.draw(st.sampled_from([(h1, h2), (h2, h1)]))
    store.seals[one], store.seals[two] = (n1, e2, hashes[0]), (n2, e1, hashes[1])


def swap_contents(store, data):
    assume(len(store.lines) > 1)
    one, two = data.draw(st.lists(st.sampled_from(sorted(store.lines)), min_size=2, max_size=2, unique=True))
    first, second = store.lines[one], store.lines[two]
    store.lines[one], store.lines[two] = replace(second, id=one), replace(first, id=two)


def change_hash(store, data):
    at = data.draw(st.sampled_from(range(len(store.seals))))
    number, entry, digest = store.seals[at]
    store.seals[at] = (number, entry, bytes([digest[0] ^ 1]) + digest[1:])


def rewrite(store, data):
    deed = data.draw(st.sampled_from([change, delete_both, swap_contents]))
    before = deepcopy(store.seals)
    deed(store, data)
    store.reseal(1)
    assume(store.seals != before)


def forge_anchor(store, data):
    rewrite(store, data)
    store.anchors = [Anchor(n, h, False) for n, _entry, h in store.seals]
    assume(store.anchors)


DEEDS = [
    *(change, delete_entry, delete_seal, delete_both, cut_tail, insert_entry, insert_sealed),
    *(swap_seals, swap_contents, change_hash, rewrite, forge_anchor),
]


@settings(max_examples=10_000 if os.environ.get("SCRM_DEEP") else 300)
@given(st.lists(details, min_size=1, max_size=8), st.sets(st.integers(1, 8)), st.sampled_from(DEEDS), st.data())
def test_any_tampering_is_found(said, anchored, deed, data):
    store = Store(said, {*anchored, len(said)})
    assert store.findings() == []

    deed(store, data)

    assert store.findings()


def test_deed_in_the_middle_is_one_finding():
    store = Store([{} for _ in range(5)], {5})

    store.lines[6] = replace(store.lines[6], actor_label="Cai")

    assert [(found.kind, found.number, found.entry_id) for found in store.findings()] == [("entry_changed", 3, 6)]


def test_hash_is_that_of_the_written_down_form():
    """A chain must verify for as long as it is kept: the form of a link is never changed."""
    line = Line(7, EPOCH, UUID(int=1), "Ada 李", "lead.won", "leads.lead", "x", {"b": 1, "a": None}, "::1", "r1")

    written = (
        f'["{START.hex()}",1,7,"2026-03-01T00:00:00.000000+00:00","00000000000000000000000000000001",'
        '"Ada 李","lead.won","leads.lead","x",{"a":null,"b":1},"::1","r1"]'
    )
    assert link_hash(START, 1, line) == sha256(written.encode()).digest()


def test_chain_of_another_owner_does_not_fit():
    store = Store([{}], set())
    links = [Link(n, e, h, store.lines[e]) for n, e, h in store.seals]

    assert [found.kind for found in tampering(links, [], start=genesis(b"globex"))] == ["entry_changed"]
