"""The thread that strikes: it kills, freezes and flushes, thaws what it froze and starts again what died."""

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from chaos import plan
from chaos.ground import Ground
from chaos.plan import Fault, Strike
from chaos.processes import NumberedBeat, NumberedWorker, children_of, kill_group, send
from scrm.embedded.processes import Process
from scrm.embedded.services import Service

_LOOK_EVERY = 0.05
_ORPHANS_LIVE = 1.0
"""So long the children of a killed parent may go on."""


class Crew:
    """Runs the product's processes on `ground` and strikes them as `progress` passes each strike."""

    def __init__(
        self, ground: Ground, strikes: Sequence[Strike], progress: Callable[[], int], *, workers: int, beats: int
    ) -> None:
        self.ground = ground
        self.done: Counter[Fault] = Counter()
        self.error: BaseException | None = None
        self._strikes = list(reversed(strikes))
        self._progress = progress
        self._draw = random.Random(ground.seed + 1)
        self._workers = [NumberedWorker(number, ground.environment, ground.folder) for number in range(workers)]
        self._beats = [NumberedBeat(number, ground.environment, ground.folder) for number in range(beats)]
        self._later: list[tuple[float, Callable[[], object]]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="crew")

    def __enter__(self) -> Self:
        for process in self._processes():
            process.spawn()
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        for _when, act in self._later:
            act()
        for process in reversed(self._processes()):
            process.stop()

    def ask(self, fault: Fault) -> None:
        """Have the thread strike as soon as it can."""
        self._strikes.append(Strike(0, fault))

    def _processes(self) -> list[Process]:
        return [*self._workers, *self._beats]

    def _work(self) -> None:
        try:
            while not self._over.wait(_LOOK_EVERY):
                self._keep_alive()
                self._do_what_is_due()
                while self._strikes and self._strikes[-1].at <= self._progress():
                    fault = self._strikes[-1].fault
                    if not _FAULTS[fault](self):
                        break
                    self._note(fault)
                    self._strikes.pop()
        except BaseException as error:
            self.error = error

    def _note(self, fault: Fault) -> None:
        self.done[fault] += 1
        with (self.ground.folder / "strikes.log").open("a") as log:
            log.write(f"{time.monotonic() - self._began:8.2f} s  {self._progress():8}  {fault}\n")

    def _keep_alive(self) -> None:
        for process in self._processes():
            if process.process is not None and process.process.poll() is not None:
                self._start_again(process)
        for server in (self.ground.postgres, self.ground.redis):
            if server.process is not None and server.process.poll() is not None:
                server.start()

    def _start_again(self, process: Process) -> None:
        """Children of a dead parent get a moment, as they would on a real machine."""
        assert process.process is not None
        group = process.process.pid
        self._after(_ORPHANS_LIVE, lambda: kill_group(group))
        process.spawn()

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        due = [act for when, act in self._later if when <= now]
        self._later = [(when, act) for when, act in self._later if when > now]
        for act in due:
            act()

    def _after(self, seconds: float, act: Callable[[], object]) -> None:
        self._later.append((time.monotonic() + seconds, act))

    def _any_worker(self) -> subprocess.Popen[bytes] | None:
        living = [w.process for w in self._workers if w.process is not None and w.process.poll() is None]
        ready = [process for process in living if children_of(process.pid)]
        return self._draw.choice(ready) if ready else None

    def _any_child(self) -> int | None:
        worker = self._any_worker()
        found = children_of(worker.pid) if worker else []
        return self._draw.choice(found) if found else None

    def _kill_child(self) -> bool:
        child = self._any_child()
        return child is not None and send(child, signal.SIGKILL)

    def _kill_parent(self) -> bool:
        """Half of the time with all its children."""
        worker = self._any_worker()
        if worker is None:
            return False
        if self._draw.random() < 0.5:
            kill_group(worker.pid)
            return True
        return send(worker.pid, signal.SIGKILL)

    def _deploy(self) -> bool:
        """Ask a worker to end as a deployment does; it is killed if it takes too long."""
        worker = self._any_worker()
        if worker is None:
            return False
        group = worker.pid
        self._after(NumberedWorker.patience, lambda: kill_group(group))
        return send(worker.pid, signal.SIGTERM)

    def _pause(self) -> bool:
        child = self._any_child()
        if child is None:
            return False
        self._after(self._draw.uniform(*plan.PAUSES), lambda: send(child, signal.SIGCONT))
        return send(child, signal.SIGSTOP)

    def _kill_postmaster(self) -> bool:
        postmaster = _pid(self.ground.postgres)
        send(postmaster, signal.SIGSTOP)
        for pid in [*children_of(postmaster), postmaster]:
            send(pid, signal.SIGKILL)
        return _start(self.ground.postgres)

    def _kill_backend(self) -> bool:
        found = children_of(_pid(self.ground.postgres))
        return bool(found) and send(self._draw.choice(found), signal.SIGKILL)

    def _kill_redis(self) -> bool:
        send(_pid(self.ground.redis), signal.SIGKILL)
        return _start(self.ground.redis)

    def _flush(self) -> bool:
        import redis

        self.ground.check_redis()
        client = redis.Redis.from_url(self.ground.servers.redis_url)
        client.flushall()
        client.close()
        return True

    def _kill_beat(self) -> bool:
        beat = self._draw.choice(self._beats).process
        return beat is not None and send(beat.pid, signal.SIGKILL)


def _pid(server: Service) -> int:
    assert server.process is not None
    return server.process.pid


def _start(server: Service) -> bool:
    assert server.process is not None
    server.process.wait()
    server.start()
    return True


_FAULTS: dict[Fault, Callable[[Crew], bool]] = {
    Fault.CHILD: Crew._kill_child,
    Fault.PARENT: Crew._kill_parent,
    Fault.DEPLOY: Crew._deploy,
    Fault.PAUSE: Crew._pause,
    Fault.POSTMASTER: Crew._kill_postmaster,
    Fault.BACKEND: Crew._kill_backend,
    Fault.REDIS: Crew._kill_redis,
    Fault.FLUSH: Crew._flush,
    Fault.BEAT: Crew._kill_beat,
}
