"""Writes of campaigns, by what they are about: plans, enrolment, ledger, lanes, delivery, unknown, tasks."""

from campaigns.services.campaigns import save_campaign
from campaigns.services.enrolment import enroll, exit_enrollments, sops_that_start, start_sops
from campaigns.services.lanes import leave_out_past
from campaigns.services.plans import (
    create_sop,
    follow_tag,
    pause_sop,
    publish_sop,
    resume_sop,
    save_draft,
    stop_sop,
    update_sop,
)
from campaigns.services.tasks import (
    cancel_tasks,
    finish_task,
    give_tasks,
    give_up_task,
    hand_over_tasks,
    snooze_task,
    withdraw_tasks,
)
from campaigns.services.unknown import resolve_unknown

__all__ = [
    "cancel_tasks",
    "create_sop",
    "enroll",
    "exit_enrollments",
    "finish_task",
    "follow_tag",
    "give_tasks",
    "give_up_task",
    "hand_over_tasks",
    "leave_out_past",
    "pause_sop",
    "publish_sop",
    "resolve_unknown",
    "resume_sop",
    "save_campaign",
    "save_draft",
    "snooze_task",
    "sops_that_start",
    "start_sops",
    "stop_sop",
    "update_sop",
    "withdraw_tasks",
]
