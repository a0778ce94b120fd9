"""What is wrong with a condition, in the shape in which the API says no."""

from collections.abc import Iterator
from contextlib import contextmanager

from scrm.api.errors import Refused, refusal
from scrm.core.conditions import ConditionInvalid, explain


@contextmanager
def conditions_refused(field: str = "condition") -> Iterator[None]:
    """A condition that can't be used is refused, each problem at its place."""
    try:
        yield
    except ConditionInvalid as invalid:
        raise Refused(
            [refusal(".".join(filter(None, [field, each.path])), each.code, explain(each)) for each in invalid.problems]
        ) from invalid
