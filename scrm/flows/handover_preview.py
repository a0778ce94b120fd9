"""What somebody would leave behind: how much of each, and how far their customers have come."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from campaigns.task_selectors import task_count_of_sops, task_count_open
from contacts.selectors import contact_count_of_owner
from leads.selectors.left import lead_count_left, opportunity_count_left
from lifecycle.models import Stage
from lifecycle.selectors import stage_sizes_of_owner


@dataclass(frozen=True, slots=True)
class Left:
    """What is somebody's, as far as the reader sees it. Tasks of SOPs are among the open ones."""

    contacts: int
    leads: int
    deals: int
    tasks: int
    sop_tasks: int
    stages: list[tuple[Stage, int]]

    @property
    def is_nothing(self) -> bool:
        return not (self.contacts or self.leads or self.deals or self.tasks)


def left_by(leaver_id: UUID, *, viewer: User) -> Left:
    return Left(
        contacts=contact_count_of_owner(viewer, leaver_id),
        leads=lead_count_left(viewer, leaver_id),
        deals=opportunity_count_left(viewer, leaver_id),
        tasks=task_count_open(viewer, leaver_id),
        sop_tasks=task_count_of_sops(viewer, leaver_id),
        stages=stage_sizes_of_owner(viewer, leaver_id),
    )
