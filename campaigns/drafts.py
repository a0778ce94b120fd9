"""What a draft's steps must say before they are published. Pure."""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _

from campaigns import planner, rendering
from campaigns.enums import Channel

FIELDS = ("number", "name", "channel", "offset", "subject", "body", "material")
MAX_STEPS = 60


def numbered(steps: Sequence[dict[str, Any]], used: set[int] | None = None) -> list[dict[str, Any]]:
    """The steps with a number each. A number names its step for good, so one given up is not used again."""
    taken = {int(step["number"]) for step in steps if step.get("number")} | (used or set())
    result = []
    for step in steps:
        kept = {field: step[field] for field in FIELDS if step.get(field) not in (None, "")}
        if "number" not in kept:
            kept["number"] = max(taken, default=0) + 1
            taken.add(kept["number"])
        result.append(kept)
    return result


def problems(steps: Sequence[dict[str, Any]], fields: Collection[str] = ()) -> dict[str, str]:
    """What is wrong, by place such as `steps.0.subject`; empty when the draft can be published.

    `fields` are codes of the business's own fields, which texts may speak of.
    """
    if not steps:
        return {"steps": _("An SOP needs a step at least: add one.")}
    if len(steps) > MAX_STEPS:
        return {"steps": _("An SOP has %(limit)s steps at most.") % {"limit": MAX_STEPS}}
    found: dict[str, str] = {}
    for index, step in enumerate(steps):
        for field, problem in _step_problems(step, fields):
            found[f"steps.{index}.{field}"] = problem
    return found


def _step_problems(step: dict[str, Any], fields: Collection[str]) -> list[tuple[str, str]]:
    found = []
    channel = step.get("channel")
    if channel not in Channel.values:
        found.append(("channel", _("Choose what this step does.")))
    if not str(step.get("name", "")).strip():
        found.append(("name", _("Give the step a name.")))
    if not str(step.get("body", "")).strip():
        found.append(("body", _("Write the text.")))
    if channel == Channel.EMAIL and not str(step.get("subject", "")).strip():
        found.append(("subject", _("An e-mail needs a subject.")))
    try:
        planner.validate_offset(step.get("offset"))
    except ValueError as error:
        found.append(("offset", str(error)))
    for field in ("subject", "body"):
        unknown = rendering.unknown_variables(str(step.get(field, "")), fields)
        if unknown:
            found.append((field, _("There is no variable %(name)s.") % {"name": unknown[0]}))
    uses_link = "link" in rendering.variables_used(str(step.get("body", "")))
    if uses_link and not step.get("material"):
        found.append(("material", _("The text has a link: choose the material that it opens.")))
    return found
