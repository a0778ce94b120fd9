"""The tracking plan checks what comes in."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from events.inputs import Happening
from events.plan import Declared, problem_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PLAN = Declared(1, "content_viewed", {"topic": "text", "seconds": "number", "paid": "boolean"}, active=True)


def happening(moment=NOW, key="k", **properties) -> Happening:
    return Happening(uuid4(), "content_viewed", moment, key, properties)


def test_what_is_declared_passes():
    assert problem_of(happening(topic="red", seconds=1.5, paid=True), PLAN) == ""
    assert problem_of(happening(topic=None), PLAN) == ""


@pytest.mark.parametrize(
    ("properties", "word"),
    [
        ({"colour": "red"}, "colour"),
        ({"seconds": "3"}, "seconds"),
        ({"seconds": True}, "seconds"),
        ({"topic": 1}, "topic"),
    ],
)
def test_what_is_not_declared_is_named(properties, word):
    assert word in problem_of(happening(**properties), PLAN)


def test_an_unknown_type_is_named():
    assert "content_viewed" in problem_of(happening(), None)


def test_a_retired_type_is_refused():
    assert problem_of(happening(), Declared(1, "content_viewed", {}, active=False))


def test_a_moment_without_a_zone_or_an_endless_key_is_refused():
    assert problem_of(happening(moment=NOW.replace(tzinfo=None)), PLAN)
    assert problem_of(happening(key="k" * 121), PLAN)
