"""The demo's customers who change hands: a colleague's, handed over as a whole, and those who reach a stage."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from accounts.models import User
from accounts.services import create_user
from contacts.models import Contact
from leads.enums import AssignMethod
from lifecycle.enums import StageKind
from lifecycle.selectors import stage_list_everywhere
from lifecycle.services_hand_over import save_stage_hand_over
from scrm.flows.handover import contacts_handed_over
from scrm.flows.handover_desk import Recipients
from scrm.flows.handover_job import begin_hand_over

_LEFT_BEHIND: Final = 9


def change_hands(users: Mapping[str, User], *, language: str, now: datetime) -> None:
    by, rep, other = users["ops"], users["rep2"], users["rep4"]
    name = "沈佳宁" if language.startswith("zh") else "Jonas Falk"
    leaver = create_user(username="left", password=None, full_name=name, department=rep.department)
    held = Contact.objects.filter(owner=rep).order_by("pk").values_list("pk", flat=True)[:_LEFT_BEHIND]
    contacts_handed_over(list(held), leaver.pk, by=by, now=now - timedelta(days=30))
    # The worker of the demo does it, as any other.
    begin_hand_over(leaver, Recipients({rep.pk: 2, other.pk: 1}), by=by, now=now)
    won = next((stage for stage in stage_list_everywhere() if stage.kind == StageKind.WON), None)
    if won is not None:
        people = [users["manager"].pk, other.pk]
        save_stage_hand_over(
            stage=won,
            method=AssignMethod.LOAD,
            department=None,
            people=people,
            keep_days=14,
            active=True,
            by=by,
            now=now,
        )
