"""What a rule may ask about stages: of the default lifecycle, unless it names another."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lifecycle.enums import StageKind
from lifecycle.models import Lifecycle, Stage
from scrm.core.conditions import Argument, Fact, Family, Kept, Type

GROUP = _("Lifecycle")

PLACED = Family("stage", "SELECT p.contact_id, p.stage_id FROM lifecycle_position p")


def stage_choices() -> Iterable[tuple[str, str]]:
    # Two lifecycles may share a code; the default one comes first and names it.
    names: dict[str, str] = {}
    for stage in Stage.objects.order_by(F("retired_at").asc(nulls_first=True), "lifecycle", "position"):
        # Who was ever in one that is gone can still be asked.
        gone = _("%(stage)s (gone)") % {"stage": stage.name} if stage.retired_at else ""
        names.setdefault(stage.code, str(gone or stage.name))
    return names.items()


def lifecycle_choices() -> Iterable[tuple[str, str]]:
    return [(str(lifecycle.pk), lifecycle.name) for lifecycle in Lifecycle.objects.all()]


def _position(subject: Any, args: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = args.get("lifecycle", subject["default_lifecycle"])
    return next((each for each in subject["positions"] if each["lifecycle"] == wanted), {})


def _which(given: frozenset[str]) -> str:
    return "y.id::text = %(lifecycle)s" if given else "y.is_default"


def _column(name: str, label: Any, named: Any, sql: str, **more: Any) -> Fact:
    def template(given: frozenset[str]) -> str:
        return f"""
            SELECT p.contact_id, {sql} FROM lifecycle_position p
            JOIN lifecycle_stage s ON s.id = p.stage_id
            JOIN lifecycle_lifecycle y ON y.id = p.lifecycle_id AND {_which(given)}
        """

    return Fact(
        key=f"stage.{name}",
        label=label,
        group=GROUP,
        rows=True,
        sql=template,
        wording=lambda given: named if given else label,
        arguments=(Argument("lifecycle", _("lifecycle"), Type.CHOICE, choices=lifecycle_choices),),
        oracle=lambda subject, args, now: _position(subject, args).get(name),
        **more,
    )


def _kept(column: str) -> Kept:
    return Kept(
        PLACED,
        lambda given: (
            f"SELECT s.id, s.{column} FROM lifecycle_stage s "
            f"JOIN lifecycle_lifecycle y ON y.id = s.lifecycle_id AND {_which(given)}"
        ),
    )


FACTS = (
    _column(
        "current",
        _("stage"),
        _("stage in %(lifecycle)s"),
        "s.code",
        type=Type.CHOICE,
        choices=stage_choices,
        kept=_kept("code"),
    ),
    _column(
        "kind",
        _("kind of stage"),
        _("kind of stage in %(lifecycle)s"),
        "s.kind",
        type=Type.CHOICE,
        choices=lambda: StageKind.choices,
        kept=_kept("kind"),
    ),
    _column("since", _("in the stage since"), _("in the stage of %(lifecycle)s since"), "p.since", type=Type.MOMENT),
    Fact(
        key="stage.ever",
        label=_("stages ever reached"),
        group=GROUP,
        type=Type.KEYS,
        choices=stage_choices,
        sql="""
            SELECT m.contact_id, s.code FROM lifecycle_stagetransition m
            JOIN lifecycle_stage s ON s.id = m.to_stage_id
        """,
        oracle=lambda subject, args, now: subject["stages_ever"],
    ),
)
