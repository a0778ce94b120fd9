"""The demo's assignment rules, opening hours and times to answer, and which of its alerts were read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from accounts.services_duty import save_duty, save_hours
from alerts.selectors import alert_list
from alerts.services import mark_read
from leads.enums import AssignMethod, OrElse, TakenTo
from leads.services import save_assignment_rule, save_response_rule

_WORDS: Final = {
    "zh-hans": ("广东的线索", "其他线索，按权重", ("广东", "深圳"), ("敏感肌", "抗衰")),
    "en": ("Leads from Berlin", "All others, by weight", ("Berlin",), ("sedan", "SUV")),
}
_UNREAD: Final = 4


def assign(users: Mapping[str, User], *, language: str, now: datetime) -> None:
    by, rep = users["ops"], users["rep"]
    of_region, others, regions, skills = _WORDS["zh-hans" if language.startswith("zh") else "en"]
    save_duty(user=rep, skills=skills, regions=regions, most_open=None, most_a_day=40, takes_leads=True, by=by, now=now)
    weekdays = [[["09:00", "12:00"], ["13:00", "18:00"]]] * 5
    save_hours(department=None, week=[*weekdays, [], []], follows_holidays=True, zone="", by=by, now=now)
    shared: dict[str, Any] = {"by": by, "now": now, "rule": None}
    here = {"fact": "region", "op": "has_any", "value": list(regions)}
    save_assignment_rule(
        name=of_region,
        condition=here,
        method=AssignMethod.REGION,
        or_else=OrElse.NEXT,
        people={rep.pk: 1},
        **shared,
    )
    team = {user.pk: 2 if user == rep else 1 for user in users.values() if user.takes_leads}
    save_assignment_rule(
        name=others, condition={}, method=AssignMethod.WEIGHTED, or_else=OrElse.NEXT, people=team, **shared
    )
    save_response_rule(
        source=None,
        minutes=30,
        remind_before=10,
        escalate_after=0,
        take_after=240,
        taken_to=TakenTo.RULES,
        **shared,
    )


def read_alerts(users: Mapping[str, User], *, now: datetime) -> None:
    """The demo's people have seen their alerts, but for the newest. After the history is committed."""
    for user in users.values():
        newest = set(alert_list(user).values_list("pk", flat=True)[:_UNREAD])
        older = alert_list(user, unread=True).exclude(pk__in=newest)
        mark_read(user=user, ids=list(older.values_list("pk", flat=True)), now=now)
