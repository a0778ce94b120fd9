"""What asks for a stage by its code: rules, segments and tiers that would match nobody without a word if it went."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from audiences.selectors import segment_conditions
from commerce.tier_selectors import tier_conditions
from lifecycle.models import Lifecycle
from lifecycle.selectors_versions import codes_of, stage_rule_conditions
from tagging.selectors import score_rule_conditions, tag_rule_conditions

_FACT: Final = "stage.current"


def names_of_uses(lifecycle: Lifecycle, stage_ids: Collection[str]) -> list[str]:
    """What is in use and asks whether somebody stands in one of these stages, with its kind and name."""
    codes = set(codes_of(stage_ids))
    if not codes:
        return []
    told = {
        _("segment “%(name)s”"): segment_conditions(),
        _("tag rule “%(name)s”"): tag_rule_conditions(),
        _("score rule “%(name)s”"): score_rule_conditions(),
        _("stage rule “%(name)s”"): stage_rule_conditions(),
        _("tier “%(name)s”"): tier_conditions(),
    }
    return [
        words % {"name": name}
        for words, rows in told.items()
        for name, condition in rows
        if codes & set(_asked(condition, lifecycle))
    ]


def _asked(condition: Any, lifecycle: Lifecycle) -> Iterator[str]:
    """Codes of stages of this lifecycle."""
    match condition:
        case {"fact": str(fact), "value": value}:
            which = condition.get("args", {}).get("lifecycle")
            if fact == _FACT and (which == str(lifecycle.pk) if which else lifecycle.is_default):
                yield from _listed(value)
        case {"all": list(parts)} | {"any": list(parts)}:
            for part in parts:
                yield from _asked(part, lifecycle)
        case {"not": part}:
            yield from _asked(part, lifecycle)


def _listed(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else [value]
