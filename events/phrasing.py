"""How facts of events read: one phrase, wrapped by each thing that narrows it, in the order of each language."""

from collections.abc import Callable
from typing import Any, Final

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

Label = Any

SEVERAL: Final = _("events"), _("“%(type)s” events")
ONE: Final = _("event"), _("“%(type)s” event")

_WHEN: Final[dict[frozenset[str], Label]] = {
    frozenset({"days"}): _("%(phrase)s in the last %(days)s days"),
    frozenset({"since"}): _("%(phrase)s from %(since)s on"),
    frozenset({"until"}): _("%(phrase)s up to %(until)s"),
    frozenset({"since", "until"}): _("%(phrase)s from %(since)s to %(until)s"),
}
_WHERE: Final[dict[frozenset[str], Label]] = {
    frozenset(): _("%(phrase)s that say %(property)s"),
    frozenset({"equals"}): _("%(phrase)s where %(property)s is %(equals)s"),
    frozenset({"at_least"}): _("%(phrase)s where %(property)s is at least %(at_least)s"),
    frozenset({"at_most"}): _("%(phrase)s where %(property)s is at most %(at_most)s"),
    frozenset({"at_least", "at_most"}): _("%(phrase)s where %(property)s is from %(at_least)s to %(at_most)s"),
}


def narrowed(template: Label, which: tuple[Label, Label]) -> Callable[[frozenset[str]], Label]:
    """The wording of a fact: `template` names %(which)s events it asks about, and keeps the names of its arguments."""

    def wording(given: frozenset[str]) -> str:
        kept = {name: f"%({name})s" for name in given}
        phrase = str(template) % {**kept, "which": which["type" in given]}
        for wrapper in _wrappers(given):
            phrase = str(wrapper) % {**kept, "phrase": phrase}
        return phrase

    return lazy(wording, str)


def _wrappers(given: frozenset[str]) -> list[Label]:
    found = []
    if "property" in given:
        bounds = given & {"at_least", "at_most"}
        found += [_WHERE[frozenset({"equals"})]] if "equals" in given else []
        found += [_WHERE[bounds]] if bounds or "equals" not in given else []
    dates = given & {"since", "until"}
    return [*found, *([_WHEN[frozenset({"days"})]] if "days" in given else []), *([_WHEN[dates]] if dates else [])]
