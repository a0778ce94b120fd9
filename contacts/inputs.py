"""What others hand this room: identities to keep, and what somebody agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contacts.enums import ChannelKind


@dataclass(frozen=True, slots=True)
class ConsentInput:
    """What somebody agreed to, with the text they saw."""

    channel: ChannelKind
    given: bool = True
    text_version: str = ""
    proof: Mapping[str, Any] = field(default_factory=dict)
