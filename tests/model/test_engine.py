"""Every state that two workers can bring one touchpoint into: never twice, never lost, never stuck."""

from collections import deque
from dataclasses import fields, replace
from functools import cache

import pytest

from tests.model.engine import LEASE, SETTLE, Rules, World, alike, steps

KINDS = ("key", "look_up", "silent")


@cache
def explored(rules: Rules) -> dict[World, list[tuple[str, World]]]:
    """All reachable states and what may follow each, breadth first."""
    found: dict[World, list[tuple[str, World]]] = {}
    waiting = deque([World()])
    while waiting:
        world = waiting.popleft()
        if world not in found:
            found[world] = [(name, alike(after)) for name, after in steps(world, rules)]
            waiting.extend(after for _name, after in found[world] if after not in found)
    return found


def what_is_wrong(world: World) -> str:
    """Leaving aside the one window that no sender can close."""
    if world.taken > 1 and not world.late:
        return "twice"
    if world.row.state == "sent" and not world.taken:
        return "lost"
    return ""


def first_wrong(rules: Rules) -> str:
    """What goes wrong first, breadth first; empty when nothing does."""
    seen = {World()}
    waiting = deque(seen)
    while waiting:
        for _name, after in steps(waiting.popleft(), rules):
            world = alike(after)
            if world not in seen:
                if wrong := what_is_wrong(world):
                    return wrong
                seen.add(world)
                waiting.append(world)
    return ""


def leading_to_sent(worlds: dict[World, list[tuple[str, World]]]) -> set[World]:
    """The states from which the touch can still come to be sent."""
    before: dict[World, list[World]] = {}
    for world, following in worlds.items():
        for _name, after in following:
            before.setdefault(after, []).append(world)
    reached = {world for world in worlds if world.row.state == "sent"}
    waiting = deque(reached)
    while waiting:
        for world in before.get(waiting.popleft(), ()):
            if world not in reached:
                reached.add(world)
                waiting.append(world)
    return reached


@pytest.mark.parametrize("kind", KINDS)
def test_touch_is_never_sent_twice_nor_lost_nor_stuck(kind):
    worlds = explored(Rules(kind))

    assert {what_is_wrong(world) for world in worlds} == {""}
    assert worlds.keys() == leading_to_sent(worlds)


def test_every_state_was_seen():
    """The figures stand here so that a change of the model shows."""
    assert {kind: len(explored(Rules(kind))) for kind in KINDS} == {"key": 3143, "look_up": 5105, "silent": 3988}


def test_provider_with_a_key_takes_it_once_however_long_a_worker_froze():
    assert {world.taken for world in explored(Rules("key"))} == {0, 1}


@pytest.mark.parametrize("kind", ["look_up", "silent"])
def test_only_a_freeze_between_the_last_look_and_the_call_doubles_and_it_is_told(kind):
    """The residual window, and the detector: who comes too late finds that its token is gone, or dies before."""
    worlds = explored(Rules(kind))
    doubled = {world for world in worlds if world.taken > 1}

    assert doubled
    assert all(world.late for world in doubled)
    assert any(world.told for world in doubled)
    for world in doubled:
        for name, after in worlds[world]:
            if name.endswith("record told"):
                assert after.told


@pytest.mark.parametrize("kind", KINDS)
def test_sending_is_left_in_bounded_time(kind):
    """Whatever the workers do, after lease and settling anybody who recovers takes it out of sending."""
    for world, following in explored(Rules(kind)).items():
        if world.row.state == "sending":
            assert -SETTLE <= world.row.left <= LEASE
            if world.row.left == -SETTLE:
                assert any(
                    name == "give_up_stale_sending" and after.row.state != "sending" for name, after in following
                )


@pytest.mark.parametrize("kind", KINDS)
def test_only_sending_becomes_unknown_and_only_looking_leads_back(kind):
    for world, following in explored(Rules(kind)).items():
        for name, after in following:
            if after.row.state == "unknown" and world.row.state != "unknown":
                assert world.row.state == "sending"
            if world.row.state == "unknown" and after.row.state == "planned":
                assert name.endswith("_believe") or name == "resolve_unknown"


PROMISES = [field.name for field in fields(Rules) if field.name != "kind"]


@pytest.mark.parametrize("promise", PROMISES)
def test_promise_that_is_taken_away_sends_twice(promise):
    assert first_wrong(replace(Rules(), **{promise: False})) == "twice"
