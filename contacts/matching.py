"""Decides which arrivals are one person, and which existing person that is. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contacts.enums import IdentityKind

Key = tuple[str, bytes]
"""A kind and a blind index."""

PRECEDENCE = {
    kind: rank
    for rank, kind in enumerate(
        (
            *(IdentityKind.EXTERNAL, IdentityKind.WECOM, IdentityKind.UNIONID, IdentityKind.OPENID),
            *(IdentityKind.ALIPAY, IdentityKind.DINGTALK, IdentityKind.ORDER_PLATFORM),
            *(IdentityKind.PHONE, IdentityKind.EMAIL),
        )
    )
}
"""Ids that a system gave say more surely who somebody is than numbers that families share."""


@dataclass(frozen=True, slots=True)
class Match:
    """Whose one arrival is: a person known before (`contact_id`) or the place of a new one.

    `claimed` are keys that become this person's; `taken` are keys that are and stay another's. `by` is the kind
    of the key that told who it is; empty for somebody new or settled.
    """

    person: UUID | int
    claimed: tuple[Key, ...] = ()
    taken: tuple[Key, ...] = ()
    by: str = field(default="", compare=False)

    @property
    def is_new(self) -> bool:
        return isinstance(self.person, int)


def match_people(
    arrivals: Sequence[Sequence[Key]],
    known: Mapping[Key, UUID],
    settled: Mapping[int, UUID | int] | None = None,
) -> list[Match]:
    """The person of each arrival, in order; a new person is named by the first arrival's place.

    `known` says whose a key is already, `settled` which arrivals' person is certain otherwise: a
    contact, or the place of an earlier arrival. Nobody's key is ever taken from them.
    """
    holders: dict[Key, UUID | int] = dict(known)
    matches: list[Match] = []
    for place, keys in enumerate(arrivals):
        ordered = sorted(dict.fromkeys(keys), key=lambda key: PRECEDENCE[IdentityKind(key[0])])
        person = (settled or {}).get(place)
        if isinstance(person, int):
            person = matches[person].person
        by = ""
        if person is None:
            teller = next((key for key in ordered if key in holders), None)
            person, by = (holders[teller], teller[0]) if teller else (place, "")
        claimed = tuple(key for key in ordered if key not in holders)
        taken = tuple(key for key in ordered if holders.get(key, person) != person)
        holders.update(dict.fromkeys(claimed, person))
        matches.append(Match(person, claimed, taken, by))
    return matches
