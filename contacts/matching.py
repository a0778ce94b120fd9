"""Decides which arrivals are one person, and which existing person that is. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from contacts.enums import IdentityKind

Key = tuple[str, bytes]
"""A kind and a blind index."""

CONFIDENCE: Final = {
    IdentityKind.EXTERNAL.value: 100,
    IdentityKind.WECOM.value: 100,
    IdentityKind.UNIONID.value: 100,
    IdentityKind.OPENID.value: 98,
    IdentityKind.ALIPAY.value: 98,
    IdentityKind.DINGTALK.value: 98,
    IdentityKind.ORDER_PLATFORM.value: 90,
    IdentityKind.PHONE.value: 85,
    IdentityKind.EMAIL.value: 75,
}
"""How surely each kind tells who somebody is, in percent, the surest first, unless a business says otherwise.

Ids that a system gave say more than numbers that families share.
"""

OWN_CONFIDENCE: Final = 90
"""How surely a kind of the business's own tells, until it says otherwise."""

PRECEDENCE: Final = tuple(CONFIDENCE)
"""Which kind tells who it is where several name different people, unless a business says otherwise."""


@dataclass(frozen=True, slots=True)
class Match:
    """Whose one arrival is: a person known before (`contact_id`) or the place of a new one.

    `claimed` are keys that become this person's; `taken` are keys that are and stay another's. `by` is the kind
    of the key that told who it is; empty for somebody new or settled. `surplus` are keys of a kind of which they have
    one already, and can have no other.
    """

    person: UUID | int
    claimed: tuple[Key, ...] = ()
    taken: tuple[Key, ...] = ()
    surplus: tuple[Key, ...] = ()
    by: str = field(default="", compare=False)

    @property
    def is_new(self) -> bool:
        return isinstance(self.person, int)


def precedence_with(own: Sequence[str]) -> list[str]:
    """The order that we begin with, kinds of the business's own among those that a system gave."""
    place = PRECEDENCE.index(IdentityKind.PHONE.value)
    return [*PRECEDENCE[:place], *own, *PRECEDENCE[place:]]


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """What is to be known of kinds of the business's own: which recognise nobody (`silent`), of which somebody has
    one at most (`single`), and who has one."""

    silent: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()
    held: frozenset[tuple[UUID, str]] = frozenset()


def match_people(
    arrivals: Sequence[Sequence[Key]],
    known: Mapping[Key, UUID],
    settled: Mapping[int, UUID | int] | None = None,
    precedence: Sequence[str] = PRECEDENCE,
    own: OwnKeys = OwnKeys(),
) -> list[Match]:
    """The person of each arrival, in order; a new person is named by the first arrival's place.

    `known` says whose a key is already, `settled` which arrivals' person is certain otherwise: a
    contact, or the place of an earlier arrival. Nobody's key is ever taken from them. `precedence` are kinds, the one
    that tells first in front; those not named come last.
    """
    ranks = {kind: rank for rank, kind in enumerate(precedence)}
    holders: dict[Key, UUID | int] = dict(known)
    matches: list[Match] = []
    has: set[tuple[UUID | int, str]] = set(own.held)
    for place, keys in enumerate(arrivals):
        ordered: Sequence[Key] = keys
        if len(keys) > 1:
            ordered = sorted(dict.fromkeys(keys), key=lambda key: ranks.get(key[0], len(ranks)))
        person = (settled or {}).get(place)
        if isinstance(person, int):
            person = matches[person].person
        by = ""
        if person is None:
            person = place
            for key in ordered:
                if key in holders and key[0] not in own.silent:
                    person, by = holders[key], key[0]
                    break
        claimed = tuple([key for key in ordered if key not in holders])
        taken: tuple[Key, ...] = ()
        if len(claimed) < len(ordered):
            taken = tuple([key for key in ordered if holders.get(key, person) != person])
        surplus: tuple[Key, ...] = ()
        if own.single:
            claimed, surplus = _one_of_each(person, claimed, own.single, has)
        for key in claimed:
            holders[key] = person
        matches.append(Match(person, claimed, taken, surplus, by))
    return matches


def _one_of_each(
    person: UUID | int, claimed: Sequence[Key], single: Collection[str], has: set[tuple[UUID | int, str]]
) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Those that become the person's, and those of which they have one already; notes what they have from then on."""
    kept: list[Key] = []
    surplus: list[Key] = []
    for key in claimed:
        mine = (person, key[0])
        if key[0] in single and mine in has:
            surplus.append(key)
        else:
            has.add(mine)
            kept.append(key)
    return tuple(kept), tuple(surplus)
