"""Runs manage.py as a child with a given environment."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from scrm.embedded import children
from scrm.embedded.console import Trouble
from scrm.embedded.paths import LOGS, PYTHON, ROOT

MANAGE = ROOT / "manage.py"


def run(arguments: Sequence[str], env: Mapping[str, str], *, log: Path | None = None) -> str:
    """What it printed; where it fails, one line says why and where the rest stands."""
    log = log or LOGS / f"{arguments[0]}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    process = children.spawn([PYTHON, MANAGE, *arguments], env=env, log=log)
    try:
        process.wait()
    finally:
        children.stop(process, signal.SIGTERM, 2.0)
    if process.returncode:
        raise Trouble(f"manage.py {' '.join(arguments)} failed: {children.last_line(log)} (all of it: {log})")
    return log.read_text(encoding="utf-8", errors="replace")


def call(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """In the foreground, with the terminal; its exit code."""
    command = [str(PYTHON), str(MANAGE), *arguments]
    process = subprocess.Popen(command, env=dict(env))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal has told the child too; it decides when it is done.
            continue
