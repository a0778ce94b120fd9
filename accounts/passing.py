"""What goes from one colleague's hands into another's."""

from typing import NamedTuple
from uuid import UUID


class Passed(NamedTuple):
    """A lead, task or deal of a contact that got another owner, or none."""

    id: UUID
    contact_id: UUID
    before: UUID | None
    after: UUID | None
