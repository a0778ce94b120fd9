"""Writes of campaigns, by what they are about: plans, enrolment, ledger, delivery, tasks."""

from campaigns.services.enrolment import exit_enrollments, start_sops
from campaigns.services.ledger import resolve_unknown
from campaigns.services.plans import (
    create_sop,
    pause_sop,
    publish_sop,
    resume_sop,
    save_campaign,
    save_draft,
    stop_sop,
    update_sop,
)
from campaigns.services.tasks import finish_task, give_up_task, hand_over_tasks, snooze_task

__all__ = [
    "create_sop",
    "exit_enrollments",
    "finish_task",
    "give_up_task",
    "hand_over_tasks",
    "pause_sop",
    "publish_sop",
    "resolve_unknown",
    "resume_sop",
    "save_campaign",
    "save_draft",
    "snooze_task",
    "start_sops",
    "stop_sop",
    "update_sop",
]
