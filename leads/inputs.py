"""What arrives at the door of leads, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contacts.custom.kinds import OwnKinds
from contacts.custom.values import Shape
from contacts.enums import FieldSubject
from contacts.inputs import ConsentInput, IdentityLike
from exchange.problems import Problem
from leads.enums import LeadOrigin

CREATED = "created"
UPDATED = "updated"
UNCHANGED = "unchanged"
REJECTED = "rejected"


class IdentityInput(NamedTuple):
    """One way to recognise the contact: `value` to keep and `key` to compare."""

    kind: str
    value: str
    key: str


def names_somebody(identities: Iterable[IdentityLike], kinds: OwnKinds) -> bool:
    """Whether one of them tells who it is; kinds of the business's own that recognise nobody don't."""
    return any(each.kind not in kinds or kinds[each.kind].matches for each in identities)


@dataclass(slots=True)
class LeadInput:
    """What one row says about one enquiry."""

    row: int
    name: str = ""
    company: str = ""
    identities: tuple[IdentityInput, ...] = ()
    source: str = ""
    origin: str = ""
    city: str = ""
    country: str = ""
    region: str = ""
    timezone: str = ""
    status: str = ""
    rating: str = ""
    converted: bool | None = None
    do_not_email: bool = False
    do_not_call: bool = False
    captured_at: datetime | None = None
    note: str = ""
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    """Of the business about the person, by code, as they are kept."""
    lead_fields: dict[str, Any] = field(default_factory=dict)
    """Of the business about the enquiry itself; None where somebody left an offered value out."""
    sealed: dict[str, Any] = field(default_factory=dict)
    """Sensitive fields of the person, in clear until they are kept."""
    agreed: dict[str, bool] = field(default_factory=dict)
    """By channel, or by a use of data other than messages."""

    def note_field(self, code: str, shape: Shape, value: Any) -> None:
        """What one field of the business holds, of whatever it is."""
        held = self.lead_fields if shape.subject is FieldSubject.LEAD else self.fields
        (self.sealed if shape.sealed else held)[code] = value


@dataclass(frozen=True, slots=True)
class Arrival:
    """One enquiry on its way in. The same `dedupe_key` is the same enquiry, whoever sends it again.

    `owner_id` is whose it becomes; `suggested_owner_id`, else somebody of the department in turn,
    only where nobody is in charge of the contact. `tag_ids` are given with `evidence` beside them.
    `link_id` is the entry link that its person opened at `touched_at`. `payload` is what was sent, as `payload_of`
    gives it; a file's row stands in its `job_id`, a pushed message in its `message_id`, `received_at` that time.
    """

    lead: LeadInput
    came_by: LeadOrigin
    dedupe_key: str
    form_id: UUID | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    form_version: int | None = None
    owner_id: UUID | None = None
    suggested_owner_id: UUID | None = None
    department_id: UUID | None = None
    consents: tuple[ConsentInput, ...] = ()
    tag_ids: tuple[UUID, ...] = ()
    evidence: str = ""
    link_id: UUID | None = None
    touched_at: datetime | None = None
    payload: bytes = b""
    job_id: UUID | None = None
    message_id: UUID | None = None
    received_at: datetime | None = None


class ArrivalOutcome(NamedTuple):
    """What became of one arrival. Problems may stand beside a lead that went in."""

    row: int
    outcome: str
    lead_id: UUID | None = None
    contact_id: UUID | None = None
    problems: tuple[Problem, ...] = ()
