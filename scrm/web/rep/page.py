"""What every page of the phone shares: who may open it, its frame, its small answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import Scope
from campaigns.enums import TaskState
from campaigns.models import RepTask
from campaigns.task_selectors import LATE_AFTER, task_count_due
from contacts.enums import ChannelKind, IdentityKind
from lifecycle.models import Position
from lifecycle.of_contacts import positions_by_contact
from scrm.core import clock
from scrm.web.access import Args, Guarded, Page, Visit, may
from tenants.selectors import tenant_zone

DOOR: Final = "task.work"


def on_phone(action: str = DOOR) -> Callable[[Page[Args]], Guarded[Args]]:
    """The page is for those who work tasks and may do `action`."""
    return may(action, door=DOOR)


def is_mine(request: Visit) -> bool:
    """Whether to show only the reader's own tasks; those who see more begin with all of them."""
    return request.user.data_scope == Scope.OWN or request.GET.get("whose") == "mine"


def show(request: Visit, template: str, tab: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page with its bottom bar, whose red count is of the reader's own tasks."""
    frame = {"tab": tab, "open_tasks": task_count_due(request.user, clock.now(), mine=True)}
    answer = render(request, template, {**frame, **context}, status=status)
    # People's names are on it: nothing keeps a copy.
    answer["Cache-Control"] = "no-store"
    return answer


def local(moment: datetime) -> datetime:
    """In the business's zone."""
    return moment.astimezone(tenant_zone())


def day_began(now: datetime) -> datetime:
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def cards_of(tasks: list[RepTask], now: datetime) -> list[dict[str, Any]]:
    """What the cards of these tasks show."""
    positions = positions_by_contact({task.contact_id for task in tasks})
    return [_card(task, positions[task.contact_id], now) for task in tasks]


def _card(task: Any, positions: list[Position], now: datetime) -> dict[str, Any]:
    contact = task.contact
    channels = {mark.channel for mark in contact.do_not_contact.all()}
    phone = next((each for each in contact.identities.all() if each.kind == IdentityKind.PHONE), None)
    return {
        "task": task,
        "is_late": task.state == TaskState.OPEN and task.wanted_at < now - LATE_AFTER,
        "stage": positions[0].stage if positions else None,
        "phone": phone,
        "no_calls": not channels.isdisjoint({ChannelKind.CALL, ChannelKind.ALL}),
    }
