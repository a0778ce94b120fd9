"""The life of one touchpoint between two workers, small enough to go through every state that can be reached.

Each transition is named for the function that it stands for. Time goes in ticks: a tick makes the
lease shorter and everybody older, and may fall between any two steps of a worker, which is how a
worker pauses; it may also die at any step. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

LEASE, TIMEOUT, SETTLE = 3, 1, 2

Kind = Literal["key", "look_up", "silent"]
"""What the provider offers: it drops what it has already (a key), it can be asked, or neither."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The engine as it is; a planted mutation takes one of its promises away."""

    kind: Kind = "look_up"
    fencing: bool = True
    lease_age: bool = True
    look_up_after_settling: bool = True
    look_up_token: bool = True
    unknown_is_never_retried: bool = True
    only_claimed_expires: bool = True


class Row(NamedTuple):
    """`holder` is whose token it carries; `left` the ticks until its lease, or for unknown its look-up, is due."""

    state: str = "planned"
    holder: int | None = None
    left: int = 0


class Worker(NamedTuple):
    """`age` counts from just before the claim, `frozen` from the last look at it."""

    phase: str = "idle"
    age: int = 0
    frozen: int = 0


class World(NamedTuple):
    """`taken`: how often the provider took it; `on_its_way`: ticks in which a lost call may still arrive.

    `late`: a call went out that was frozen after its last look for longer than things take to settle.
    `told`: a worker came to write that it sent, and could not: that is how a double is detected.
    """

    row: Row = Row()
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    taken: int = 0
    on_its_way: int = 0
    late: bool = False
    told: bool = False


def steps(world: World, rules: Rules) -> Iterator[tuple[str, World]]:
    """Everything that may happen next."""
    yield "tick", tick(world)
    if world.on_its_way:
        yield "arrive", take(world._replace(on_its_way=0), rules)
        yield "get lost", world._replace(on_its_way=0)
    yield from recover(world, rules)
    if world.row.state == "unknown" and rules.kind != "look_up" and not world.row.left:
        yield "resolve_unknown", settle_unknown(world, found=world.taken > 0)
    for me, worker in enumerate(world.workers):
        if worker.phase != "idle":
            yield f"{me} dies", become(world, me, Worker())
        for name, after in _WORK[worker.phase](world, me, rules):
            yield f"{me} {name}", after


def tick(world: World) -> World:
    row = world.row
    if row.state in ("claimed", "sending", "unknown"):
        row = row._replace(left=max(row.left - 1, -SETTLE if row.state == "sending" else 0))
    workers = [older(worker) for worker in world.workers]
    return world._replace(row=row, workers=(workers[0], workers[1]), on_its_way=max(world.on_its_way - 1, 0))


def older(worker: Worker) -> Worker:
    if worker.phase in ("claimed", "turned"):
        return worker._replace(age=min(worker.age + 1, LEASE))
    if worker.phase == "guarded":
        return worker._replace(frozen=min(worker.frozen + 1, SETTLE + 1))
    return worker


def recover(world: World, rules: Rules) -> Iterator[tuple[str, World]]:
    row = world.row
    if row.state == "claimed" and row.left <= 0:
        yield "release_expired_claims", world._replace(row=Row())
    if row.state == "sending" and row.left <= -SETTLE:
        after = Row("unknown") if rules.only_claimed_expires else Row()
        yield "give_up_stale_sending", world._replace(row=after)
    if row.state == "unknown" and not rules.unknown_is_never_retried:
        yield "retry", world._replace(row=Row())


def idle(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    row = world.row
    if row.state == "planned":
        claimed = world._replace(row=Row("claimed", me, LEASE))
        yield "claim_batch", become(claimed, me, Worker("claimed"))
    due = not row.left or not rules.look_up_after_settling
    if row.state == "unknown" and rules.kind == "look_up" and due:
        held = world._replace(row=Row("unknown", me, SETTLE))
        yield "hold_unknown", become(held, me, Worker("asking"))


def claimed(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    row = world.row
    if row.state == "claimed" and row.holder == me and row.left > 0:
        turned = world._replace(row=row._replace(state="sending"))
        yield "_turn_to_sending", become(turned, me, world.workers[me]._replace(phase="turned"))
    else:
        yield "_put_back", put_back(world, me, rules)


def turned(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    worker = world.workers[me]
    if worker.age < LEASE - TIMEOUT or not rules.lease_age:
        yield "_young_enough", become(world, me, Worker("guarded"))
    else:
        yield "_put_back", put_back(world, me, rules)


def guarded(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    late = world.late or world.workers[me].frozen > SETTLE
    called = world._replace(late=late)
    yield "send", become(take(called, rules), me, Worker("answered"))
    yield "send, no answer", become(take(called, rules), me, Worker("broken"))
    yield "send, line lost", become(called._replace(on_its_way=SETTLE), me, Worker("broken"))
    yield "send, refused", become(world, me, Worker("refused"))


def answered(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    if holds(world, me, rules):
        yield "record sent", become(world._replace(row=Row("sent")), me, Worker())
    else:
        yield "record told", become(world._replace(told=True), me, Worker())


def broken(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    if holds(world, me, rules):
        yield "record unknown", become(world._replace(row=Row("unknown", None, SETTLE)), me, Worker())
    else:
        yield "record nothing", become(world, me, Worker())


def refused(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    yield "retry_later", put_back(world, me, rules)


def asking(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    phase = "found" if world.taken else "absent"
    yield "look_up", become(world, me, Worker(phase))


def believing(world: World, me: int, rules: Rules) -> Iterator[tuple[str, World]]:
    after = become(world, me, Worker())
    token_holds = world.row.holder == me or not rules.look_up_token
    if world.row.state == "unknown" and token_holds:
        after = settle_unknown(after, found=world.workers[me].phase == "found")
    yield "_believe", after


_WORK = {
    "idle": idle,
    "claimed": claimed,
    "turned": turned,
    "guarded": guarded,
    "answered": answered,
    "broken": broken,
    "refused": refused,
    "asking": asking,
    "found": believing,
    "absent": believing,
}


def holds(world: World, me: int, rules: Rules) -> bool:
    """The token and the state that an outcome asks for."""
    return (world.row.state == "sending" and world.row.holder == me) or not rules.fencing


def put_back(world: World, me: int, rules: Rules) -> World:
    mine = world.row.state in ("claimed", "sending") and world.row.holder == me
    after = world._replace(row=Row()) if mine or not rules.fencing else world
    return become(after, me, Worker())


def take(world: World, rules: Rules) -> World:
    """The provider takes it; with a key it takes it once."""
    return world._replace(taken=1 if rules.kind == "key" else min(world.taken + 1, 2))


def settle_unknown(world: World, *, found: bool) -> World:
    return world._replace(row=Row("sent") if found else Row())


def become(world: World, me: int, worker: Worker) -> World:
    other = world.workers[1 - me]
    return world._replace(workers=(worker, other) if me == 0 else (other, worker))


def alike(world: World) -> World:
    """One of the two worlds that differ only in the workers' names."""
    first, second = world.workers
    if first <= second:
        return world
    holder = world.row.holder
    row = world.row if holder is None else world.row._replace(holder=1 - holder)
    return world._replace(row=row, workers=(second, first))
