"""What a draft's steps must say before they are published. Pure."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from campaigns import rendering
from campaigns.enums import Channel
from campaigns.timing import InvalidOffset, always_before, need_of, validate_offset
from campaigns.timing.anchors import FIELD

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


def problems(
    steps: Sequence[dict[str, Any]], fields: Collection[str] = (), dates: Collection[str] = ()
) -> dict[str, str]:
    """What is wrong, by place such as `steps.0.subject`; empty when the draft can be published.

    `fields` are codes of the business's own fields, which texts may speak of, `dates` of those that times count from.
    """
    if not steps:
        return {"steps": _("An SOP needs a step at least: add one.")}
    if len(steps) > MAX_STEPS:
        return {"steps": _("An SOP has %(limit)s steps at most.") % {"limit": MAX_STEPS}}
    found: dict[str, str] = {}
    for index, step in enumerate(steps):
        for field, problem in [*_step_problems(step, fields), *_offset_problems(step.get("offset"), dates)]:
            found[f"steps.{index}.{field}"] = problem
    for index, (above, step) in enumerate(pairwise(steps), start=1):
        here = f"steps.{index}.offset"
        are_times = here not in found and f"steps.{index - 1}.offset" not in found
        if are_times and always_before(step["offset"], above["offset"]):
            found[here] = _("This comes before the step above: move it up, or make it later.")
    return found


def _offset_problems(offset: object, dates: Collection[str]) -> list[tuple[str, str]]:
    try:
        need = need_of(validate_offset(offset))
    except InvalidOffset as error:
        return [("offset", str(error))]
    if need is not None and need.startswith(FIELD) and need.removeprefix(FIELD) not in dates:
        return [("offset", _("There is no such date of customers: choose another."))]
    return []


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
    for field in ("subject", "body"):
        unknown = rendering.unknown_variables(str(step.get(field, "")), fields)
        if unknown:
            found.append((field, _("There is no variable %(name)s.") % {"name": unknown[0]}))
    uses_link = "link" in rendering.variables_used(str(step.get("body", "")))
    if uses_link and not step.get("material"):
        found.append(("material", _("The text has a link: choose the material that it opens.")))
    return found
