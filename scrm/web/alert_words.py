"""What an alert says to its reader: in their language, and of whom it is about only what they may see now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from alerts.enums import AlertKind
from alerts.models import Alert
from contacts.selectors import contact_names, contact_names_kept
from leads.enums import PauseEnd
from leads.models import Lead
from leads.selectors import leads_by_id
from scrm.core import clock

_ICONS: Final = {
    AlertKind.LEAD_ASSIGNED: ("user-plus", "blue"),
    AlertKind.HAND_OVER: ("users", "violet"),
    AlertKind.HANDED_ON: ("arrow-right", "gray"),
    AlertKind.SLA_REMINDER: ("alarm", "amber"),
    AlertKind.ANSWER_AGAIN: ("alarm", "blue"),
    AlertKind.ESCALATION: ("alert-triangle", "red"),
    AlertKind.POOL: ("inbox", "teal"),
    AlertKind.FOLLOW_UP: ("phone", "blue"),
    AlertKind.STAGE_DEADLINE: ("clock", "amber"),
}


_OF_STAGES: Final = (AlertKind.HAND_OVER, AlertKind.HANDED_ON)


@dataclass(frozen=True, slots=True)
class Told:
    """An alert as it is shown. `url` leads to what it is about, by way of marking it as read."""

    alert: Alert
    title: str
    text: str
    icon: str
    tone: str

    @property
    def url(self) -> str:
        return reverse("alerts:open", args=[self.alert.pk])

    @property
    def at(self) -> datetime:
        return self.alert.created_at

    @property
    def is_read(self) -> bool:
        return self.alert.read_at is not None


def told(alerts: Sequence[Alert], viewer: User) -> list[Told]:
    """These alerts in words; who they are about is read in one go."""
    leads = leads_by_id(viewer, {each.subject_id for each in alerts if each.subject_id is not None})
    about = [each.params["contact"] for each in alerts if "contact" in each.params]
    gone = [each.params["contact"] for each in alerts if each.kind == AlertKind.HANDED_ON and "contact" in each.params]
    names = contact_names(viewer, about)
    if gone:
        names |= contact_names_kept(viewer, gone, now=clock.now())
    return [_told(each, leads.get(each.subject_id) if each.subject_id else None, names) for each in alerts]


def _told(alert: Alert, lead: Lead | None, names: Mapping[str, str]) -> Told:
    icon, tone = _ICONS[AlertKind(alert.kind)]
    if alert.kind == AlertKind.FOLLOW_UP:
        name = names.get(alert.params["contact"])
        text = _("Now it is time: %(name)s") % {"name": name} if name else str(alert.get_kind_display())
        return Told(alert, text, "" if name else _("Somebody else sees to it by now."), icon, tone if name else "gray")
    if alert.kind == AlertKind.STAGE_DEADLINE and "contact" in alert.params:
        name = names.get(alert.params["contact"])
        text = _("Too long in a stage: %(name)s") % {"name": name} if name else str(alert.get_kind_display())
        return Told(alert, text, "" if name else _("Somebody else sees to it by now."), icon, tone if name else "gray")
    if alert.kind in _OF_STAGES and "contact" in alert.params:
        return _of_stage(alert, names.get(alert.params["contact"], ""), icon, tone)
    if lead is not None:
        title = _of_one(alert, str(lead.contact))
        return Told(alert, title, str(lead.source or lead.came_by_label), icon, tone)
    if alert.subject_id is not None:
        return Told(alert, str(alert.get_kind_display()), _("Somebody else sees to it by now."), icon, "gray")
    return Told(alert, _of_many(alert), "", icon, tone)


def _of_stage(alert: Alert, name: str, icon: str, tone: str) -> Told:
    """One customer who went from one team to another; whom the reader sees no more is not named."""
    if alert.kind == AlertKind.HANDED_ON:
        title = _("Went on to a colleague: %(name)s") % {"name": name} if name else _of_many(alert)
        return Told(alert, title, _("You may read on for a while.") if name else "", icon, tone)
    if not name:
        return Told(alert, str(alert.get_kind_display()), _("Somebody else sees to it by now."), icon, "gray")
    return Told(alert, _("Handed over to you: %(name)s") % {"name": name}, "", icon, tone)


def _of_one(alert: Alert, name: str) -> str:
    said: dict[str, Any] = {"name": name}
    match alert.kind:
        case AlertKind.HAND_OVER:
            return _("Handed over to you: %(name)s") % said
        case AlertKind.SLA_REMINDER:
            return _("Waiting for your answer: %(name)s") % said
        case AlertKind.ANSWER_AGAIN if alert.params.get("why") == PauseEnd.CAME:
            return _("They are back: %(name)s") % said
        case AlertKind.ANSWER_AGAIN:
            return _("Waits for your answer again: %(name)s") % said
        case AlertKind.ESCALATION:
            return _("Not answered in time: %(name)s") % said
        case AlertKind.POOL:
            return _("In the public pool: %(name)s") % said
    return _("New lead: %(name)s") % said


def _of_many(alert: Alert) -> str:
    count = alert.count
    match alert.kind:
        case AlertKind.HAND_OVER:
            text = ngettext("%(count)s customer handed over to you", "%(count)s customers handed over to you", count)
        case AlertKind.HANDED_ON:
            text = ngettext(
                "%(count)s customer of yours went on to a colleague",
                "%(count)s customers of yours went on to colleagues",
                count,
            )
        case AlertKind.SLA_REMINDER:
            text = ngettext("%(count)s lead waits for your answer", "%(count)s leads wait for your answer", count)
        case AlertKind.STAGE_DEADLINE:
            text = ngettext(
                "%(count)s customer is in a stage for too long",
                "%(count)s customers are in a stage for too long",
                count,
            )
        case AlertKind.ESCALATION if alert.params.get("nobody"):
            text = ngettext(
                "%(count)s lead is nobody's and not answered in time",
                "%(count)s leads are nobody's and not answered in time",
                count,
            )
        case AlertKind.ESCALATION:
            text = ngettext("%(count)s lead is not answered in time", "%(count)s leads are not answered in time", count)
        case AlertKind.POOL if alert.params.get("soon"):
            text = ngettext(
                "%(count)s customer goes to the public pool tomorrow, unless you do something",
                "%(count)s customers go to the public pool tomorrow, unless you do something",
                count,
            )
        case AlertKind.POOL if "soon" in alert.params:
            text = ngettext(
                "%(count)s customer went to the public pool: nobody did anything for too long",
                "%(count)s customers went to the public pool: nobody did anything for too long",
                count,
            )
        case AlertKind.POOL:
            text = ngettext("%(count)s lead came into the pool", "%(count)s leads came into the pool", count)
        case _:
            text = ngettext("%(count)s new lead", "%(count)s new leads", count)
    return text % {"count": count}
