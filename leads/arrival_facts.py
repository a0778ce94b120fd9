"""What assignment rules may ask of a lead that is just coming in. Decided in memory: it is in no table yet."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.selectors import department_list
from leads.enums import LeadOrigin, Rating
from leads.facts import source_choices
from leads.models import Form
from scrm.core.conditions import Argument, Fact, Registry, Scope, Type
from scrm.core.conditions.json_values import as_text

GROUP: Final = _("Lead")
WAY: Final = _("Way in")

arrival_facts: Final = Registry()
"""The facts of assignment rules: an oracle reads what `facts_of` in `scrm.flows.assignment` gives."""


def form_choices() -> Iterable[tuple[str, str]]:
    return [(str(form.pk), form.title) for form in Form.objects.order_by("title")]


def department_choices() -> Iterable[tuple[str, str]]:
    return [(str(department.pk), department.name) for department in department_list()]


def _said(name: str) -> Any:
    def oracle(subject: Mapping[str, Any], args: Mapping[str, Any], now: datetime) -> Any:
        return subject.get(name)

    return oracle


def _of(name: str, label: Any, kind: Type = Type.TEXT, group: Any = GROUP, **more: Any) -> Fact:
    return Fact(key=name, label=label, type=kind, group=group, scope=Scope.EVENT, oracle=_said(name), **more)


arrival_facts.register(
    _of("source", _("source, or what it is part of"), Type.KEYS, WAY, choices=source_choices),
    _of("form", _("form"), Type.CHOICE, WAY, choices=form_choices),
    _of("came_by", _("way in"), Type.CHOICE, WAY, choices=lambda: LeadOrigin.choices),
    _of("department", _("dealer or department of its link or form"), Type.KEYS, WAY, choices=department_choices),
    Fact(
        key="utm",
        label=_("campaign parameter of its link"),
        group=WAY,
        type=Type.TEXT,
        arguments=(Argument("name", _("parameter"), Type.TEXT, required=True),),
        wording=lambda given: _("campaign parameter %(name)s"),
        scope=Scope.EVENT,
        oracle=lambda subject, args, now: subject["utm"].get(args["name"]),
    ),
    _of("region", _("region, by what was said or by the phone number"), Type.KEYS),
    _of("city", _("city")),
    _of("country", _("country")),
    _of("company", _("company")),
    _of("product", _("product asked for"), Type.KEYS),
    _of("rating", _("rating"), Type.CHOICE, choices=lambda: Rating.choices),
    Fact(
        key="attribute",
        label=_("attribute of the lead"),
        group=GROUP,
        type=Type.TEXT,
        arguments=(Argument("name", _("attribute"), Type.TEXT, required=True),),
        wording=lambda given: _("lead attribute %(name)s"),
        scope=Scope.EVENT,
        oracle=lambda subject, args, now: as_text(subject["attributes"].get(args["name"])),
    ),
)
