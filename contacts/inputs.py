"""What others hand this room: who somebody says they are, and what they agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from contacts.enums import ChannelKind, ConsentPurpose


class IdentityLike(Protocol):
    """One way to recognise somebody: `value` to keep and the normalised `key` to compare."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def key(self) -> str: ...


Known = dict[tuple[str, bytes], IdentityLike]
"""The identities of one arrival by their kind and blind index."""


@dataclass(frozen=True, slots=True)
class ConsentInput:
    """What somebody agreed to, with the text they saw."""

    channel: ChannelKind
    given: bool = True
    purpose: ConsentPurpose = ConsentPurpose.MARKETING
    text_version: str = ""
    proof: Mapping[str, Any] = field(default_factory=dict)


class PersonInput(NamedTuple):
    """What one arrival says about a person.

    What it says fills what is empty; one that `overwrites` corrects what it said before too.
    """

    identities: tuple[IdentityLike, ...] = ()
    name: str = ""
    company: str = ""
    city: str = ""
    country: str = ""
    zone: str = ""
    note: str = ""
    barred: tuple[ChannelKind, ...] = ()
    consents: tuple[ConsentInput, ...] = ()
    provenance: str = ""
    overwrites: bool = False
    fields: Mapping[str, Any] = MappingProxyType({})
    """Of the business, by code, as they are kept."""
    sealed: Mapping[str, Any] = MappingProxyType({})
    """Sensitive ones, in clear until they are kept."""
